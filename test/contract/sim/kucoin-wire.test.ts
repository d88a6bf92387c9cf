/** The simulated KuCoin's push sockets: tokens, heartbeats, topics, sequence numbers, cadence, limits, planted faults,
 *  recordings. */
import { beforeEach, describe, expect, it } from 'vitest';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { dataOf, type ManualKucoin, manualKucoin } from './kucoin-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

let kucoin: ManualKucoin;

beforeEach(() => {
  kucoin = manualKucoin();
  kucoin.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

const LEVEL2 = '/market/level2:BTC-USDT';
const subscribe = (socket: FakeSocket, topic: string, id: string | number = '1'): Json[] => {
  socket.send({ id, type: 'subscribe', topic, response: true });
  return socket.take();
};

/** A book put together as the documentation tells: buffered changes on top of a REST snapshot. */
class ClientBook {
  readonly sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };
  sequence = Number.NaN;

  load(body: Json): void {
    this.sequence = Number(body.sequence);
    for (const side of ['bids', 'asks'] as const) {
      this.sides[side].clear();
      for (const [price = '', size = ''] of body[side] as string[][]) this.sides[side].set(price, size);
    }
  }

  apply(frame: Json): void {
    const { sequenceStart, sequenceEnd, changes } = dataOf(frame);
    if (Number(sequenceEnd) <= this.sequence) return;
    if (Number(sequenceStart) > this.sequence + 1) throw new Error(`gap: ${sequenceStart} after ${this.sequence}`);
    for (const side of ['bids', 'asks'] as const) {
      for (const [price = '', size = '', sequence] of (changes as Record<string, string[][]>)[side] ?? []) {
        if (Number(sequence) <= this.sequence || price === '0') continue;
        if (size === '0') this.sides[side].delete(price);
        else this.sides[side].set(price, size);
      }
    }
    this.sequence = Number(sequenceEnd);
  }

  get text(): string {
    return JSON.stringify([[...this.sides.bids].sort(), [...this.sides.asks].sort()]);
  }
}

const wholeBook = async (): Promise<Json> =>
  dataOf(await kucoin.signed('GET', '/api/v3/market/orderbook/level2?symbol=BTC-USDT'));

describe('a push socket', () => {
  it('is handed out under the address that asked, and says welcome with the connection id', async () => {
    const reply = await kucoin.request('POST', '/api/v1/bullet-public', { host: '127.0.0.1:4711' });
    const { token, instanceServers } = dataOf(reply);
    expect(instanceServers).toEqual([
      {
        endpoint: 'ws://127.0.0.1:4711/endpoint',
        encrypt: false,
        protocol: 'websocket',
        pingInterval: 18_000,
        pingTimeout: 10_000,
      },
    ]);
    const query = new URLSearchParams({ token: String(token), connectId: 'abc' });
    expect(kucoin.connect(`/endpoint?${query}`).take()).toEqual([{ id: 'abc', type: 'welcome' }]);
    expect(kucoin.connect(`/endpoint?token=${encodeURIComponent(String(token))}`).take()).toEqual([
      { id: expect.stringMatching(/^\w{11}$/), type: 'welcome' },
    ]);
  });

  it.each(['', '?token=nobody', '?token=%zz'])('is refused without a known token (%s)', async (query) => {
    const socket = kucoin.connect(`/endpoint${query}`);
    expect(socket.take()).toEqual([expect.objectContaining({ type: 'error', code: 401, data: 'token is invalid' })]);
    await settle();
    expect(socket.closed).toEqual({ code: 1000, reason: 'Bye' });
  });

  it('answers pings with microseconds, and ends when none came for interval and timeout', async () => {
    const socket = await kucoin.push();
    socket.send({ id: 7, type: 'ping' });
    socket.send({ type: 'ping' });
    const timestamp = kucoin.clock.wallMs() * 1000;
    expect(socket.take()).toEqual([
      { id: '7', type: 'pong', timestamp },
      { type: 'pong', timestamp },
    ]);
    kucoin.clock.advanceMs(20_000);
    // Other messages do not count.
    subscribe(socket, LEVEL2);
    kucoin.clock.advanceMs(7_900);
    expect(socket.closed).toBeUndefined();
    kucoin.clock.advanceMs(200);
    expect(socket.take().at(-1)).toMatchObject({ type: 'error', code: 400, data: 'ping timeout' });
    await settle();
    expect(socket.closed).toEqual({ code: 1000, reason: 'Bye' });
    expect(kucoin.wire.stats().open).toBe(0);
  });

  it('takes 100 messages in ten seconds', async () => {
    const socket = await kucoin.push();
    for (let n = 0; n < 100; n++) socket.send({ id: n, type: 'ping' });
    expect(socket.take()).toHaveLength(100);
    socket.send({ id: 100, type: 'ping' });
    expect(socket.take()).toEqual([
      expect.objectContaining({ type: 'error', code: 509, data: 'exceed max permits per second' }),
    ]);
    await settle();
    expect(socket.closed).toEqual({ code: 1000, reason: 'Bye' });
  });

  it('may be opened thirty times a minute', async () => {
    for (let n = 0; n < 30; n++) await kucoin.push();
    const { token } = dataOf(await kucoin.request('POST', '/api/v1/bullet-public')) as { token: string };
    const target = `/endpoint?token=${encodeURIComponent(token)}`;
    expect(kucoin.connect(target).take()).toEqual([expect.objectContaining({ code: 509 })]);
    expect((await kucoin.push('private')).closed).toBeUndefined();
    kucoin.clock.advanceMs(60_001);
    expect(kucoin.connect(target).take()).toEqual([expect.objectContaining({ type: 'welcome' })]);
  });

  it.each([
    ['', 406, 'topic is required'],
    ['market/level2:BTC-USDT', 400, 'topic is invalid'],
    ['/market/level2', 404, 'topic does not exist'],
    ['/market/level2:NO-SUCH', 404, 'topic does not exist'],
    ['/market/constructor:BTC-USDT', 404, 'topic does not exist'],
    ['/market/level2:BTC-USDT,NO-SUCH', 404, 'topic does not exist'],
    ['/spotMarket/tradeOrdersV2', 403, 'login is required'],
    ['/account/balance', 403, 'login is required'],
    [`/market/level2:${Array.from({ length: 101 }, () => 'BTC-USDT').join(',')}`, 509, expect.stringContaining('100')],
  ])('refuses the topic "%s" with %d', async (topic, code, data) => {
    const socket = await kucoin.push();
    expect(subscribe(socket, topic, 'x9')).toEqual([{ id: 'x9', type: 'error', code, data }]);
    expect(socket.closed).toBeUndefined();
  });

  it.each(['{"type":"subscribe"', '[]', 'null', '"x"', '{"type":"constructor"}', '{}'])(
    'refuses what is no command: %s',
    async (text) => {
      const socket = await kucoin.push();
      socket.send(text);
      expect(socket.take()).toEqual([{ id: 'c1', type: 'error', code: 415, data: 'command type is invalid' }]);
    },
  );

  it('ends on a message that is too long', async () => {
    const socket = await kucoin.push();
    socket.send(`"${'x'.repeat(70_000)}"`);
    expect(socket.closed?.code).toBe(1009);
  });

  it('belongs to whom its token belongs, and is dropped by scope', async () => {
    const [open, own] = [await kucoin.push(), await kucoin.push('private')];
    const trade = kucoin.trade();
    expect([open, own, trade].map(({ connection }) => kucoin.wire.scopeOf(connection))).toEqual([
      'public',
      'private',
      'private',
    ]);
    expect(kucoin.wire.disconnect('private')).toBe(2);
    expect(kucoin.wire.disconnect('all')).toBe(1);
    expect(kucoin.wire.stats().open).toBe(0);
  });
});

describe('/market/level2', () => {
  let socket: FakeSocket;
  beforeEach(async () => {
    socket = await kucoin.push();
    expect(subscribe(socket, LEVEL2, 5)).toEqual([{ id: '5', type: 'ack' }]);
  });

  it('tells every change at once, on the line of numbers of the REST book, and both end up equal', async () => {
    kucoin.quote('BTC-USDT', '96399', '96400.1', '0.4');
    const book = new ClientBook();
    book.load(await wholeBook());
    const begun = book.sequence;
    for (let step = 1; step <= 20; step++) {
      const bid = (96400 + step / 5).toFixed(1);
      kucoin.quote('BTC-USDT', bid, (96400.1 + step / 5).toFixed(1), `0.${step}`, 6 + (step % 5));
    }
    const frames = socket.take();
    expect(frames).toHaveLength(21);
    for (const frame of frames) book.apply(frame);
    expect(book.sequence).toBeGreaterThan(begun);
    const now = new ClientBook();
    now.load(await wholeBook());
    expect(book.text).toBe(now.text);
    expect(book.sequence).toBe(now.sequence);
    expect(frames[0]).toMatchObject({ topic: LEVEL2, type: 'message', subject: 'trade.l2update' });
    const changes = Object.values(dataOf(frames[1]).changes as Record<string, string[][]>).flat();
    const { sequenceStart, sequenceEnd } = dataOf(frames[1]) as { sequenceStart: number; sequenceEnd: number };
    expect(changes.map(([, , sequence]) => Number(sequence)).sort()).toEqual(
      Array.from({ length: sequenceEnd - sequenceStart + 1 }, (_, n) => sequenceStart + n),
    );
  });

  it('moves the number with a price of "0" when an order leaves that never stood in the book', async () => {
    const before = Number((await wholeBook()).sequence);
    const order = { symbol: 'BTC-USDT', side: 'buy', type: 'limit', size: '0.01', price: '90000', timeInForce: 'IOC' };
    await kucoin.signed('POST', '/api/v1/hf/orders', order);
    const [frame] = socket.take();
    expect(dataOf(frame)).toMatchObject({
      changes: { asks: [], bids: [['0', '0', String(before + 1)]] },
      sequenceStart: before + 1,
      sequenceEnd: before + 1,
    });
    expect(Number((await wholeBook()).sequence)).toBe(before + 1);
  });

  it('counts on while nobody listens, and goes on after unsubscribing and subscribing', async () => {
    socket.send({ id: '6', type: 'unsubscribe', topic: LEVEL2, response: true });
    kucoin.quote('BTC-USDT', '96401', '96401.1', '0.5');
    expect(socket.take()).toEqual([{ id: '6', type: 'ack' }]);
    const book = new ClientBook();
    subscribe(socket, LEVEL2);
    book.load(await wholeBook());
    kucoin.quote('BTC-USDT', '96402', '96402.1', '0.5');
    for (const frame of socket.take()) book.apply(frame);
    const now = new ClientBook();
    now.load(await wholeBook());
    expect(book.text).toBe(now.text);
  });

  it('loses, repeats and swaps frames as planted', async () => {
    const book = new ClientBook();
    book.load(await wholeBook());
    const move = (bid: number): void => kucoin.quote('BTC-USDT', `${bid}`, `${bid}.1`, '0.5');
    kucoin.plant({ kind: 'duplicate', instrument: 'BTC-USDT' });
    move(96401);
    const twice = socket.takeTexts();
    expect(twice).toHaveLength(2);
    expect(twice[0]).toBe(twice[1]);
    for (const text of twice) book.apply(JSON.parse(text) as Json);
    kucoin.plant({ kind: 'reorder', instrument: 'BTC-USDT' });
    move(96402);
    expect(socket.take()).toEqual([]);
    move(96403);
    const [late, early] = socket.take();
    expect(Number(dataOf(late).sequenceStart)).toBeGreaterThan(Number(dataOf(early).sequenceEnd));
    for (const frame of [early, late]) book.apply(frame ?? {});
    kucoin.plant({ kind: 'gap', instrument: 'BTC-USDT' });
    move(96404);
    expect(socket.take()).toEqual([]);
    move(96405);
    expect(() => book.apply(socket.take()[0] ?? {})).toThrow(/gap/);
  });

  it('takes several symbols in one topic, and 400 topics in all', async () => {
    expect(subscribe(socket, '/market/level2:BTC-USDT,ETH-USDT')).toEqual([{ id: '1', type: 'ack' }]);
    kucoin.quote('ETH-USDT', '3320', '3320.1', '4');
    expect(socket.take().map(({ topic }) => topic)).toEqual(['/market/level2:ETH-USDT']);
  });
});

describe('channels with a cadence', () => {
  it.each([
    ['/spotMarket/level1', 'level1', 10],
    ['/spotMarket/level2Depth5', 'level2', 100],
    ['/spotMarket/level2Depth50', 'level2', 100],
    ['/market/ticker', 'trade.ticker', 100],
    ['/market/snapshot', 'trade.snapshot', 2000],
  ] as const)(
    '%s pushes at once, then changes at most every so often, and nothing without one',
    async (prefix, subject, ms) => {
      const socket = await kucoin.push();
      const topic = `${prefix}:BTC-USDT`;
      const [ack, first] = subscribe(socket, topic);
      expect(ack).toEqual({ id: '1', type: 'ack' });
      expect(first).toMatchObject({ topic, subject, type: 'message' });
      kucoin.clock.advanceMs(ms * 2);
      expect(socket.take()).toEqual([]);
      for (let step = 0; step < 50; step++) {
        kucoin.quote('BTC-USDT', (96400 + step / 10).toFixed(1), (96400.1 + step / 10).toFixed(1), '0.5');
        kucoin.clock.advanceMs(ms / 10);
      }
      kucoin.clock.advanceMs(ms);
      const frames = socket.take();
      expect(frames.length).toBeGreaterThanOrEqual(5);
      expect(frames.length).toBeLessThanOrEqual(7);
      expect(JSON.stringify(frames.at(-1))).toContain('96404.9');
    },
  );

  it('level1 is flat: one pair a side', async () => {
    const [, frame] = subscribe(await kucoin.push(), '/spotMarket/level1:BTC-USDT');
    expect(dataOf(frame)).toEqual({
      asks: ['96400.1', '0.5'],
      bids: ['96400', '0.5'],
      timestamp: kucoin.clock.wallMs(),
    });
  });

  it('/market/ticker:all names the symbol in its subject', async () => {
    for (const [id, price] of [
      ['ETH-USDT', '3320'],
      ['SOL-USDT', '150'],
      ['XRP-USDT', '2'],
      ['DOGE-USDT', '0.2'],
    ] as const) {
      kucoin.quote(id, price, `${Number(price) + 1}`, '4');
    }
    const [, ...frames] = subscribe(await kucoin.push(), '/market/ticker:all');
    expect(frames.map(({ subject }) => subject)).toEqual(['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT', 'DOGE-USDT']);
    expect(frames[0]).toMatchObject({ topic: '/market/ticker:all', data: { bestBid: '96400', bestAsk: '96400.1' } });
  });

  it('/market/match tells each trade, as REST does', async () => {
    const socket = await kucoin.push();
    subscribe(socket, '/market/match:BTC-USDT');
    kucoin.exchange.synthesizeTrade(kucoin.instrument('BTC-USDT'), 'sell', 100_000);
    const [frame] = socket.take();
    expect(dataOf(frame)).toMatchObject({ side: 'sell', price: '96400', size: '0.001', type: 'match' });
    const { body } = await kucoin.get('/api/v1/market/histories?symbol=BTC-USDT');
    expect(body.data).toEqual([expect.objectContaining({ sequence: dataOf(frame).sequence, size: '0.001' })]);
  });
});

describeWithFixtures('a recording', (root) => {
  const path = `${root}/kucoin/book_recordings/level2_BCHSV_ANKR_FET_EQZ_COV_CAPP`;

  it('is played to those who subscribe, with its REST books, and they join without a gap', async () => {
    const recording = readRecording(`${path}.jsonl`, ['binance', 'kucoin', 'okx']);
    expect(recording.venue).toBe('kucoin');
    const played = manualKucoin((clock) => newPlayer(recording, clock, 1));
    const socket = await played.push();
    const topic = '/market/level2:BCHSV-USDT';
    expect(subscribe(socket, topic)).toEqual([{ id: '1', type: 'ack' }]);
    const book = new ClientBook();
    book.load(dataOf(await played.signed('GET', '/api/v3/market/orderbook/level2?symbol=BCHSV-USDT')));
    for (let second = 0; second < 60; second++) {
      if (second % 15 === 0) socket.send({ type: 'ping' });
      played.clock.advanceMs(1000);
    }
    const frames = socket.take().filter((frame) => frame.topic === topic);
    expect(frames.length).toBeGreaterThan(100);
    for (const frame of frames) book.apply(frame);
    const { books } = readJson<{ books: Record<string, Record<'top10_bids' | 'top10_asks', string[][]>> }>(
      `${path}.expected.json`,
    );
    const best = (side: 'bids' | 'asks', sign: number): string[][] =>
      [...book.sides[side]].sort(([a], [b]) => (Number(a) - Number(b)) * sign).slice(0, 10);
    expect(best('bids', -1)).toEqual(books['BCHSV-USDT']?.top10_bids);
    expect(best('asks', 1)).toEqual(books['BCHSV-USDT']?.top10_asks);
  });
});
