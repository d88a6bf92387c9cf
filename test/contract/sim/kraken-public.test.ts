/** Kraken's public socket: subscriptions, the book with its checksums, heartbeats, status, planted faults, recordings. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import type { Level } from '../../../src/sim/port.ts';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { bookChecksum } from '../../../src/sim/venues/kraken/book-feed.ts';
import { kraken } from '../../../src/sim/venues/kraken/index.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { ClientBook, channelOf, type KrakenBench, newKraken, rowsOf, slowCrc } from './kraken-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

const book = (extra: object = {}): object => ({
  method: 'subscribe',
  params: { channel: 'book', symbol: ['BTC/USDT'], ...extra },
});

/** Acknowledgements name the channel too. */
const isBook = (text: string): boolean => text.startsWith('{"channel":"book"');

/** A random walk of the maker's book around 96400, with orders of the account in between. */
function shake(bench: KrakenBench, random: ReturnType<typeof seededRandom>): void {
  const instrument = bench.instrument('BTC-USDT');
  const middle = 964_000 + random.int(40);
  const side = (step: number): Level[] => {
    const levels = new Map<number, number>();
    const count = 5 + random.int(60);
    for (let n = 0; n < count; n++) levels.set(middle + step * (1 + random.int(90)), 1 + random.int(500_000_000));
    return [...levels].map(([price, size]) => ({ price, size })).sort((a, b) => (a.price - b.price) * step);
  };
  bench.exchange.requote(instrument, side(-1), side(1));
}

describe('the book channel of the simulated Kraken', () => {
  const seed = 4711;

  it.each([10, 25, 100, 500, 1000])(
    `gives a client of depth %i the same book and checksum (seed ${seed})`,
    async (depth) => {
      const bench = newKraken();
      const random = seededRandom(seed + depth);
      shake(bench, random);
      const socket = bench.publicSocket();
      socket.take();
      expect(await bench.ask(socket, book({ depth }))).toMatchObject({ success: true, result: { depth } });
      const mine = new ClientBook(depth);
      const instrument = bench.instrument('BTC-USDT');
      let frames = 0;
      for (let n = 0; n < 150; n++) {
        for (const text of socket.takeTexts().filter(isBook)) {
          expect(mine.take(text)).toBe(mine.checksum());
          frames++;
        }
        const real = bench.exchange.book(instrument, depth);
        const whole = (text: string, decimals: number): number => Math.round(Number(text) * 10 ** decimals);
        const levels = (rows: [string, string][]): Level[] =>
          rows.map(([price, qty]) => ({ price: whole(price, 1), size: whole(qty, 8) }));
        expect(levels(mine.side('bids'))).toEqual(real.bids);
        expect(levels(mine.side('asks'))).toEqual(real.asks);
        shake(bench, random);
      }
      expect(frames).toBe(150);
    },
  );

  it('writes prices and quantities with all their decimals, and removals before what takes their place', async () => {
    const bench = newKraken();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 12);
    const socket = bench.publicSocket();
    await bench.ask(socket, book());
    const [snapshot = ''] = socket.takeTexts().filter((text) => text.includes('snapshot",'));
    expect(snapshot).toContain('"bids":[{"price":96400.0,"qty":0.50000000},{"price":96399.9,"qty":0.50000000}');
    expect(snapshot.match(/"price"/g)).toHaveLength(20);
    // The best bid goes, the eleventh comes up; then it returns, and the level that falls out is not told.
    bench.quote('BTC-USDT', '96399.9', '96400.1', '0.5', 12);
    expect(socket.takeTexts().at(-1)).toContain(
      '"bids":[{"price":96400.0,"qty":0.00000000},{"price":96399.0,"qty":0.50000000}],"asks":[]',
    );
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 12);
    expect(socket.takeTexts().at(-1)).toContain('"bids":[{"price":96400.0,"qty":0.50000000}],"asks":[]');
  });

  it('starts anew with a snapshot for every subscription, and refuses a second one', async () => {
    const bench = newKraken();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const socket = bench.publicSocket();
    await bench.ask(socket, book());
    expect(await bench.ask(socket, { ...book(), req_id: 7 })).toMatchObject({
      error: 'Already subscribed',
      method: 'subscribe',
      req_id: 7,
      success: false,
      symbol: 'BTC/USDT',
    });
    expect(await bench.ask(socket, { ...book(), method: 'unsubscribe' })).toMatchObject({
      method: 'unsubscribe',
      success: true,
      result: { channel: 'book', depth: 10, symbol: 'BTC/USDT' },
    });
    socket.take();
    bench.quote('BTC-USDT', '96390', '96400.1', '0.5');
    expect(channelOf(socket.take(), 'book')).toEqual([]);
    await bench.ask(socket, book());
    expect(channelOf(socket.take(), 'book')).toMatchObject([{ type: 'snapshot' }]);
    await bench.ask(socket, { ...book(), method: 'unsubscribe' });
    await bench.ask(socket, book({ snapshot: false }));
    expect(channelOf(socket.take(), 'book')).toEqual([]);
  });

  describe('with planted faults', () => {
    const follow = async (kind: 'gap' | 'duplicate' | 'reorder' | 'checksum'): Promise<boolean[]> => {
      const bench = newKraken();
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const socket = bench.publicSocket();
      await bench.ask(socket, book());
      const mine = new ClientBook(10);
      bench.plant({ kind, count: 1 });
      for (let n = 1; n <= 4; n++) bench.quote('BTC-USDT', (96_400 - n / 10).toFixed(1), '96400.1', '0.5');
      return socket
        .takeTexts()
        .filter(isBook)
        .map((text) => mine.take(text) === mine.checksum());
    };

    it('loses a frame: every later checksum tells', async () => {
      const bench = newKraken();
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      const socket = bench.publicSocket();
      await bench.ask(socket, book());
      const mine = new ClientBook(10);
      for (const text of socket.takeTexts()) if (isBook(text)) mine.take(text);
      bench.plant({ kind: 'gap', count: 1 });
      bench.quote('BTC-USDT', '96399.9', '96400.1', '0.5');
      bench.quote('BTC-USDT', '96399.9', '96400.2', '0.5');
      const [late = ''] = socket.takeTexts();
      expect(mine.take(late)).not.toBe(mine.checksum());
    });
    it('repeats a frame: absolute sizes stay right', async () => {
      expect(await follow('duplicate')).toEqual([true, true, true, true, true, true]);
    });
    it('swaps two frames: the checksum tells', async () => {
      expect(await follow('reorder')).toContain(false);
    });
    it('sends one wrong checksum', async () => {
      expect(await follow('checksum')).toEqual([true, false, true, true, true]);
    });
  });
});

describe('the other public channels of the simulated Kraken', () => {
  it('tell of every new best price (bbo), or of every trade', async () => {
    const bench = newKraken();
    bench.quote('ETH-USDT', '3320', '3320.1', '4');
    const socket = bench.publicSocket();
    const ticker = (trigger?: string): object => ({
      method: 'subscribe',
      params: { channel: 'ticker', symbol: ['ETH/USDT'], ...(trigger === undefined ? {} : { event_trigger: trigger }) },
    });
    expect(await bench.ask(socket, ticker('bbo'))).toMatchObject({
      result: { channel: 'ticker', event_trigger: 'bbo', snapshot: true, symbol: 'ETH/USDT' },
    });
    expect(channelOf(socket.take(), 'ticker')).toMatchObject([
      { type: 'snapshot', data: [{ bid: 3320, ask: 3320.1 }] },
    ]);
    bench.quote('ETH-USDT', '3320', '3320.1', '5');
    expect(rowsOf(socket.take(), 'ticker')).toMatchObject([{ bid_qty: 5, ask_qty: 5 }]);
    bench.exchange.synthesizeTrade(bench.instrument('ETH-USDT'), 'buy', 10 ** 7);
    expect(rowsOf(socket.take(), 'ticker')).toMatchObject([{ ask_qty: 4.9, trades: 1, last: 3320.1 }]);

    const other = bench.publicSocket();
    expect(await bench.ask(other, ticker())).toMatchObject({ result: { event_trigger: 'trades' } });
    other.take();
    bench.quote('ETH-USDT', '3320', '3320.1', '6');
    expect(channelOf(other.take(), 'ticker')).toEqual([]);
    bench.exchange.synthesizeTrade(bench.instrument('ETH-USDT'), 'sell', 10 ** 7);
    expect(rowsOf(other.take(), 'ticker')).toMatchObject([{ last: 3320, trades: 2 }]);
  });

  it('tell of trades, of past ones when asked', async () => {
    const bench = newKraken();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const instrument = bench.instrument('BTC-USDT');
    bench.exchange.synthesizeTrade(instrument, 'buy', 100_000);
    const trade = { channel: 'trade', symbol: ['BTC/USDT'] };
    const [plain, past] = [bench.publicSocket(), bench.publicSocket()];
    expect(await bench.ask(plain, { method: 'subscribe', params: trade })).toMatchObject({
      result: { snapshot: false },
    });
    await bench.ask(past, { method: 'subscribe', params: { ...trade, snapshot: true } });
    expect(channelOf(plain.take(), 'trade')).toEqual([]);
    expect(channelOf(past.take(), 'trade')).toMatchObject([{ type: 'snapshot', data: [{ side: 'buy', qty: 0.001 }] }]);
    bench.exchange.synthesizeTrade(instrument, 'sell', 200_000);
    const row = { symbol: 'BTC/USDT', side: 'sell', price: 96400, qty: 0.002, trade_id: 1_000_002 };
    expect(rowsOf(plain.take(), 'trade')).toMatchObject([row]);
    expect(rowsOf(past.take(), 'trade')).toMatchObject([row]);
  });

  it('name pairs and assets in the words of version 2', async () => {
    const bench = newKraken();
    const socket = bench.publicSocket();
    await bench.ask(socket, { method: 'subscribe', params: { channel: 'instrument' } });
    const [frame] = channelOf(socket.take(), 'instrument');
    const { assets, pairs } = (frame ?? { data: {} }).data as { assets: Json[]; pairs: Json[] };
    expect(pairs.map(({ symbol }) => symbol)).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT', 'DOGE/USDT']);
    expect(pairs[0]).toMatchObject({ price_increment: 0.1, qty_increment: 1e-8, qty_min: 0.00005, cost_min: 0.5 });
    expect(assets.map(({ id }) => id)).toEqual(['BTC', 'USDT', 'ETH', 'SOL', 'XRP', 'DOGE']);
  });
});

describe('connections to the simulated Kraken', () => {
  const systems = (socket: FakeSocket): unknown[] => rowsOf(socket.take(), 'status').map(({ system }) => system);

  it('begin with the status, beat once a second after the first subscription, answer pings', async () => {
    const bench = newKraken();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    const socket = bench.publicSocket();
    expect(systems(socket)).toEqual(['online']);
    bench.clock.advanceMs(3_000);
    expect(socket.take()).toEqual([]);
    expect(await bench.ask(socket, { method: 'ping', req_id: 101 })).toMatchObject({ method: 'pong', req_id: 101 });
    expect(Object.keys(await bench.ask(socket, { method: 'ping' }))).toEqual(['method', 'time_in', 'time_out']);
    await bench.ask(socket, book());
    socket.take();
    for (let n = 0; n < 6; n++) {
      bench.clock.advanceMs(500);
      bench.quote('BTC-USDT', '96400', '96400.1', `0.${1 + n}`);
    }
    const frames = socket.take();
    expect(channelOf(frames, 'heartbeat')).toHaveLength(3);
    expect(channelOf(frames, 'book')).toHaveLength(6);
  });

  it('end after a minute without anything', () => {
    const bench = newKraken();
    const [idle, alive] = [bench.publicSocket(), bench.publicSocket()];
    bench.clock.advanceMs(40_000);
    alive.send({ method: 'ping' });
    bench.clock.advanceMs(20_000);
    expect(idle.closed).toBeDefined();
    expect(alive.closed).toBeUndefined();
    bench.clock.advanceMs(60_000);
    expect(alive.closed).toBeDefined();
  });

  it('hear of maintenance and of its end', () => {
    const bench = newKraken();
    const sockets = [bench.publicSocket(), bench.privateSocket()];
    for (const socket of sockets) socket.take();
    bench.plant({ kind: 'maintenance', durationMs: 5_000 });
    bench.wire.announceMaintenance?.(true);
    for (const socket of sockets) expect(systems(socket)).toEqual(['maintenance']);
    bench.clock.advanceMs(5_001);
    bench.wire.announceMaintenance?.(false);
    for (const socket of sockets) expect(systems(socket)).toEqual(['online']);
  });

  it('are refused what is not there, word for word', async () => {
    const bench = newKraken();
    const socket = bench.publicSocket();
    const subscribe = (params: object): Promise<Json> => bench.ask(socket, { method: 'subscribe', params });
    const errors: readonly (readonly [object, string])[] = [
      [{ channel: 'book', symbol: ['XBT/USDT'] }, 'Currency pair not supported XBT/USDT'],
      [{ channel: 'book', symbol: ['constructor'] }, 'Currency pair not supported constructor'],
      [{ channel: 'book', symbol: ['BTC/USDT'], depth: 1 }, 'Subscription depth not supported'],
      [{ channel: 'book', symbol: 'BTC/USDT' }, 'Symbol field must be an array'],
      [
        { channel: 'book', symbol: ['BTC/USDT'], nonsense: 1 },
        "Unsupported field: 'nonsense' for the given msg type: subscribe",
      ],
      [{ channel: 'constructor' }, 'Unsupported event'],
      [{ channel: 7 }, 'Channel field must be a string'],
      [
        { channel: 'executions', token: 'x' },
        'Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com',
      ],
    ];
    for (const [params, error] of errors) {
      expect(await subscribe(params)).toMatchObject({ error, method: 'subscribe', success: false });
    }
    for (const text of ['', '{', '[]', '7', 'null', '"x"', '{"method":7}', '{"params":{}}']) {
      socket.take();
      socket.send(text);
      expect(socket.take()).toMatchObject([{ error: 'Malformed request', method: 'error', success: false }]);
    }
    expect(await bench.ask(socket, { method: 'constructor' })).toMatchObject({ error: 'Unsupported event' });
    expect(await bench.ask(socket, { method: 'ping', params: { a: 1 } })).toMatchObject({
      error: "Unsupported field: 'params' for the given msg type: ping",
    });
    expect(await bench.ask(socket, { method: 'subscribe', params: null })).toMatchObject({ success: false });
    expect(await bench.ask(socket, { method: 'subscribe', channel: 'book' })).toMatchObject({
      error: "Unsupported field: 'channel' for the given msg type: subscribe",
    });
    expect(await bench.ask(socket, { method: 'add_order', params: {} })).toMatchObject({ success: false });
    socket.send('x'.repeat(70_000));
    expect(socket.closed?.code).toBe(1009);
  });

  it('may not ask too much at once', async () => {
    const bench = newKraken();
    const socket = bench.publicSocket();
    let last: Json = {};
    for (let n = 0; n <= 100; n++) last = await bench.ask(socket, { method: 'ping' });
    expect(last).toMatchObject({ error: 'Exceeded msg rate', method: 'ping', success: false });
    bench.clock.advanceMs(1_000);
    expect(await bench.ask(socket, { method: 'ping' })).toMatchObject({ method: 'pong' });
  });

  it('say on the private address that market data are elsewhere', async () => {
    const bench = newKraken();
    expect(await bench.ask(bench.privateSocket(), book())).toMatchObject({
      error: 'Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com',
    });
  });
});

describeWithFixtures('Kraken recordings', (root) => {
  const file = (name: string): string => join(root, 'kraken', name);

  it('have the documented checksum', () => {
    const { asks, bids, string, checksum } = readJson<{
      asks: [string, string][];
      bids: [string, string][];
      string: string;
      checksum: number;
    }>(file('checksum/docs_974947235.json'));
    const levels = (rows: [string, string][]): Level[] =>
      rows.map(([price, size]) => ({ price: Number(price.replace('.', '')), size: Number(size.replace('.', '')) }));
    expect(slowCrc(string)).toBe(checksum);
    expect(bookChecksum(levels(asks), levels(bids))).toBe(checksum);
  });

  it.each(['btcusd', 'xrpusd'])('are followed by the book and the checksum of these tests: %s', (name) => {
    const mine = new ClientBook(25);
    const texts = readJsonl<{ t: string; data: string }>(file(`book_recordings/v2_kraken_${name}_sample.jsonl`))
      .filter(({ t, data }) => t === 'recv' && isBook(data))
      .map(({ data }) => data);
    for (const text of texts) expect(mine.take(text)).toBe(mine.checksum());
    expect(texts.length).toBeGreaterThan(1000);
  });

  it('are served in place of the market', async () => {
    const path = file('book_recordings/v2_kraken_xrpusd_sample.jsonl');
    const recording = readRecording(path, ['binance', 'kraken', 'okx']);
    expect(recording.venue).toBe('kraken');
    const bench = newKraken(kraken, (clock) => newPlayer(recording, clock, 1));
    const socket = bench.publicSocket();
    await bench.ask(socket, { method: 'subscribe', params: { channel: 'book', symbol: ['XRP/USD'], depth: 25 } });
    bench.clock.advanceMs(60_000);
    await settle();
    const mine = new ClientBook(25);
    const served = socket.takeTexts().filter(isBook);
    for (const text of served) expect(mine.take(text)).toBe(mine.checksum());
    expect(served).toEqual(recording.frames.map(({ text }) => text).filter(isBook));
  });
});
