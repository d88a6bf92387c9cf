/** The simulated Bitget's public socket: numbering, cadence, acknowledgements, refusals, limits, heartbeat, faults. */
import { beforeEach, describe, expect, it } from 'vitest';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { describeWithFixtures } from '../../fixtures.ts';
import {
  type BookTexts,
  bookOf,
  framesOf,
  type ManualBitget,
  manualBitget,
  PUBLIC,
  rowOf,
  rowsIn,
} from './bitget-harness.ts';
import type { FakeSocket, Json } from './venue-bench.ts';

const BOOKS = { instType: 'SPOT', channel: 'books', instId: 'BTCUSDT' };
let bitget: ManualBitget;
let socket: FakeSocket;

beforeEach(() => {
  bitget = manualBitget();
  bitget.quote('BTC-USDT', '96400', '96400.01', '0.5');
  socket = bitget.connect(PUBLIC);
});

/** Moves the whole book up by `steps` ticks. */
const move = (steps: number, size = '0.6'): void => {
  const bid = 96_400 + steps / 100;
  bitget.quote('BTC-USDT', bid.toFixed(2), (bid + 0.01).toFixed(2), size);
};
const books = (): BookTexts[] =>
  socket
    .takeTexts()
    .filter((text) => text.includes('"channel":"books"') && text.includes('"data"'))
    .map(bookOf);

/** What a client that knows only the documentation would hold. */
function rebuild(frames: readonly BookTexts[]): { bids: [string, string][]; asks: [string, string][] } {
  const sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };
  for (const frame of frames) {
    for (const name of ['bids', 'asks'] as const) {
      if (frame.action === 'snapshot') sides[name].clear();
      for (const [price, size] of frame[name]) {
        if (size === '0') sides[name].delete(price);
        else sides[name].set(price, size);
      }
    }
  }
  const sorted = (side: Map<string, string>, sign: number): [string, string][] =>
    [...side].sort(([a], [b]) => (Number(a) - Number(b)) * sign);
  return { bids: sorted(sides.bids, -1), asks: sorted(sides.asks, 1) };
}

describe('the depth channel', () => {
  it('sends a snapshot with pseq 0, then changes every 200 ms whose pseq is the seq before, equal to REST', async () => {
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(200);
    for (let step = 1; step <= 6; step++) {
      move(step, `0.${step}`);
      bitget.clock.advanceMs(100);
      if (step % 2 === 1) move(step + 1, '0.9');
    }
    bitget.clock.advanceMs(200);
    const frames = books();
    const [snapshot, ...updates] = frames;
    expect(snapshot).toMatchObject({ action: 'snapshot', pseq: 0n });
    expect(snapshot?.bids).toHaveLength(10);
    expect(updates.length).toBeGreaterThanOrEqual(3);
    let seq = snapshot?.seq ?? 0n;
    for (const update of updates) {
      expect(update).toMatchObject({ action: 'update', pseq: seq });
      expect(update.seq).toBeGreaterThan(seq);
      seq = update.seq;
    }
    // No double holds these.
    expect(BigInt(Number(seq - (seq % 2n) + 1n))).not.toBe(seq - (seq % 2n) + 1n);
    const rest = (await bitget.request('GET', '/api/v2/spot/market/orderbook?symbol=BTCUSDT')).body.data as Json;
    expect(rebuild(frames)).toEqual({ bids: rest.bids, asks: rest.asks });
  });

  it('is silent while nothing changes, and has no checksum', () => {
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(60_000);
    const texts = socket.takeTexts();
    expect(texts).toHaveLength(2);
    expect(texts[1]).not.toContain('checksum');
  });

  it('coalesces what happens within 200 ms', () => {
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(200);
    books();
    for (let step = 1; step <= 5; step++) move(step);
    bitget.clock.advanceMs(199);
    expect(books()).toEqual([]);
    bitget.clock.advanceMs(1);
    expect(books()).toHaveLength(1);
  });

  it('gives a fresh snapshot to whoever subscribes again, and the next change follows it', () => {
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(200);
    move(1);
    bitget.clock.advanceMs(200);
    socket.send({ op: 'unsubscribe', args: [BOOKS] });
    bitget.subscribe(socket, 'books');
    move(2);
    bitget.clock.advanceMs(200);
    move(3);
    bitget.clock.advanceMs(200);
    const frames = books();
    expect(frames.map(({ action }) => action)).toEqual(['snapshot', 'update', 'snapshot', 'update']);
    expect(frames[3]?.pseq).toBe(frames[2]?.seq);
  });

  describe('with a planted fault', () => {
    const run = (kind: 'gap' | 'duplicate' | 'reorder'): BookTexts[] => {
      bitget.subscribe(socket, 'books');
      bitget.clock.advanceMs(200);
      bitget.plant({ kind, count: 1, instrument: 'BTC-USDT' });
      for (let step = 1; step <= 3; step++) {
        move(step);
        bitget.clock.advanceMs(200);
      }
      return books();
    };

    it('loses a frame', () => {
      const [snapshot, second, third] = run('gap');
      expect(second?.pseq).toBeGreaterThan(snapshot?.seq ?? 0n);
      expect(third?.pseq).toBe(second?.seq);
    });

    it('sends a frame twice', () => {
      const [, first, again, next] = run('duplicate');
      expect(again).toEqual(first);
      expect(next?.pseq).toBe(first?.seq);
    });

    it('swaps two frames', () => {
      const [snapshot, second, first, third] = run('reorder');
      expect(first?.pseq).toBe(snapshot?.seq);
      expect(second?.pseq).toBe(first?.seq);
      expect(third?.pseq).toBe(second?.seq);
    });
  });
});

describe('the other channels', () => {
  it('books1 tells the best level at once and every 20 ms, on the same line of numbers', () => {
    bitget.subscribe(socket, 'books1', 'books');
    const [first] = framesOf(socket.take(), 'books1');
    expect(rowOf(first)).toMatchObject({ bids: [['96400', '0.5']], asks: [['96400.01', '0.5']], pseq: 0 });
    for (let step = 1; step <= 4; step++) move(step);
    bitget.clock.advanceMs(19);
    expect(framesOf(socket.take(), 'books1')).toHaveLength(1);
    bitget.clock.advanceMs(1);
    const texts = socket.takeTexts();
    bitget.clock.advanceMs(180);
    const top = bookOf(texts[0] ?? '');
    expect(top.bids).toEqual([['96400.04', '0.6']]);
    expect(books()[0]?.seq).toBe(top.seq);
  });

  it.each([
    ['books5', 5],
    ['books15', 10],
  ])('%s sends whole snapshots when something changed', (channel, levels) => {
    bitget.subscribe(socket, channel);
    bitget.clock.advanceMs(1000);
    move(1);
    bitget.clock.advanceMs(200);
    const frames = framesOf(socket.take(), channel);
    expect(frames.map(({ action }) => action)).toEqual(['snapshot', 'snapshot']);
    expect(rowOf(frames[1]).bids).toHaveLength(levels);
  });

  it('trade sends what was traded lately, newest first, then each trade as it happens', () => {
    const btc = bitget.instrument('BTC-USDT');
    bitget.exchange.synthesizeTrade(btc, 'buy', 1000);
    bitget.exchange.synthesizeTrade(btc, 'sell', 2000);
    bitget.subscribe(socket, 'trade');
    bitget.exchange.synthesizeTrade(btc, 'buy', 3000);
    const [snapshot, update] = framesOf(socket.take(), 'trade');
    expect(rowsIn(snapshot).map(({ size, side }) => [size, side])).toEqual([
      ['0.002', 'sell'],
      ['0.001', 'buy'],
    ]);
    expect(update).toMatchObject({ action: 'update', data: [{ price: '96400.01', size: '0.003', side: 'buy' }] });
  });

  it('ticker counts since the start', () => {
    bitget.subscribe(socket, 'ticker');
    bitget.exchange.synthesizeTrade(bitget.instrument('BTC-USDT'), 'buy', 100_000);
    move(96_400, '0.5');
    bitget.exchange.synthesizeTrade(bitget.instrument('BTC-USDT'), 'buy', 100_000);
    bitget.clock.advanceMs(200);
    const row = rowOf(framesOf(socket.take(), 'ticker').at(-1));
    expect(row).toMatchObject({ lastPr: '97364.01', baseVolume: '0.2', change24h: '0.01', open24h: '96400' });
  });
});

describe('subscriptions', () => {
  const refusal = (arg: object): Json | undefined => {
    socket.send({ op: 'subscribe', args: [arg] });
    return socket.take()[0];
  };

  it('are acknowledged one by one, before any data', () => {
    socket.send({ op: 'subscribe', args: [BOOKS, { ...BOOKS, channel: 'ticker' }] });
    expect(socket.take().slice(0, 2)).toEqual([
      { event: 'subscribe', arg: BOOKS },
      { event: 'subscribe', arg: { ...BOOKS, channel: 'ticker' } },
    ]);
  });

  it('of a symbol or a channel that is not there are refused with the argument in hand', () => {
    const unknown = { ...BOOKS, instId: 'NOPEUSDT' };
    expect(refusal(unknown)).toEqual({
      event: 'error',
      arg: unknown,
      code: 30001,
      msg: "instType:SPOT,channel:books,instId:NOPEUSDT,precision:null doesn't exist",
      op: 'subscribe',
    });
    const candles = { ...BOOKS, channel: 'candle1h' };
    expect(refusal(candles)).toEqual({
      event: 'error',
      arg: candles,
      code: 30016,
      msg: 'Param error',
      op: 'subscribe',
    });
    expect(refusal({ ...BOOKS, channel: 'constructor' })).toMatchObject({ code: 30016 });
    expect(refusal({ ...BOOKS, instType: 7 })).toMatchObject({ code: 30016 });
    expect(refusal({ ...BOOKS, channel: 'orders' })).toMatchObject({ code: 30004 });
  });

  it('of another product are acknowledged, and nothing follows', () => {
    expect(refusal({ ...BOOKS, instType: 'USDT-FUTURES' })).toMatchObject({ event: 'subscribe' });
    move(1);
    bitget.clock.advanceMs(1000);
    expect(socket.take()).toEqual([]);
  });

  it('end with an acknowledgement', () => {
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(200);
    socket.take();
    socket.send({ op: 'unsubscribe', args: [BOOKS] });
    expect(socket.take()).toEqual([{ event: 'unsubscribe', arg: BOOKS }]);
    move(1);
    bitget.clock.advanceMs(1000);
    expect(socket.take()).toEqual([]);
  });

  it('are counted: 240 requests an hour, 4096 bytes a request', () => {
    const many = Array.from({ length: 100 }, () => BOOKS);
    socket.send({ op: 'subscribe', args: many });
    expect(socket.take()).toMatchObject([{ code: 30016 }]);
    for (let n = 0; n < 241; n++) {
      socket.send({ op: 'unsubscribe', args: [BOOKS] });
      bitget.clock.advanceMs(150);
    }
    expect(socket.take().map(({ event }) => event)).toEqual([...Array(240).fill('unsubscribe'), 'error']);
  });
});

describe('connections', () => {
  it('answer ping, and are cut two minutes after the last one, whatever else is sent', () => {
    socket.send('ping');
    expect(socket.takeTexts()).toEqual(['pong']);
    bitget.subscribe(socket, 'books');
    bitget.clock.advanceMs(100_000);
    socket.send('ping');
    for (let n = 0; n < 119; n++) {
      bitget.clock.advanceMs(1000);
      move(n);
      socket.send({ op: 'unsubscribe', args: [{ ...BOOKS, channel: 'ticker' }] });
    }
    expect(bitget.wire.stats().open).toBe(1);
    bitget.clock.advanceMs(1000);
    expect(bitget.wire.stats().open).toBe(0);
    expect(socket.closed).toBeUndefined();
  });

  it('are cut at the eleventh message of a second', () => {
    for (let n = 0; n < 10; n++) socket.send('ping');
    expect(bitget.wire.stats().open).toBe(1);
    socket.send('ping');
    expect(socket.takeTexts().at(-1)).toContain('"code":30007');
    expect(bitget.wire.stats().open).toBe(0);
  });

  it.each([
    ['{', 30002],
    ['[]', 30002],
    ['null', 30002],
    ['{"op":"order","args":[]}', 30003],
    ['{"op":"constructor","args":[{}]}', 30003],
    ['{"op":"subscribe"}', 30016],
    ['{"op":"subscribe","args":{"length":1}}', 30016],
    ['{"op":"subscribe","args":[null]}', 30016],
  ])('take %s for what it is', (text, code) => {
    socket.send(text);
    expect(socket.take()).toMatchObject([{ event: 'error', code }]);
  });

  it('close on a frame that is too big', () => {
    socket.send(`"${'x'.repeat(70_000)}"`);
    expect(socket.closed?.code).toBe(1009);
  });

  it('tell whose they are, and are dropped by scope', () => {
    const own = bitget.login();
    expect([socket, own].map(({ connection }) => bitget.wire.scopeOf(connection))).toEqual(['public', 'private']);
    expect(bitget.wire.disconnect('private')).toBe(1);
    expect(bitget.wire.disconnect('all')).toBe(1);
    expect(bitget.wire.stats().open).toBe(0);
    expect(['/v2/ws/public', '/v3/ws/public', 'constructor'].map((path) => bitget.wire.accepts(path))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describeWithFixtures('a recording', (root) => {
  it('is played to those who subscribe, byte for byte, the channels that they asked for alone', () => {
    const recording = readRecording(`${root}/bitget/book_recordings/v2_wrapped_books_spot_5syms.jsonl`, ['bitget']);
    const played = manualBitget((clock) => newPlayer(recording, clock, 1));
    const listener = played.connect(PUBLIC);
    const ids = ['EOSUSDT', 'GOGUSDT'];
    listener.send({ op: 'subscribe', args: ids.map((instId) => ({ ...BOOKS, instId })) });
    expect(listener.take().map(({ event }) => event)).toEqual(['subscribe', 'subscribe']);
    played.clock.advanceMs(60_000);
    const wanted = recording.frames
      .map(({ text }) => text)
      .filter((text) => text.includes('"data"') && ids.some((id) => text.includes(`"instId":"${id}"`)));
    expect(wanted.length).toBeGreaterThan(50);
    expect(listener.sent.slice(2)).toEqual(wanted);
  });
});
