/** The simulated OKX's public channels and connections: sequences, cadence, limits, planted faults, recordings. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DepthWindow } from '../../../src/sim/depth-window.ts';
import { newPlayer, readRecording } from '../../../src/sim/recording.ts';
import { describeWithFixtures } from '../../fixtures.ts';
import { first, type ManualOkx, manualOkx, PUBLIC } from './okx-harness.ts';
import type { FakeSocket, Json } from './venue-bench.ts';

const BTC = { channel: 'books', instId: 'BTC-USDT' };

let okx: ManualOkx;

beforeEach(() => {
  okx = manualOkx();
  okx.quote('BTC-USDT', '96400', '96400.1', '0.5');
});

/** A book put together from frames, as a client does it; throws on a broken chain. */
class ClientBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  seqId = Number.NaN;

  apply(frame: Json): void {
    const data = first(frame);
    if (frame.action === 'snapshot') {
      this.bids.clear();
      this.asks.clear();
    } else if (data.prevSeqId !== this.seqId) {
      throw new Error(`gap: ${String(data.prevSeqId)} follows ${this.seqId}`);
    }
    this.seqId = data.seqId as number;
    for (const [side, levels] of [
      [this.bids, data.bids],
      [this.asks, data.asks],
    ] as const) {
      for (const [price, size] of levels as string[][]) {
        if (size === '0') side.delete(price ?? '');
        else side.set(price ?? '', size ?? '');
      }
    }
  }
}

describe('books', () => {
  let socket: FakeSocket;
  beforeEach(() => {
    socket = okx.connect(PUBLIC);
    socket.send({ op: 'subscribe', args: [BTC] });
  });

  it('acknowledges, then sends a snapshot, then changes that chain into the same book as REST has', async () => {
    const [ack] = socket.take();
    expect(ack).toMatchObject({ event: 'subscribe', arg: BTC });
    const book = new ClientBook();
    okx.clock.advanceMs(100);
    for (let step = 0; step < 20; step++) {
      okx.quote(
        'BTC-USDT',
        (96400 + step / 5).toFixed(1),
        (96400.1 + step / 5).toFixed(1),
        `0.${step + 1}`,
        8 + (step % 5),
      );
      okx.clock.advanceMs(30);
    }
    okx.clock.advanceMs(100);
    const frames = socket.take();
    expect(frames[0]?.action).toBe('snapshot');
    expect(frames.slice(1).every(({ action }) => action === 'update')).toBe(true);
    // 700 ms at one frame each 100 ms.
    expect(frames.length).toBeGreaterThanOrEqual(6);
    expect(frames.length).toBeLessThanOrEqual(8);
    for (const frame of frames) book.apply(frame);
    const rest = first((await okx.get('/api/v5/market/books?instId=BTC-USDT&sz=400')).body);
    expect([...book.bids].sort()).toEqual((rest.bids as string[][]).map(([price, size]) => [price, size]).sort());
    expect([...book.asks].sort()).toEqual((rest.asks as string[][]).map(([price, size]) => [price, size]).sort());
  });

  it('sends a fresh snapshot after unsubscribing and subscribing, also to a second connection, on the same line of ids', () => {
    okx.clock.advanceMs(100);
    const again = okx.connect(PUBLIC);
    okx.quote('BTC-USDT', '96401', '96401.1', '0.5');
    again.send({ op: 'subscribe', args: [BTC] });
    okx.clock.advanceMs(100);
    const [book, second] = [new ClientBook(), new ClientBook()];
    for (const frame of socket.take().slice(1)) book.apply(frame);
    for (const frame of again.take().slice(1)) second.apply(frame);
    expect(second.seqId).toBe(book.seqId);
    expect([...second.bids]).toEqual(expect.arrayContaining([...book.bids]));
    socket.send({ op: 'unsubscribe', args: [BTC] });
    okx.quote('BTC-USDT', '96402', '96402.1', '0.5');
    okx.clock.advanceMs(300);
    expect(socket.take()).toEqual([expect.objectContaining({ event: 'unsubscribe', arg: BTC })]);
    socket.send({ op: 'subscribe', args: [BTC] });
    okx.clock.advanceMs(100);
    const [ack, snapshot] = socket.take();
    expect(ack).toMatchObject({ event: 'subscribe' });
    expect(snapshot).toMatchObject({ action: 'snapshot' });
    expect((first(snapshot).bids as string[][])[0]).toEqual(['96402', '0.5', '0', '1']);
  });

  it('says once a minute that nothing changed, with an id that stays', () => {
    okx.clock.advanceMs(100);
    const snapshot = socket.take()[1];
    for (let second = 0; second < 125; second++) {
      // A client that keeps its connection alive.
      if (second % 20 === 0) socket.send('ping');
      okx.clock.advanceMs(1000);
    }
    const quiet = socket.sent
      .filter((text) => text !== 'pong')
      .slice(2)
      .map((text) => JSON.parse(text) as Json);
    expect(quiet).toHaveLength(2);
    const seqId = first(snapshot).seqId;
    for (const frame of quiet) expect(first(frame)).toMatchObject({ asks: [], bids: [], seqId, prevSeqId: seqId });
  });

  it('loses a frame on a gap fault and sends one twice on a duplicate fault', () => {
    okx.clock.advanceMs(100);
    const book = new ClientBook();
    for (const frame of socket.take().slice(1)) book.apply(frame);
    okx.plant({ kind: 'gap', instrument: 'BTC-USDT' });
    okx.quote('BTC-USDT', '96401', '96401.1', '0.5');
    okx.clock.advanceMs(100);
    expect(socket.take()).toEqual([]);
    okx.plant({ kind: 'duplicate', instrument: 'BTC-USDT' });
    okx.quote('BTC-USDT', '96402', '96402.1', '0.5');
    okx.clock.advanceMs(100);
    const frames = socket.take();
    expect(frames).toHaveLength(2);
    expect(frames[0]).toEqual(frames[1]);
    expect(() => book.apply(frames[0] ?? {})).toThrow(/gap/);
  });

  it('shows 400 levels: one that leaves lets the next one in', () => {
    const window = new DepthWindow('sell', 3);
    window.reset([1, 2, 3, 4, 5].map((price) => ({ price, size: 10 })));
    expect(window.levels().map(({ price }) => price)).toEqual([1, 2, 3]);
    window.apply(2, 0);
    expect(window.takeChanges()).toEqual([
      { price: 2, size: 0 },
      { price: 4, size: 10 },
    ]);
    window.apply(5, 0);
    window.apply(4, 7);
    expect(window.takeChanges()).toEqual([{ price: 4, size: 7 }]);
    window.apply(0, 1);
    expect(window.takeChanges()).toEqual([
      { price: 0, size: 1 },
      { price: 4, size: 0 },
    ]);
    window.apply(0, 0);
    window.apply(1, 0);
    expect(window.takeChanges()).toEqual([
      { price: 0, size: 0 },
      { price: 1, size: 0 },
      { price: 4, size: 7 },
    ]);
  });
});

describe('other public channels', () => {
  it('send the best bid and offer at most every 10 ms, on the line of ids of books', () => {
    const socket = okx.connect(PUBLIC);
    socket.send({ op: 'subscribe', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] });
    const [, now] = socket.take();
    expect(first(now)).toMatchObject({ bids: [['96400', '0.5', '0', '1']], asks: [['96400.1', '0.5', '0', '1']] });
    for (let ms = 1; ms <= 50; ms++) {
      okx.quote('BTC-USDT', (96400 + ms / 10).toFixed(1), (96400.1 + ms / 10).toFixed(1), '0.5');
      okx.clock.advanceMs(1);
    }
    okx.clock.advanceMs(20);
    const frames = socket.take();
    expect(frames.length).toBeGreaterThanOrEqual(5);
    expect(frames.length).toBeLessThanOrEqual(7);
    expect(first(frames.at(-1))).toMatchObject({
      bids: [['96405', '0.5', '0', '1']],
      seqId: okx.exchange.top(okx.instrument('BTC-USDT')).updateId,
    });
  });

  it('refuse what they do not know, and what belongs elsewhere', () => {
    const socket = okx.connect(PUBLIC);
    const code = (message: string | object): unknown => {
      socket.send(message);
      return socket.take()[0]?.code;
    };
    const subscribe = (arg: object): unknown => code({ op: 'subscribe', args: [arg] });
    expect(subscribe({ channel: 'books', instId: 'NO-SUCH' })).toBe('60018');
    expect(subscribe({ channel: 'candle1m', instId: 'BTC-USDT' })).toBe('60018');
    expect(subscribe({ channel: 'orders', instType: 'SPOT' })).toBe('60018');
    expect(subscribe({ channel: 'books-l2-tbt', instId: 'BTC-USDT' })).toBe('60011');
    expect(code({ op: 'subscribe', args: [{ instId: 'BTC-USDT' }] })).toBe('60012');
    expect(code('{"op":"subscribe"')).toBe('60012');
    expect(code({ op: 'subscribe' })).toBe('60012');
    expect(code({ op: 'dance', args: [] })).toBe('60019');
    expect(code({ id: '1', op: 'order', args: [{}] })).toBe('60028');
  });
});

describe('connections', () => {
  it('answer ping, and end after 30 s without anything', () => {
    const socket = okx.connect(PUBLIC);
    okx.clock.advanceMs(25_000);
    socket.send('ping');
    expect(socket.sent).toEqual(['pong']);
    okx.clock.advanceMs(29_000);
    expect(socket.closed).toBeUndefined();
    okx.clock.advanceMs(1_100);
    expect(socket.closed).toEqual({ code: 4004, reason: 'No data received in 30s' });
  });

  it('end on a message that is too long, and allow 480 subscriptions an hour', () => {
    const socket = okx.connect(PUBLIC);
    for (let n = 0; n < 480; n++) socket.send({ op: 'unsubscribe', args: [BTC] });
    socket.take();
    socket.send({ op: 'unsubscribe', args: [BTC] });
    expect(socket.take()).toEqual([expect.objectContaining({ event: 'error', code: '60014' })]);
    socket.send(`"${'x'.repeat(70_000)}"`);
    expect(socket.closed?.code).toBe(1009);
  });

  it('tell whose they are, so that troubles find them', () => {
    const [open, own] = [okx.connect(PUBLIC), okx.login()];
    expect([open, own].map(({ connection }) => okx.wire.scopeOf(connection))).toEqual(['public', 'private']);
  });

  it('are dropped by scope', () => {
    const open = okx.connect(PUBLIC);
    okx.login();
    expect(okx.wire.disconnect('private')).toBe(1);
    expect(okx.wire.disconnect('public')).toBe(1);
    expect(open.closed).toBeUndefined();
    expect(okx.wire.stats().open).toBe(0);
  });
});

describeWithFixtures('a recording', (root) => {
  const path = `${root}/okx/book_recordings/v5_books_BTC-USDT_UNI-USD-SWAP.jsonl`;

  it('is played to those who subscribe, byte for byte, the channels that they asked for alone', () => {
    const recording = readRecording(path, ['binance', 'okx']);
    expect(recording.venue).toBe('okx');
    const played = manualOkx((clock) => newPlayer(recording, clock, 1));
    const socket = played.connect('/ws/v5/public');
    const swap = { channel: 'books', instId: 'UNI-USD-SWAP' };
    socket.send({ op: 'subscribe', args: [swap, BTC] });
    expect(socket.take().map(({ event }) => event)).toEqual(['subscribe', 'subscribe']);
    played.clock.advanceMs(60_000);
    const wanted = recording.frames
      .map(({ text }) => text)
      .filter((text) => text.includes('"data"') && text.includes('"channel":"books"'))
      .filter((text) => text.includes('BTC-USDT') || text.includes('UNI-USD-SWAP'));
    expect(wanted.length).toBeGreaterThan(100);
    expect(socket.sent.slice(2)).toEqual(wanted);
  });
});
