/** The parts of the ccxt venue that need no worker: its table against ccxt itself, configuration, errors, frames,
 *  addresses, listings, orders. */
import { readdirSync, readFileSync } from 'node:fs';
import ccxt, { type Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { knownVenues } from '../../../src/cli/config-file.ts';
import { checkConfig } from '../../../src/core/config-check.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { VERDICT } from '../../../src/core/venue.ts';
import { replaceOrigins } from '../../../src/venues/ccxt/addresses.ts';
import { classOf, Overdue } from '../../../src/venues/ccxt/errors.ts';
import { CCXT_EXCHANGES, CCXT_UNFIT, TABLE_OF } from '../../../src/venues/ccxt/exchanges.ts';
import { bookFrame, noteFrame } from '../../../src/venues/ccxt/frames.ts';
import { ccxtVenue } from '../../../src/venues/ccxt/index.ts';
import { listingOf } from '../../../src/venues/ccxt/listings.ts';
import { readFill, readOrder } from '../../../src/venues/ccxt/orders.ts';
import { socketUrl, symbolsOf } from '../../../src/venues/ccxt/stream.ts';
import { Tracks } from '../../../src/venues/ccxt/tracks.ts';
import { descriptorOf, venueRegistry } from '../../../src/venues/registry.ts';

describe('the table of exchanges', () => {
  const classes = ccxt.pro as unknown as Readonly<Record<string, new () => Exchange>>;
  const wants = ({ requiredCredentials }: Exchange, key: string): boolean =>
    (requiredCredentials as Record<string, boolean>)[key] === true;

  it('is of the installed version and says of every exchange what ccxt says', () => {
    // What ccxt says of its own version is behind that of its package.
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: { ccxt: string } };
    expect(dependencies.ccxt).toBe(TABLE_OF);
    const { exchanges: ids } = ccxt.pro as unknown as { exchanges: readonly string[] };
    expect(ids.filter((id) => !CCXT_EXCHANGES.has(id) && !(id in CCXT_UNFIT))).toEqual([]);
    for (const id of ids.filter((each) => CCXT_EXCHANGES.has(each))) {
      const Class = classes[id];
      const row = CCXT_EXCHANGES.get(id);
      if (Class === undefined || row === undefined) throw new Error(id);
      const exchange = new Class();
      expect(exchange.has, id).toMatchObject({ watchOrderBook: true, createOrder: true, spot: true });
      expect(row, id).toMatchObject({
        id,
        name: exchange.name,
        needsPassphrase: wants(exchange, 'password') || wants(exchange, 'uid'),
        hasTestnet: (exchange.urls as { test?: unknown }).test !== undefined,
      });
    }
  });

  it('knows ids that ccxt has given up', () => {
    expect(ccxtVenue('gateio')).toMatchObject({ id: 'gateio', name: 'Gate (ccxt)', slow: true });
    expect(() => ccxtVenue('nowhere')).toThrow(RangeError);
  });
});

it('loads ccxt in one file alone, when it is asked to', () => {
  const folder = 'src/venues/ccxt';
  const loading = readdirSync(folder).filter((file) =>
    /^import (?!type)[^;]* from 'ccxt'|import\.meta\.resolve|import\(/m.test(readFileSync(`${folder}/${file}`, 'utf8')),
  );
  expect(loading).toEqual(['exchange.ts']);
});

describe('the configuration', () => {
  const known = knownVenues(venueRegistry);
  const credentials = { apiKeyEnv: 'KEY', secretEnv: 'SECRET' };
  const problems = (venue: object): string[] =>
    checkConfig({ mode: 'live', venues: [venue, { id: 'binance', credentials }] }, known).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it('takes any exchange of ccxt, with options', () => {
    expect(problems({ id: 'gateio', adapter: 'ccxt', credentials, options: { x: 1 } })).toEqual([]);
    expect(problems({ id: 'gate', adapter: 'ccxt', environment: 'testnet', credentials })).toEqual([]);
  });

  it.each([
    [{ id: 'nowhere', adapter: 'ccxt', credentials }, /^venues\[0\]\.id: "nowhere" is not an exchange of adapter ccxt/],
    [{ id: 'bitfinex', adapter: 'ccxt', credentials }, /^venues\[0\]\.id: "bitfinex" cannot be traded .*significant/],
    [{ id: 'mexc', credentials }, /^venues\[0\]\.id: "mexc" is not a venue here.*"adapter: ccxt" has it$/],
    [{ id: 'mexc', adapter: 'cctx', credentials }, /^venues\[0\]\.adapter: must be one of native, ccxt$/],
    [{ id: 'binance', options: {}, credentials }, /^venues\[0\]\.options: is for adapter ccxt only$/],
    [{ id: 'okx', adapter: 'ccxt', credentials }, /^venues\[0\]\.credentials\.passphraseEnv: is missing/],
    [{ id: 'mexc', adapter: 'ccxt', environment: 'testnet', credentials }, /^venues\[0\]\.environment: mexc has no/],
  ])('says what is wrong with %j', (venue, message) => {
    expect(problems(venue)).toContainEqual(expect.stringMatching(message));
  });

  it('decides which descriptor a venue has', () => {
    expect(descriptorOf('okx').slow).toBeUndefined();
    expect(descriptorOf('okx', [{ id: 'okx', adapter: 'ccxt', environment: 'live' }]).slow).toBe(true);
  });
});

describe('errors', () => {
  it.each([
    [new ccxt.InsufficientFunds('x'), 'insufficient-funds'],
    [new ccxt.InvalidOrder('x'), 'filter'],
    [new ccxt.OrderNotFound('x'), 'unknown-order'],
    [new ccxt.DuplicateOrderId('x'), 'duplicate-client-id'],
    [new ccxt.RateLimitExceeded('x'), 'rate-limit'],
    [new ccxt.DDoSProtection('x'), 'rate-limit'],
    [new ccxt.OnMaintenance('x'), 'maintenance'],
    [new ccxt.ExchangeNotAvailable('x'), 'unknown-outcome'],
    [new ccxt.PermissionDenied('x'), 'auth'],
    [new ccxt.InvalidNonce('x'), 'clock'],
    [new ccxt.RequestTimeout('x'), 'unknown-outcome'],
    [new ccxt.NetworkError('x'), 'unknown-outcome'],
    [new ccxt.BadResponse('x'), 'unknown-outcome'],
    [new ccxt.BadSymbol('x'), 'other'],
    [new Overdue(5), 'unknown-outcome'],
    [new TypeError('x'), 'unknown-outcome'],
  ])('classes %s', (error, errorClass) => {
    expect(classOf(error)).toBe(errorClass);
  });
});

describe('frames', () => {
  const entry = { symbol: 'BTC-USDT', priceDecimals: 2, sizeDecimals: 8 };
  const { stream } = ccxtVenue('okx');
  const parser = stream.createParser([entry]);
  const batch = new FrameBatch();
  const read = (text: string): FrameBatch => {
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, batch);
    return batch;
  };

  it('carry a book without loss and without falling back', () => {
    const book = { bids: [[96400.1, 1e-8]], asks: [[96400.2, 0.5, 3]], nonce: 7, timestamp: 1_750_000_000_000 };
    const frame = read(bookFrame('BTC-USDT', book, true)).at(0);
    expect(frame).toMatchObject({
      kind: FRAME.Snapshot,
      symbol: 0,
      lastSeq: 7,
      venueAt: 1_750_000_000_000,
      isChange: true,
    });
    expect([...frame.bids.values.slice(0, 2)]).toEqual([9_640_010, 1]);
    expect([...frame.asks.values.slice(0, 2)]).toEqual([9_640_020, 50_000_000]);
    expect(parser.fallbacks).toBe(0);
  });

  it('leave open what ccxt does not say', () => {
    const frame = read(bookFrame('BTC-USDT', { bids: [], asks: [], nonce: undefined, timestamp: undefined }, false)).at(
      0,
    );
    expect(frame).toMatchObject({ kind: FRAME.Snapshot, lastSeq: -1, venueAt: Number.NaN, isChange: false });
  });

  it('tell of a loss as a gap and of a refusal in words', () => {
    const frame = read(noteFrame('BTC-USDT', 'lost', 'InvalidNonce x')).at(0);
    expect(frame.kind).toBe(FRAME.Delta);
    expect(stream.rule.judge(1, true, frame)).toBe(VERDICT.Gap);
    const refusal = noteFrame('BTC-USDT', 'refused', 'BadSymbol no such market');
    expect(read(refusal).at(0).kind).toBe(FRAME.Control);
    expect(stream.readControl(refusal)).toEqual({
      kind: 'Refused',
      code: 'BadSymbol',
      message: 'no such market',
      symbol: 'BTC-USDT',
    });
  });

  it('are malformed where a number is none', () => {
    expect(read(bookFrame('BTC-USDT', { bids: [[undefined, 1]], asks: [] }, true)).at(0).kind).toBe(FRAME.Malformed);
    expect(read('{').at(0).kind).toBe(FRAME.Malformed);
  });

  it('come from addresses that hold any symbol', () => {
    const symbols = ['BTC/USDT', 'A,B', 'eth_usdt'];
    expect(symbolsOf(socketUrl('gate', symbols))).toEqual(symbols);
  });
});

describe('addresses', () => {
  const endpoints = {
    rest: 'http://127.0.0.1:1',
    wsPublic: 'ws://127.0.0.1:2/v2',
    wsPrivate: 'ws://127.0.0.1:3/auth/v2',
    wsTrade: 'ws://127.0.0.1:4',
  };

  it('keep paths, and take endpoints whole that end with them', () => {
    const api = {
      rest: 'https://api.{hostname}/api/v4',
      ws: { publicV2: 'wss://ws.kraken.com/v2', privateV2: 'wss://ws-auth.kraken.com/v2', spot: ['wss://a/x'] },
    };
    expect(replaceOrigins(api, endpoints)).toEqual({
      rest: 'http://127.0.0.1:1/api/v4',
      ws: { publicV2: 'ws://127.0.0.1:2/v2', privateV2: 'ws://127.0.0.1:3/auth/v2', spot: ['ws://127.0.0.1:2/x'] },
    });
  });

  it("leave ccxt's own where there is none", () => {
    const own = { rest: '', wsPublic: '', wsPrivate: '', wsTrade: '' };
    expect(replaceOrigins({ a: 'https://x/y', b: 'wss://z' }, own)).toEqual({ a: 'https://x/y', b: 'wss://z' });
  });
});

describe('what ccxt gives', () => {
  it('becomes listings on a grid, or none', () => {
    const market = {
      id: 'BTC_USDT',
      base: 'BTC',
      quote: 'USDT',
      spot: true,
      active: undefined,
      precision: { price: '0.010', amount: '1e-8' },
      limits: { amount: { min: '0.0001' }, cost: { min: 3 } },
    } as never;
    expect(listingOf('gate', market, 4)).toEqual({
      venue: 'gate',
      instrument: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      symbol: 'BTC_USDT',
      trading: true,
      priceTick: '0.01',
      sizeLot: '0.00000001',
      minSize: '0.0001',
      minNotional: '3',
    });
    expect(listingOf('x', { ...(market as object), precision: { price: 5, amount: 5 } } as never, 3)).toBeUndefined();
    expect(listingOf('x', { ...(market as object), precision: { price: 2, amount: 0 } } as never, 2)).toMatchObject({
      priceTick: '0.01',
      sizeLot: '1',
    });
  });

  const name = { clientId: 'p1a', symbol: 'S' };
  const trade = { id: 't1', order: 'o1', side: 'buy', price: '10', amount: '2', timestamp: 5, takerOrMaker: 'taker' };

  it('becomes fills only where the fee is known', () => {
    expect(readFill(trade, name)).toBeUndefined();
    expect(readFill({ ...trade, fee: { cost: '0.01', currency: 'USDT' } }, name)).toMatchObject({
      tradeId: 't1',
      fee: '0.01',
      feeAsset: 'USDT',
      size: '2',
      maker: false,
    });
  });

  it('calls an order cancelled that was closed with a rest', () => {
    const order = { id: 'o1', side: 'buy', status: 'closed', filled: '1', amount: '2' };
    expect(readOrder(order, name, '2')).toMatchObject({ status: 'cancelled', filled: '1' });
    expect(readOrder({ ...order, filled: '2' }, name, '2')).toMatchObject({ status: 'filled' });
  });

  it('is told once, whichever way it comes', () => {
    const told: string[] = [];
    const tracks = new Tracks((event) => void told.push(event.kind));
    const track = tracks.expect('p1a', 'S', '2');
    tracks.onOrder({ id: 'o1', clientOrderId: 't-p1a', side: 'buy', status: 'closed', filled: '2' }, false);
    tracks.onOrder({ id: 'o1', side: 'buy', status: 'open', filled: '1' }, false);
    const paid = { ...trade, fee: { cost: '0.01', currency: 'USDT' } };
    expect(tracks.find(paid)).toBe(track);
    expect(tracks.isSettled(track)).toBe(false);
    tracks.onTrade(paid, track);
    tracks.onTrade(paid, track);
    expect(told).toEqual(['OrderUpdated', 'LegFilled']);
    expect(tracks.isSettled(track)).toBe(true);
    expect(tracks.areClientIdsKept).toBe(true);
  });
});
