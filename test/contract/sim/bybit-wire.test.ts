/** The public stream of the simulated Bybit: numbering, snapshots and deltas, limits, heartbeat, faults of depth frames. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type BybitBench, bybitBench, LIMIT, PUBLIC } from './bybit-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

interface Book {
  readonly topic: string;
  readonly type: string;
  readonly ts: number;
  readonly cts: number;
  readonly data: { readonly s: string; readonly b: string[][]; readonly a: string[][]; u: number; seq: number };
}

const isBook = (frame: Json): boolean => String(frame.topic).startsWith('orderbook');
const books = (socket: FakeSocket): Book[] => socket.take().filter(isBook) as unknown as Book[];

/** A book as a client keeps it. */
class Local {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  u = 0;

  apply({ type, data }: Book): void {
    if (type === 'snapshot') {
      this.bids.clear();
      this.asks.clear();
    } else expect(data.u).toBe(this.u + 1);
    this.u = data.u;
    for (const [side, rows] of [
      [this.bids, data.b],
      [this.asks, data.a],
    ] as const) {
      for (const [price = '', size = ''] of rows) {
        if (size === '0') side.delete(price);
        else side.set(price, size);
      }
    }
  }
}

describe('the public stream', () => {
  let bench: BybitBench;
  let socket: FakeSocket;

  beforeEach(() => {
    bench = bybitBench();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
    socket = bench.connect(PUBLIC);
  });

  const subscribe = (...args: string[]): Json[] => {
    socket.send({ op: 'subscribe', args });
    return socket.take();
  };

  it('acknowledges as recorded, with the request id only when there was one', () => {
    const [plain] = subscribe('publicTrade.BTCUSDT');
    expect(plain).toEqual({ success: true, ret_msg: 'subscribe', conn_id: expect.any(String), op: 'subscribe' });
    socket.send({ op: 'subscribe', args: ['tickers.BTCUSDT'], req_id: 'x1' });
    expect(socket.take()[0]).toMatchObject({ success: true, req_id: 'x1', op: 'subscribe' });
    socket.send({ op: 'unsubscribe', args: ['tickers.BTCUSDT'], req_id: 'x2' });
    expect(socket.take()).toEqual([
      { success: true, ret_msg: 'unsubscribe', conn_id: plain?.conn_id, req_id: 'x2', op: 'unsubscribe' },
    ]);
  });

  it.each([
    ['an unknown channel', ['nothing.BTCUSDT'], 'error:handler not found,topic:nothing.BTCUSDT'],
    ['an unknown depth', ['orderbook.25.BTCUSDT'], 'error:handler not found,topic:orderbook.25.BTCUSDT'],
    ['an unknown pair', ['orderbook.50.NOPEUSDT'], 'Invalid symbol :[orderbook.50.NOPEUSDT]'],
    ['an inherited name', ['constructor.BTCUSDT'], 'error:handler not found,topic:constructor.BTCUSDT'],
    ['an inherited pair', ['tickers.constructor'], 'Invalid symbol :[tickers.constructor]'],
    ['a topic twice', ['tickers.BTCUSDT', 'tickers.BTCUSDT'], 'error:already subscribed,topic:tickers.BTCUSDT'],
    ['eleven topics', Array.from({ length: 11 }, (_, n) => `tickers.X${n}`), 'args size >10'],
  ])('refuses %s, and with it the whole request', (_, args, words) => {
    const frames = subscribe(...args.slice(0, 9), 'publicTrade.ETHUSDT', ...args.slice(9));
    expect(frames).toEqual([{ success: false, ret_msg: words, conn_id: expect.any(String), op: 'subscribe' }]);
    // Nothing of it was subscribed.
    expect(subscribe('publicTrade.ETHUSDT')[0]).toMatchObject({ success: true });
  });

  it('refuses more than 21,000 characters of topics', () => {
    const [frame] = subscribe(`tickers.${'X'.repeat(21_000)}`);
    expect(frame).toMatchObject({ success: false, ret_msg: 'args length >21000' });
  });

  it('answers a ping, an unknown operation and what is not JSON', () => {
    socket.send({ op: 'ping', req_id: '7' });
    socket.send({ op: 'dance' });
    socket.send('hello');
    socket.send('[1]');
    const frames = socket.take();
    expect(frames[0]).toEqual({ success: true, ret_msg: 'pong', conn_id: expect.any(String), req_id: '7', op: 'ping' });
    expect(frames[1]).toMatchObject({ success: false, ret_msg: 'error:invalid op', op: 'dance' });
    expect(frames[2]?.ret_msg).toMatch(/^Failed to decode incoming data:.*found h/);
    expect(frames[3]).toMatchObject({ success: false });
    expect(socket.closed).toBeUndefined();
  });

  it('ends a connection whose message is too big', () => {
    socket.send('x'.repeat(70_000));
    expect(socket.closed?.code).toBe(1009);
  });

  it('cuts a connection on which nothing happens for ten minutes, and none that pings', () => {
    const lively = bench.connect(PUBLIC);
    for (let minute = 0; minute < 11; minute++) {
      expect(minute < 10 || socket.closed !== undefined).toBe(true);
      bench.clock.advanceMs(60_000);
      lively.send({ op: 'ping' });
    }
    expect(socket.closed).toBeDefined();
    expect(lively.closed).toBeUndefined();
  });

  describe.each([
    [50, 20],
    [200, 100],
    [1000, 200],
  ])('orderbook.%i', (depth, everyMs) => {
    const topic = `orderbook.${depth}.BTCUSDT`;

    it('sends a snapshot at once and numbers its deltas without a hole', () => {
      const local = new Local();
      const [ack, snapshot] = subscribe(topic) as unknown as [Json, Book];
      expect(ack.success).toBe(true);
      expect(snapshot).toMatchObject({ topic, type: 'snapshot', data: { s: 'BTCUSDT' } });
      expect(Object.keys(snapshot)).toEqual(['topic', 'ts', 'type', 'data', 'cts']);
      expect(snapshot.data.b[0]).toEqual(['96400', '0.5']);
      local.apply(snapshot);
      for (let step = 1; step <= 6; step++) {
        bench.quote('BTC-USDT', `${96400 + step}`, `${96400 + step}.1`, `0.${step}`);
        bench.clock.advanceMs(everyMs);
        const frames = books(socket);
        expect(frames).toHaveLength(1);
        for (const frame of frames) local.apply(frame);
      }
      const book = bench.exchange.book(bench.instrument('BTC-USDT'), depth);
      const text = (levels: typeof book.bids): string[][] =>
        levels.map(({ price, size }) => [String(price / 10), String(size / 1e6)]);
      expect([...local.bids].sort(([a], [b]) => Number(b) - Number(a))).toEqual(text(book.bids));
      expect([...local.asks].sort(([a], [b]) => Number(a) - Number(b))).toEqual(text(book.asks));
    });

    it('gathers the changes of a tick, and sends nothing without one', () => {
      subscribe(topic);
      bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
      bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
      bench.quote('BTC-USDT', '96400', '96400.1', '0.7');
      bench.clock.advanceMs(everyMs);
      expect(books(socket)).toHaveLength(1);
      bench.clock.advanceMs(10 * everyMs);
      expect(books(socket)).toEqual([]);
    });

    it('gives a later subscriber a snapshot that the next delta follows', () => {
      subscribe(topic);
      bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
      bench.clock.advanceMs(everyMs);
      bench.quote('BTC-USDT', '96402', '96402.1', '0.5');
      const late = bench.connect(PUBLIC);
      late.send({ op: 'subscribe', args: [topic] });
      const local = new Local();
      bench.clock.advanceMs(everyMs);
      for (const frame of books(late)) local.apply(frame);
      expect(Math.max(...[...local.bids.keys()].map(Number))).toBe(96402);
    });

    it('starts anew after it was unsubscribed, with a higher number', () => {
      const [, first] = subscribe(topic) as unknown as [Json, Book];
      socket.send({ op: 'unsubscribe', args: [topic] });
      bench.quote('BTC-USDT', '96405', '96405.1', '0.5');
      bench.clock.advanceMs(everyMs);
      expect(books(socket)).toEqual([]);
      const [, again] = subscribe(topic) as unknown as [Json, Book];
      expect(again.type).toBe('snapshot');
      expect(again.data.u).toBeGreaterThan(first.data.u);
      expect(again.data.b[0]?.[0]).toBe('96405');
    });
  });

  it('shows no more than its levels: those that come up are told as changes', () => {
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 60);
    const local = new Local();
    const [, snapshot] = subscribe('orderbook.50.BTCUSDT') as unknown as [Json, Book];
    expect([snapshot.data.b.length, snapshot.data.a.length]).toEqual([50, 50]);
    local.apply(snapshot);
    bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'sell', 500_000);
    bench.clock.advanceMs(20);
    for (const frame of books(socket)) local.apply(frame);
    expect(local.bids.size).toBe(50);
    expect(local.bids.has('96400')).toBe(false);
  });

  it('sends orderbook.1 as snapshots, 10 ms apart at least, and again after three still seconds', () => {
    const [, first] = subscribe('orderbook.1.BTCUSDT') as unknown as [Json, Book];
    expect(first).toMatchObject({ type: 'snapshot', data: { b: [['96400', '0.5']], a: [['96400.1', '0.5']] } });
    bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
    bench.quote('BTC-USDT', '96402', '96402.1', '0.5');
    bench.clock.advanceMs(10);
    const [second, ...more] = books(socket);
    expect(more).toEqual([]);
    expect(second).toMatchObject({ type: 'snapshot', data: { b: [['96402', '0.5']], u: first.data.u + 1 } });
    bench.clock.advanceMs(2900);
    expect(books(socket)).toEqual([]);
    bench.clock.advanceMs(200);
    const [repeated] = books(socket);
    expect(repeated?.data).toEqual(second?.data);
    expect(repeated?.ts).toBeGreaterThan(second?.ts ?? 0);
  });

  it('tells trades of one taker together and at once, with ids that rise', async () => {
    subscribe('publicTrade.BTCUSDT');
    await bench.post('/v5/order/create', { ...LIMIT, qty: '0.7', price: '96400.2', timeInForce: 'IOC' });
    await settle();
    const [frame, ...more] = socket.take();
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ topic: 'publicTrade.BTCUSDT', type: 'snapshot' });
    const rows = frame?.data as Json[];
    expect(rows.map(({ S, p, v }) => [S, p, v])).toEqual([
      ['Buy', '96400.1', '0.5'],
      ['Buy', '96400.2', '0.2'],
    ]);
    expect(BigInt(String(rows[1]?.i)) - BigInt(String(rows[0]?.i))).toBe(1n);
  });

  it('sends tickers without best bid and offer: every 50 ms after trades, every second without', () => {
    const [, first] = subscribe('tickers.BTCUSDT') as [Json, Json];
    expect(first).toMatchObject({ topic: 'tickers.BTCUSDT', type: 'snapshot', data: { lastPrice: '96400' } });
    expect(first.data).not.toHaveProperty('bid1Price');
    bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
    bench.clock.advanceMs(50);
    expect(socket.take()).toMatchObject([{ data: { lastPrice: '96400.1', volume24h: '0.001' } }]);
    bench.clock.advanceMs(2100);
    expect(socket.take()).toHaveLength(2);
  });

  describe('faults of depth frames', () => {
    const numbers = (): number[] => books(socket).map(({ data }) => data.u);
    const step = (n: number): void => {
      bench.quote('BTC-USDT', `${96400 + n}`, `${96400 + n}.1`, '0.5');
      bench.clock.advanceMs(20);
    };

    it.each([
      ['gap', [2, 3]],
      ['duplicate', [1, 1, 2, 3]],
      ['reorder', [2, 1, 3]],
    ] as const)('%s', (kind, expected) => {
      const [, snapshot] = subscribe('orderbook.50.BTCUSDT') as unknown as [Json, Book];
      bench.plant({ kind, count: 1, instrument: 'BTC-USDT' });
      for (let n = 1; n <= 3; n++) step(n);
      expect(numbers().map((u) => u - snapshot.data.u)).toEqual(expected);
    });
  });

  it('plays a recording in place of its own market', async () => {
    const frame = (topic: string): string => JSON.stringify({ topic, type: 'snapshot', ts: 1, data: {} });
    let play: (text: string) => void = () => {};
    const player: RecordingPlayer = {
      active: true,
      play: (onFrame) => {
        play = onFrame;
        return () => {};
      },
      httpBody: (...fragments) => (fragments.includes('BTCUSDT') ? '{"retCode":0,"recorded":true}' : undefined),
    };
    bench = bybitBench(() => player);
    socket = bench.connect(PUBLIC);
    expect(subscribe('orderbook.200.BTCUSDT')).toHaveLength(1);
    for (const topic of ['orderbook.200.BTCUSDT', 'tickers.BTCUSDT', 'orderbook.200.BTCUSDT']) play(frame(topic));
    play('{"op":"pong"}');
    expect(socket.take().map(({ topic }) => topic)).toEqual(['orderbook.200.BTCUSDT', 'orderbook.200.BTCUSDT']);
    const { body } = await bench.request('GET', '/v5/market/orderbook?category=spot&symbol=BTCUSDT');
    expect(body).toEqual({ retCode: 0, recorded: true });
  });
});
