/** The public side of the simulated Gate: books and their numbers, other channels, refusals, silence, faults. */
import { describe, expect, it } from 'vitest';
import { ClientBook, nowSeconds, PRIVATE, PUBLIC, startGate, subscribe } from './gate-harness.ts';
import type { FakeSocket, Json, ManualBench } from './venue-bench.ts';

const OBU = 'spot.obu';
const STREAM = 'ob.BTC_USDT.50';

const resultOf = (frame: Json | undefined): Json => (frame?.result ?? {}) as Json;
const updates = (socket: FakeSocket): Json[] => socket.take().filter(({ event }) => event === 'update');

/** A socket with the whole book of `spot.obu`. */
function following(bench: ManualBench): { socket: FakeSocket; full: Json } {
  const socket = bench.connect(PUBLIC);
  socket.send(subscribe(bench, OBU, [STREAM]));
  bench.clock.advanceMs(20);
  const full = resultOf(updates(socket)[0]);
  return { socket, full };
}

/** Moves the best bid up by `steps` ticks and lets the 20 ms pass. */
function move(bench: ManualBench, steps: number): void {
  bench.quote('BTC-USDT', (96400 + steps / 10).toFixed(1), (96400.1 + steps / 10).toFixed(1), '0.5');
  bench.clock.advanceMs(20);
}

describe('spot.obu', () => {
  it('acknowledges, then sends a whole book without `U`, then changes whose `U` follows on', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send({ ...subscribe(bench, OBU, [STREAM]), id: 12 });
    expect(socket.take()).toEqual([
      {
        time: nowSeconds(bench),
        time_ms: bench.clock.wallMs(),
        id: 12,
        conn_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        channel: OBU,
        event: 'subscribe',
        payload: [STREAM],
        result: { status: 'success' },
        requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
    bench.clock.advanceMs(20);
    const [first, ...none] = updates(socket);
    expect(none).toEqual([]);
    const full = resultOf(first);
    const { updateId } = bench.exchange.top(bench.instrument('BTC-USDT'));
    expect(full).toMatchObject({ full: true, s: STREAM, u: updateId });
    expect(full).not.toHaveProperty('U');

    const book = new ClientBook();
    book.apply(full.b, full.a);
    let last = Number(full.u);
    for (const steps of [1, 2, 0, -3, 4]) {
      move(bench, steps);
      for (const frame of updates(socket)) {
        const change = resultOf(frame);
        expect(change).not.toHaveProperty('full');
        expect(change.U).toBe(last + 1);
        book.apply(change.b, change.a);
        last = Number(change.u);
      }
    }
    expect(last).toBe(bench.exchange.top(bench.instrument('BTC-USDT')).updateId);
  });

  it('equals the REST book of the same id in the end', async () => {
    const bench = startGate();
    const { socket, full } = following(bench);
    const book = new ClientBook();
    book.apply(full.b, full.a);
    let last = full.u;
    for (let steps = 1; steps <= 12; steps++) {
      move(bench, steps % 5);
      for (const frame of updates(socket)) {
        book.apply(resultOf(frame).b, resultOf(frame).a);
        last = resultOf(frame).u;
      }
    }
    const { body } = await bench.request(
      'GET',
      '/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=100&with_id=true',
    );
    expect(body.id).toBe(last);
    expect(book.levels()).toEqual({ bids: body.bids, asks: body.asks });
  });

  it('coalesces what happens within its interval, and says nothing while nothing changes', () => {
    const bench = startGate();
    const { socket, full } = following(bench);
    bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
    bench.quote('BTC-USDT', '96402', '96402.1', '0.5');
    bench.clock.advanceMs(19);
    expect(updates(socket)).toEqual([]);
    bench.clock.advanceMs(1);
    expect(updates(socket).map((frame) => resultOf(frame).U)).toEqual([Number(full.u) + 1]);
    bench.clock.advanceMs(1000);
    expect(updates(socket)).toEqual([]);
  });

  it('shows no level below its depth, and covers their changes with the next ids', () => {
    const bench = startGate();
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 60);
    const { socket, full } = following(bench);
    expect([(full.b as unknown[]).length, (full.a as unknown[]).length]).toEqual([50, 50]);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.5', 55);
    bench.clock.advanceMs(20);
    expect(updates(socket)).toEqual([]);
    bench.quote('BTC-USDT', '96400', '96400.1', '0.6', 55);
    bench.clock.advanceMs(20);
    expect(resultOf(updates(socket)[0]).U).toBe(Number(full.u) + 1);
  });

  it('takes a stream once a connection, and starts anew after an unsubscription', () => {
    const bench = startGate();
    const { socket } = following(bench);
    socket.send(subscribe(bench, OBU, [STREAM]));
    expect(socket.take()).toMatchObject([
      { error: { code: 2, message: `Alert sub ${STREAM}` }, result: { status: 'fail' }, payload: [STREAM] },
    ]);
    socket.send({ ...subscribe(bench, OBU, [STREAM]), event: 'unsubscribe' });
    expect(socket.take()).toMatchObject([{ event: 'unsubscribe', result: { status: 'success' } }]);
    move(bench, 3);
    expect(updates(socket)).toEqual([]);
    socket.send(subscribe(bench, OBU, [STREAM]));
    bench.clock.advanceMs(20);
    expect(updates(socket).map(resultOf)).toMatchObject([{ full: true, s: STREAM }]);
  });
});

describe('spot.order_book_update', () => {
  it.each([
    ['20ms', 20, '20'],
    ['100ms', 100, '100'],
  ])('bridges to a REST book at %s and keeps it', async (interval, cadenceMs, level) => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.order_book_update', ['BTC_USDT', interval]));
    bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
    // A level that goes and comes back within one frame, with the REST book from in between.
    bench.quote('BTC-USDT', '96405', '96405.1', '0.5', 1);
    const { body } = await bench.request(
      'GET',
      '/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=100&with_id=true',
    );
    bench.quote('BTC-USDT', '96401', '96401.1', '0.5');
    const book = new ClientBook();
    book.apply(body.bids, body.asks);
    let base = Number(body.id);
    for (let steps = 0; steps < 6; steps++) {
      bench.clock.advanceMs(cadenceMs);
      for (const frame of updates(socket)) {
        const change = resultOf(frame);
        expect(change).toMatchObject({ e: 'depthUpdate', s: 'BTC_USDT', l: level });
        if (Number(change.u) < base + 1) continue;
        expect(Number(change.U)).toBeLessThanOrEqual(base + 1);
        book.apply(change.b, change.a);
        base = Number(change.u);
      }
      const now = bench.exchange.book(bench.instrument('BTC-USDT'), 100);
      expect([book.bids.size, book.asks.size]).toEqual([now.bids.length, now.asks.length]);
      bench.quote('BTC-USDT', `9640${steps}`, `9640${steps}.1`, '0.7');
    }
  });

  it('may be subscribed to twice', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    for (let n = 0; n < 2; n++) socket.send(subscribe(bench, 'spot.order_book_update', ['BTC_USDT', '100ms']));
    expect(socket.take()).toMatchObject([{ result: { status: 'success' } }, { result: { status: 'success' } }]);
    move(bench, 1);
    bench.clock.advanceMs(100);
    expect(updates(socket)).toHaveLength(1);
  });
});

describe('the other public channels', () => {
  it('send the best bid and offer at once, then at most every 10 ms', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.book_ticker', ['BTC_USDT', 'ETH_USDT']));
    expect(updates(socket).map(resultOf)).toMatchObject([
      { s: 'BTC_USDT', b: '96400', B: '0.5', a: '96400.1', A: '0.5' },
      { s: 'ETH_USDT', b: '', B: '', a: '', A: '' },
    ]);
    for (const bid of ['96401', '96402', '96403']) bench.quote('BTC-USDT', bid, '96403.1', '0.5');
    expect(updates(socket).map((frame) => resultOf(frame).b)).toEqual(['96401']);
    bench.clock.advanceMs(10);
    const { updateId } = bench.exchange.top(bench.instrument('BTC-USDT'));
    expect(updates(socket).map(resultOf)).toMatchObject([{ b: '96403', u: updateId }]);
  });

  it('send each trade by itself, taker side alone', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.trades', ['BTC_USDT']));
    bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'sell', 1000);
    const [trade, ...none] = updates(socket).map(resultOf);
    expect(none).toEqual([]);
    expect(trade).toMatchObject({ side: 'sell', currency_pair: 'BTC_USDT', amount: '0.001', price: '96400' });
    expect(trade?.id).toBe(trade?.id_market);
  });

  it('send whole books of the asked depth, and tickers every second', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.order_book', ['BTC_USDT', '5', '100ms']));
    socket.send(subscribe(bench, 'spot.tickers', ['BTC_USDT']));
    const [book, ticker] = updates(socket).map(resultOf);
    expect(book).toMatchObject({ l: '5', s: 'BTC_USDT' });
    expect(book?.bids).toHaveLength(5);
    expect(ticker).toMatchObject({ currency_pair: 'BTC_USDT', last: '96400', lowest_ask: '96400.1' });
    bench.quote('BTC-USDT', '96500', '96500.1', '0.5');
    socket.take();
    bench.quote('BTC-USDT', '96501', '96501.1', '0.5');
    bench.clock.advanceMs(100);
    expect(updates(socket).map(({ channel }) => channel)).toEqual(['spot.order_book']);
    bench.clock.advanceMs(900);
    expect(updates(socket).map(resultOf)).toMatchObject([{ highest_bid: '96501' }]);
  });
});

describe('requests that are wrong', () => {
  const refusal = (message: object | string): Json[] => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(typeof message === 'string' ? message : { time: nowSeconds(bench), ...message });
    return socket.take();
  };

  it.each([
    ['spot.nope', ['BTC_USDT'], 2, 'Unknown channel spot.nope'],
    ['constructor', ['BTC_USDT'], 2, 'Unknown channel constructor'],
    ['spot.book_ticker', ['BTC_USDT', 'NOPE_USD'], 2, 'unknown currency pair: NOPE_USD'],
    ['spot.trades', ['btc_usdt'], 2, 'unknown currency pair: btc_usdt'],
    ['spot.trades', 'BTC_USDT', 1, 'request payload does not follow json schema'],
    ['spot.tickers', undefined, 1, 'request payload does not follow json schema'],
    ['spot.order_book_update', ['BTC_USDT', '1000ms'], 2, 'incorrect update interval specified: 1000ms'],
    ['spot.order_book_update', ['BTC_USDT', 'constructor'], 2, 'incorrect update interval specified: constructor'],
    ['spot.order_book_update', ['BTC_USDT'], 2, 'Invalid argument provided'],
    ['spot.order_book', ['BTC_USDT', '30', '100ms'], 2, 'provided level not supported: 30'],
    ['spot.order_book', ['BTC_USDT', '20', '20ms'], 2, 'incorrect update interval specified: 20ms'],
    ['spot.obu', ['ob.NOPE_USD.50'], 2, 'unknown currency pair: NOPE_USD'],
    ['spot.obu', ['ob.BTC_USDT.100'], 2, 'provided level not supported: 100'],
    ['spot.obu', ['BTC_USDT'], 2, 'Invalid argument provided'],
  ])('%s %j', (channel, payload, code, message) => {
    const [frame, ...none] = refusal({ channel, event: 'subscribe', payload });
    expect(none).toEqual([]);
    expect(frame).toMatchObject({ channel, event: 'subscribe', error: { code, message }, result: { status: 'fail' } });
  });

  it('are refused whole: nothing of the payload is streamed', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send(subscribe(bench, 'spot.book_ticker', ['BTC_USDT', 'NOPE_USD']));
    move(bench, 2);
    expect(updates(socket)).toEqual([]);
  });

  it('need a time and an event that exists', () => {
    const payload = ['BTC_USDT'];
    const body = { code: 1, message: 'Invalid request body format' };
    expect(refusal({ time: '1', channel: 'spot.trades', event: 'subscribe', payload })).toMatchObject([
      { error: body },
    ]);
    expect(refusal({ channel: 'spot.trades', event: 'nope', payload })).toMatchObject([{ error: { code: 2 } }]);
    expect(refusal('[]')).toMatchObject([{ error: body }]);
  });

  it('get no answer when they are no JSON, and harm nothing', () => {
    for (const text of ['nope', '{', `{"channel":"spot.ping","id":${'['.repeat(200_000)}${']'.repeat(200_000)}}`]) {
      expect(refusal(text)).toEqual([]);
    }
  });
});

describe('silence', () => {
  it('answers pings in the application', () => {
    const bench = startGate();
    const socket = bench.connect(PUBLIC);
    socket.send({ time: nowSeconds(bench), channel: 'spot.ping' });
    expect(socket.take()).toMatchObject([{ channel: 'spot.pong', event: '', result: null }]);
  });

  it('is cut after 30 s without a subscription and 60 s with one; pings count', () => {
    const bench = startGate();
    const cut: string[] = [];
    const watch = (name: string): FakeSocket => {
      const socket = bench.connect(PUBLIC);
      const { terminate } = socket.connection;
      Object.assign(socket.connection, {
        terminate: () => {
          cut.push(name);
          terminate();
        },
      });
      return socket;
    };
    watch('idle');
    watch('subscribed').send(subscribe(bench, 'spot.trades', ['BTC_USDT']));
    const pinging = watch('pinging');
    for (let n = 0; n < 3; n++) {
      bench.clock.advanceMs(25_000);
      pinging.send({ time: nowSeconds(bench), channel: 'spot.ping' });
      expect(cut).toEqual(n === 0 ? [] : n === 1 ? ['idle'] : ['idle', 'subscribed']);
    }
  });
});

describe('faults of depth', () => {
  const planted = (kind: 'gap' | 'duplicate' | 'reorder', frames: number): [unknown, unknown][] => {
    const bench = startGate();
    const { socket, full } = following(bench);
    bench.plant({ kind, instrument: 'BTC-USDT', count: 1 });
    for (let steps = 1; steps <= frames; steps++) move(bench, steps);
    const base = Number(full.u);
    return updates(socket).map((frame) => [Number(resultOf(frame).U) - base, Number(resultOf(frame).u) - base]);
  };

  it('lose a frame', () => {
    const [first, second] = planted('gap', 3);
    expect(Number(first?.[0])).toBeGreaterThan(1);
    expect(second?.[0]).toBe(Number(first?.[1]) + 1);
  });

  it('repeat a frame', () => {
    const [first, second, third] = planted('duplicate', 2);
    expect(first).toEqual(second);
    expect(third?.[0]).toBe(Number(first?.[1]) + 1);
  });

  it('swap two frames', () => {
    const [first, second] = planted('reorder', 2);
    expect(second?.[0]).toBe(1);
    expect(first?.[0]).toBe(Number(second?.[1]) + 1);
  });
});

describe('paths', () => {
  it('tell the sockets of market data and of the account apart, and no other path is served', () => {
    const bench = startGate();
    const { wire } = bench;
    expect([PUBLIC, PRIVATE].map((path) => wire.scopeOf({ path, query: '' }))).toEqual(['public', 'private']);
    expect([PUBLIC, PRIVATE, '/ws/v4', '/v4/ws', 'constructor'].map((path) => wire.accepts(path))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    bench.connect(PUBLIC);
    bench.connect(PRIVATE);
    expect(wire.disconnect('private')).toBe(1);
    expect(wire.stats()).toMatchObject({ connections: 2, open: 1 });
    expect(wire.disconnect('all')).toBe(1);
  });
});
