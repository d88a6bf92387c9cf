/** The WebSocket side of the simulated Coinbase: numbering, channels, heartbeats, tokens, limits and planted faults. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { describeWithFixtures } from '../../fixtures.ts';
import { type CoinbaseBench, eventOf, limitOrder, manualCoinbase, V3 } from './coinbase-harness.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

const PRODUCT = 'BTC-USDT';
const FAILURE = { type: 'error', message: 'authentication failure' };

let bench: CoinbaseBench;
let socket: FakeSocket;

beforeEach(() => {
  bench = manualCoinbase();
  bench.quote(PRODUCT, '96400', '96400.01', '0.5', 3);
  socket = bench.connect('/market');
});

const subscribe = (channel: string, products: readonly string[] = [PRODUCT], more: Json = {}): void =>
  socket.send({ type: 'subscribe', channel, product_ids: products, ...more });
const channelsOf = (messages: readonly Json[]): unknown[] => messages.map(({ channel }) => channel);
const numbersOf = (messages: readonly Json[]): unknown[] => messages.map(({ sequence_num }) => sequence_num);
const requote = (bid: string, ask: string, size: string): void => bench.quote(PRODUCT, bid, ask, size, 3);

describe('numbering', () => {
  it('counts every message of a connection from 0, acknowledgements and heartbeats too', () => {
    subscribe('level2');
    subscribe('ticker');
    subscribe('heartbeats', []);
    requote('96400.5', '96400.51', '0.4');
    bench.clock.advanceMs(1000);
    const messages = socket.take();
    expect(numbersOf(messages)).toEqual(messages.map((_, index) => index));
    expect(channelsOf(messages)).toEqual([
      'l2_data',
      'subscriptions',
      'ticker',
      'subscriptions',
      'subscriptions',
      'l2_data',
      'ticker',
      'heartbeats',
    ]);
  });

  it('is its own on every connection, and errors have none', () => {
    subscribe('level2');
    const other = bench.connect('/market');
    other.send({ type: 'subscribe', channel: 'heartbeat' });
    other.send({ type: 'subscribe', channel: 'heartbeats' });
    expect(numbersOf(socket.take())).toEqual([0, 1]);
    expect(other.take()).toMatchObject([FAILURE, { channel: 'subscriptions', sequence_num: 0 }]);
  });

  it('lists all subscriptions in every acknowledgement', () => {
    subscribe('ticker');
    subscribe('heartbeats', []);
    subscribe('level2', [PRODUCT, 'ETH-USDT']);
    socket.send({ type: 'unsubscribe', channel: 'level2', product_ids: ['ETH-USDT'] });
    socket.send({ type: 'unsubscribe', channel: 'ticker', product_ids: [PRODUCT] });
    const acks = socket.take().filter(({ channel }) => channel === 'subscriptions');
    expect(acks.map((ack) => eventOf(ack).subscriptions)).toEqual([
      { ticker: [PRODUCT] },
      { heartbeats: ['heartbeats'], ticker: [PRODUCT] },
      { heartbeats: ['heartbeats'], level2: [PRODUCT, 'ETH-USDT'], ticker: [PRODUCT] },
      { heartbeats: ['heartbeats'], level2: [PRODUCT], ticker: [PRODUCT] },
      { heartbeats: ['heartbeats'], level2: [PRODUCT] },
    ]);
  });
});

describe('level2', () => {
  const apply = (book: Map<string, string>, message: Json): void => {
    for (const { side, price_level, new_quantity } of eventOf(message).updates as Record<string, string>[]) {
      if (new_quantity === '0') book.delete(`${side} ${price_level}`);
      else book.set(`${side} ${price_level}`, new_quantity ?? '');
    }
  };
  const standing = (): Map<string, string> => {
    const { bids, asks } = bench.exchange.book(bench.instrument(PRODUCT), 100);
    const row = (side: string) => (level: { price: number; size: number }) =>
      [`${side} ${level.price / 100}`, String(level.size / 1e8)] as const;
    return new Map([...bids.map(row('bid')), ...asks.map(row('offer'))]);
  };

  it('is a snapshot of the whole book and then changes, equal to the book in the end', () => {
    subscribe('level2');
    for (const [bid, ask, size] of [
      ['96400.5', '96400.51', '0.4'],
      ['96399', '96399.01', '1.5'],
      ['96399.02', '96399.03', '0.7'],
    ] as const) {
      requote(bid, ask, size);
      bench.clock.advanceMs(50);
    }
    const messages = socket.take().filter(({ channel }) => channel === 'l2_data');
    expect(messages.map((message) => eventOf(message).type)).toEqual(['snapshot', 'update', 'update', 'update']);
    const book = new Map<string, string>();
    for (const message of messages) apply(book, message);
    expect(new Map([...book].sort())).toEqual(new Map([...standing()].sort()));
  });

  it('gathers changes for up to 50 ms, bids from the best down, then offers from the best up', () => {
    subscribe('level2');
    socket.take();
    requote('96401', '96401.01', '1');
    requote('96402', '96402.01', '2');
    expect(socket.take()).toEqual([]);
    bench.clock.advanceMs(50);
    const [message, ...more] = socket.take();
    expect(more).toEqual([]);
    const updates = eventOf(message).updates as Json[];
    const prices = (side: string): number[] =>
      updates.filter((row) => row.side === side).map(({ price_level }) => Number(price_level));
    expect(updates.map(({ side }) => side)).toEqual([...updates.map(({ side }) => side)].sort());
    expect(prices('bid')).toEqual(prices('bid').sort((a, b) => b - a));
    expect(prices('offer')).toEqual(prices('offer').sort((a, b) => a - b));
    expect(prices('bid')[0]).toBe(96402);
    expect(updates.filter(({ new_quantity }) => new_quantity === '0')).toHaveLength(6);
  });

  it('gives a fresh snapshot to whoever subscribes, and to whoever does so again', () => {
    subscribe('level2');
    requote('96402', '96402.01', '2');
    const late = bench.connect('/market');
    late.send({ type: 'subscribe', channel: 'level2', product_ids: [PRODUCT] });
    const [first] = late.take();
    const fresh = new Map<string, string>();
    apply(fresh, first ?? {});
    expect(fresh).toEqual(standing());
    bench.clock.advanceMs(100);
    expect(late.take()).toEqual([]);
    expect(channelsOf(socket.take())).toEqual(['l2_data', 'subscriptions', 'l2_data']);
    subscribe('level2');
    expect(socket.take().map((message) => eventOf(message).type)).toEqual(['snapshot', undefined]);
  });

  it('stops after an unsubscription', () => {
    subscribe('level2');
    socket.send({ type: 'unsubscribe', channel: 'level2', product_ids: [PRODUCT] });
    socket.take();
    requote('96402', '96402.01', '2');
    bench.clock.advanceMs(100);
    expect(socket.take()).toEqual([]);
  });
});

describe('other market channels', () => {
  it('tells the ticker every 250 ms when anything moved, and the batch every 5 s without best prices', () => {
    subscribe('ticker');
    subscribe('ticker_batch');
    socket.take();
    for (let n = 1; n <= 10; n++) {
      requote(`${96400 + n}`, `${96400 + n}.01`, '1');
      bench.clock.advanceMs(50);
    }
    const tickers = socket.take();
    expect(channelsOf(tickers)).toEqual(['ticker', 'ticker']);
    expect(eventOf(tickers[1])).toMatchObject({
      type: 'update',
      tickers: [{ best_bid: '96410', best_ask: '96410.01' }],
    });
    bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'buy', 1000);
    bench.clock.advanceMs(5000);
    const batch = socket.take().filter(({ channel }) => channel === 'ticker_batch');
    expect(batch).toHaveLength(1);
    const [row] = eventOf(batch[0]).tickers as Json[];
    expect(row).toMatchObject({ price: '96410.01' });
    expect(Object.keys(row ?? {})).not.toContain('best_bid');
  });

  it('tells trades newest first, by the maker’s side', () => {
    bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'sell', 1000);
    subscribe('market_trades');
    const [snapshot] = socket.take();
    expect(eventOf(snapshot)).toMatchObject({ type: 'snapshot', trades: [{ side: 'BUY', size: '0.00001' }] });
    bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'buy', 2000);
    bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'buy', 3000);
    bench.clock.advanceMs(100);
    const trades = eventOf(socket.take()[0]).trades;
    expect(trades).toMatchObject([
      { side: 'SELL', size: '0.00003', price: '96400.01' },
      { side: 'SELL', size: '0.00002' },
    ]);
  });

  it('tells the status of products once', () => {
    subscribe('status');
    expect(eventOf(socket.take()[0])).toMatchObject({
      type: 'snapshot',
      products: [{ id: PRODUCT, status: 'online' }],
    });
  });
});

describe('the user channel', () => {
  let user: FakeSocket;
  const statuses = (): unknown[] =>
    user.take().flatMap((message) => (eventOf(message).orders as Json[]).map(({ status }) => status));

  const listen = (products: readonly string[] = []): void => {
    user = bench.connect('/user');
    user.send({ type: 'subscribe', channel: 'user', product_ids: products, jwt: bench.token() });
  };

  it('starts with open orders, 50 a message, the last one short', async () => {
    for (let n = 0; n < 100; n++) {
      if (n % 25 === 0) bench.clock.advanceMs(1000);
      await bench.rest();
    }
    listen();
    const messages = user.take();
    expect(channelsOf(messages)).toEqual(['user', 'user', 'user', 'subscriptions']);
    expect(messages.slice(0, 3).map((message) => (eventOf(message).orders as Json[]).length)).toEqual([50, 50, 0]);
  });

  it('tells an order’s way: pending, open, asked to cancel, canceled', async () => {
    listen();
    user.take();
    const id = await bench.rest();
    expect(statuses()).toEqual(['PENDING', 'OPEN']);
    await bench.call('POST', `${V3}/orders/batch_cancel`, { order_ids: [id] });
    await settle();
    expect(statuses()).toEqual(['CANCEL_QUEUED', 'CANCELLED']);
  });

  it('tells fills as growing quantities', async () => {
    listen();
    user.take();
    await bench.place(limitOrder({ base_size: '0.8', limit_price: '96400.02' }));
    const orders = user.take().map((message) => (eventOf(message).orders as Json[])[0]);
    expect(orders.map((order) => [order?.status, order?.cumulative_quantity, order?.number_of_fills])).toEqual([
      ['PENDING', '0', '0'],
      ['OPEN', '0.5', '1'],
      ['FILLED', '0.8', '2'],
    ]);
    expect(orders.at(-1)).toMatchObject({ leaves_quantity: '0', outstanding_hold_amount: '0', order_type: 'Limit' });
    // (0.5 × 96400.01 + 0.3 × 96400.02) × 0.006
    expect(orders.at(-1)?.total_fees).toBe('462.720066');
  });

  it('ends what an immediate order leaves as canceled', async () => {
    listen();
    user.take();
    await bench.place(limitOrder({ base_size: '0.8', limit_price: '96400.01' }, {}, 'sor_limit_ioc'));
    expect(statuses()).toEqual(['PENDING', 'OPEN', 'CANCELLED']);
  });

  it('keeps to its products', async () => {
    listen(['ETH-USDT']);
    user.take();
    await bench.rest();
    expect(user.take()).toEqual([]);
  });

  it('is served by the market host too, and serves nothing of the market itself', () => {
    subscribe('user', [], { jwt: bench.token() });
    expect(channelsOf(socket.take())).toEqual(['user', 'subscriptions']);
    listen();
    user.take();
    user.send({ type: 'subscribe', channel: 'level2', product_ids: [PRODUCT] });
    expect(user.take()).toEqual([FAILURE]);
  });

  const tokens: readonly [name: string, make: () => unknown][] = [
    ['none', () => undefined],
    ['no text', () => 5],
    ['nonsense', () => 'a.b.c'],
    ['an old one', () => bench.token(undefined, { claims: { nbf: 1, exp: 100 } })],
    ['one that lives too long', () => bench.token(undefined, { claims: { exp: bench.clock.wallMs() / 1000 + 130 } })],
    ['one of another key', () => bench.token(undefined, { header: { kid: 'organizations/a/apiKeys/b' } })],
  ];
  it.each(tokens)('refuses a token: %s', (_, make) => {
    subscribe('user', [], { jwt: make() });
    expect(socket.take()).toEqual([FAILURE]);
    subscribe('level2', [PRODUCT], { jwt: make() });
    expect(socket.take()).toHaveLength(make() === undefined ? 2 : 1);
  });
});

describe('keeping open', () => {
  it('closes a connection that subscribes to nothing within 5 s', () => {
    bench.clock.advanceMs(4999);
    expect(socket.closed).toBeUndefined();
    bench.clock.advanceMs(1);
    expect(socket.closed).toMatchObject({ code: 1008 });
  });

  it('closes one on which nothing happens; heartbeats once a second keep it open', () => {
    subscribe('level2');
    const kept = bench.connect('/market');
    kept.send({ type: 'subscribe', channel: 'heartbeats' });
    kept.take();
    bench.clock.advanceMs(3000);
    const beats = kept.take().map((message) => eventOf(message).heartbeat_counter);
    expect(beats).toEqual([Number(beats[0]), Number(beats[0]) + 1, Number(beats[0]) + 2]);
    bench.clock.advanceMs(80_000);
    expect(socket.closed).toMatchObject({ code: 1000 });
    expect(kept.closed).toBeUndefined();
  });

  it('refuses what it does not know, and never falls over it', () => {
    for (const message of ['{', '[]', 'null', '{"type":"constructor"}', { type: 'subscribe' }]) socket.send(message);
    subscribe('level2', []);
    subscribe('level2', ['constructor']);
    expect(socket.take().map(({ type }) => type)).toEqual(Array.from({ length: 7 }, () => 'error'));
    socket.send(' '.repeat(70_000));
    expect(socket.closed).toMatchObject({ code: 1009 });
  });

  it('takes 8 messages without a token a second, and 8 connections', () => {
    for (let n = 0; n < 9; n++) subscribe('status');
    expect(socket.take().at(-1)).toEqual({ type: 'error', message: 'rate limit exceeded' });
    subscribe('status', [PRODUCT], { jwt: bench.token() });
    expect(socket.take()).toHaveLength(2);
    for (let n = 0; n < 9; n++) bench.connect('/market');
    expect(bench.wire.stats()).toMatchObject({ connections: 10, open: 8 });
  });
});

describe('planted faults', () => {
  const step = (n: number): void => {
    requote(`${96400 + n}`, `${96400 + n}.01`, '1');
    bench.clock.advanceMs(50);
  };
  it.each([
    ['gap', [3, 4]],
    ['duplicate', [2, 2, 3, 4]],
    ['reorder', [3, 2, 4]],
  ] as const)('%s shows in the numbers', (kind, numbers) => {
    subscribe('level2');
    socket.take();
    bench.plant({ kind, count: 1, instrument: PRODUCT });
    for (let n = 1; n <= 3; n++) step(n);
    expect(numbersOf(socket.take())).toEqual(numbers);
  });

  it('sends an order’s message twice', async () => {
    subscribe('user', [], { jwt: bench.token() });
    socket.take();
    bench.plant({ kind: 'duplicate', count: 1, scope: 'private' });
    await bench.rest();
    expect(numbersOf(socket.take())).toEqual([2, 2, 3]);
  });

  it('disconnects by host', () => {
    bench.connect('/user');
    expect(bench.wire.disconnect('private')).toBe(1);
    expect(bench.wire.disconnect('public')).toBe(1);
    expect(bench.wire.stats()).toMatchObject({ open: 0 });
  });
});

describe('a recording that misses messages', () => {
  it('leaves the same numbers out', () => {
    const frame = (sequence_num: number, product_id: string): string => {
      const events = [{ type: 'update', product_id, updates: [] }];
      return JSON.stringify({ channel: 'l2_data', timestamp: '2026-08-09T21:05:48Z', sequence_num, events });
    };
    const frames = [frame(7, 'ETH-USD'), frame(8, 'BTC-USD'), frame(10, 'BTC-USD'), frame(11, 'ETH-USD')];
    const player = {
      active: true,
      play: (onFrame: (text: string) => void) => {
        queueMicrotask(() => frames.forEach(onFrame));
        return () => {};
      },
      httpBody: () => undefined,
    };
    bench = manualCoinbase(() => player);
    socket = bench.connect('/market');
    subscribe('level2', ['ETH-USD']);
    return settle().then(() => expect(numbersOf(socket.take())).toEqual([0, 1, 3]));
  });
});

describeWithFixtures('a recording', (root) => {
  it('is played frame by frame, numbered for this connection', () => {
    const path = join(root, 'coinbase/book_recordings/advtrade_l2_ETH-USD.jsonl');
    const recording = readRecording(path, ['coinbase']);
    bench = manualCoinbase((clock) => newPlayer(recording, clock, 1));
    socket = bench.connect('/market');
    subscribe('level2', ['ETH-USD']);
    subscribe('heartbeats', []);
    for (let second = 0; second < 26; second++) bench.clock.advanceMs(1000);
    const messages = socket.take();
    expect(numbersOf(messages)).toEqual(messages.map((_, index) => index));
    const levels = messages.filter(({ channel }) => channel === 'l2_data');
    expect(levels).toHaveLength(375);
    expect(eventOf(levels[0])).toMatchObject({ type: 'snapshot', product_id: 'ETH-USD' });
  });
});
