/** Kinds of keys: how each signs, and what an Ed25519 key spares the order path. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redactor } from '../../../src/core/redact.ts';
import { withMarketData } from '../../../src/core/venue.ts';
import { binance } from '../../../src/venues/binance/index.ts';
import { readKey, sign, sortedPayload } from '../../../src/venues/binance/sign.ts';
import { API_KEY, FakeVenue, ok, order, refusal, SECRET, settle } from './binance-support.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const ed25519 = generateKeyPairSync('ed25519', {
  privateKeyEncoding: pem,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: pem,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const ec = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: pem,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const bare = (text: string): string => text.replace(/-----[^-]+-----|\n/g, '');

const PLACED = {
  symbol: 'BTCUSDT',
  orderId: 7,
  clientOrderId: order.clientId,
  transactTime: 1,
  executedQty: '0.00000000',
  status: 'EXPIRED',
  side: 'BUY',
  fills: [],
};

describe('binance keys', () => {
  it('shows in the secret which kind it is', () => {
    const kind = (secret: string): string | undefined => {
      const key = readKey(secret);
      return key?.type === 'secret' ? 'hmac' : key?.asymmetricKeyType;
    };
    expect(kind(SECRET)).toBe('hmac');
    // Base64 of something else that begins like a key.
    expect(kind('MAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe('hmac');
    expect([ed25519.privateKey, bare(ed25519.privateKey)].map(kind)).toEqual(['ed25519', 'ed25519']);
    expect([rsa.privateKey, bare(rsa.privateKey)].map(kind)).toEqual(['rsa', 'rsa']);
    expect(
      [ec.privateKey, ed25519.publicKey, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'].map(kind),
    ).toEqual([undefined, undefined, undefined]);
  });

  it('RSA signs with PKCS #1 v1.5 over SHA-256', () => {
    const key = readKey(rsa.privateKey);
    if (key === undefined) throw new Error('no key');
    const signature = Buffer.from(sign('a=1&b=2', key), 'base64');
    expect(verify('sha256', Buffer.from('a=1&b=2'), createPublicKey(rsa.publicKey), signature)).toBe(true);
  });

  it('an Ed25519 key logs the connection on once; orders then carry neither key nor signature', async () => {
    const venue = new FakeVenue();
    venue.answers = {
      'session.logon': () => ok({ apiKey: API_KEY }),
      'userDataStream.subscribe': () => ok({ subscriptionId: 0 }),
      'order.place': () => ok(PLACED),
    };
    const gateway = venue.gateway(ed25519.privateKey);
    await gateway.connect();
    expect(venue.socket.methods().filter((method) => method !== 'time')).toEqual([
      'session.logon',
      'userDataStream.subscribe',
    ]);
    const logon = venue.socket.sent.find(({ method }) => method === 'session.logon');
    const { signature, ...unsigned } = (logon?.params ?? {}) as Record<string, string>;
    expect(unsigned).toMatchObject({ apiKey: API_KEY, timestamp: expect.any(Number) });
    const payload = Buffer.from(sortedPayload(unsigned));
    const isSigned = verify(null, payload, createPublicKey(ed25519.publicKey), Buffer.from(signature ?? '', 'base64'));
    expect(isSigned).toBe(true);

    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    const placed = venue.socket.sent.at(-1);
    expect(placed).toMatchObject({ method: 'order.place', params: { timestamp: expect.any(Number) } });
    expect(Object.keys(placed?.params ?? {})).not.toEqual(expect.arrayContaining(['signature']));
    expect(Object.keys(placed?.params ?? {})).not.toEqual(expect.arrayContaining(['apiKey']));

    // A new connection knows nothing of the old one's log-on.
    venue.socket.die();
    await settle();
    venue.clock.advanceMs(1_000);
    await settle();
    expect(gateway.isUp).toBe(true);
    expect(venue.sockets).toHaveLength(2);
    expect(venue.socket.methods()).toContain('session.logon');
    await gateway.close();
    expect(venue.logged.join('\n')).not.toContain(bare(ed25519.privateKey));
  });

  it('signs over REST with the same key, percent-encoded', async () => {
    const venue = new FakeVenue();
    venue.rest = () => ({ body: { balances: [] } });
    const gateway = venue.gateway(bare(ed25519.privateKey));
    expect(await gateway.balances()).toEqual([]);
    const url = venue.httpRequests.at(-1)?.url ?? '';
    const [, payload = '', signature = ''] = /\?(.*)&signature=(.*)$/.exec(url) ?? [];
    expect(signature).toMatch(/^[\w%]+$/);
    const bytes = Buffer.from(decodeURIComponent(signature), 'base64');
    expect(verify(null, Buffer.from(payload), createPublicKey(ed25519.publicKey), bytes)).toBe(true);
  });

  it('a refused log-on is one auth fault', async () => {
    const venue = new FakeVenue();
    venue.answers = { 'session.logon': () => refusal(400, -1022, 'Signature for this request is not valid.') };
    const gateway = venue.gateway(ed25519.privateKey);
    await expect(gateway.connect()).rejects.toMatchObject({ code: 'venue/auth' });
    expect(venue.socket.methods()).not.toContain('userDataStream.subscribe');
  });

  it('a PEM that holds no such key is refused before anything is sent, and never said', async () => {
    const venue = new FakeVenue();
    const gateway = venue.gateway(ec.privateKey);
    const fault = await gateway.connect().then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect(fault?.code).toBe('venue/auth');
    expect(fault?.message).not.toContain(bare(ec.privateKey).slice(0, 20));
    expect(venue.sockets).toEqual([]);
    expect(await gateway.place(order)).toMatchObject({ kind: 'rejected' });
    expect(venue.httpRequests).toEqual([]);
  });

  it('signatures of every kind are redacted whole', () => {
    const redact = redactor({ apiKey: API_KEY, secret: SECRET });
    expect(redact('GET /x?a=1&signature=abc%2Bdef%2F12%3D%3D: failed')).toBe('GET /x?a=1&signature=***: failed');
  });
});

describe('binance market data in SBE', () => {
  const endpoints = { rest: 'https://r', wsPublic: 'wss://s', wsPrivate: '', wsTrade: '', wsSbe: 'wss://sbe:9443' };
  const symbols = [
    { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 5 },
    { symbol: 'ETHUSDT', priceDecimals: 2, sizeDecimals: 5 },
  ];

  it('wants an Ed25519 key, and says so without saying the key', () => {
    const refusal = (secret: string): string | undefined => binance.sbe?.refusal({ apiKey: API_KEY, secret });
    expect([ed25519.privateKey, bare(ed25519.privateKey)].map(refusal)).toEqual([undefined, undefined]);
    for (const secret of [SECRET, rsa.privateKey, ec.privateKey, '']) {
      expect(refusal(secret)).toContain('Ed25519');
      if (secret !== '') expect(refusal(secret)).not.toContain(secret);
    }
  });

  it('goes to its own host with the API key in the upgrade request, and asks snapshots where they always are', () => {
    const { stream } = withMarketData(binance, { encoding: 'sbe', apiKey: API_KEY });
    expect(stream.plan(endpoints, symbols)).toMatchObject([
      {
        url: 'wss://sbe:9443/stream?streams=btcusdt@depth/btcusdt@bestBidAsk/ethusdt@depth/ethusdt@bestBidAsk',
        headers: { 'X-MBX-APIKEY': API_KEY },
        subscribe: [],
        symbols: [0, 1],
      },
    ]);
    expect(stream.rule).toBe(binance.stream.rule);
    expect(stream.snapshotUrl?.(endpoints, 'BTCUSDT')).toBe(binance.stream.snapshotUrl?.(endpoints, 'BTCUSDT'));
    expect(withMarketData(binance, undefined)).toBe(binance);
    for (const each of Object.values(binance.environments)) expect(each.wsSbe).toMatch(/^wss:\/\/[\w.-]*stream-sbe\./);
    for (const [plan] of [binance.stream.plan(endpoints, symbols)]) expect(plan?.headers).toBeUndefined();
  });
});
