import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../src/core/frame.ts';
import { seededRandom } from '../../src/core/random.ts';
import {
  type ControlEvent,
  type Heartbeat,
  type MarketStream,
  type SymbolEntry,
  VERDICT,
} from '../../src/core/venue.ts';
import { Resync } from '../../src/feeds/resync.ts';
import { QUOTE } from '../../src/memory/layout.ts';
import { FeedHarness, type HarnessOptions } from './feeds-harness.ts';

/** A venue of a few lines: JSON frames {k: kind, s: symbol, f: first, l: last, b, a, need}. */
interface Wire {
  k: keyof typeof FRAME;
  s?: string;
  f?: number;
  l?: number;
  b?: [number, number][];
  a?: [number, number][];
  need?: number;
}

function fakeStream(
  snapshotFrom: 'rest' | 'stream',
  extra: { subscribe?: string[]; maxAgeMs?: number; heartbeat?: Heartbeat } = {},
): MarketStream {
  const read = (text: string, symbols: readonly SymbolEntry[], out: FrameBatch): void => {
    out.clear();
    const frame: BookFrame = out.add();
    let wire: Wire;
    try {
      wire = JSON.parse(text) as Wire;
    } catch {
      frame.kind = FRAME.Malformed;
      return;
    }
    frame.kind = FRAME[wire.k];
    frame.symbol = symbols.findIndex((entry) => entry.symbol === wire.s);
    frame.firstSeq = wire.f ?? wire.l ?? -1;
    frame.lastSeq = wire.l ?? -1;
    frame.neededPriceDecimals = wire.need ?? 0;
    for (const [price, size] of wire.b ?? []) frame.bids.push(price, size, 0);
    for (const [price, size] of wire.a ?? []) frame.asks.push(price, size, 0);
  };
  return {
    rule: {
      snapshotFrom,
      judge: (lastSeq, _bridged, delta) => {
        if (delta.lastSeq <= lastSeq) return VERDICT.Ignore;
        return delta.firstSeq <= lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap;
      },
    },
    createParser: (symbols) => ({
      fallbacks: 0,
      parse: (buffer, start, end, out) => read(Buffer.from(buffer.subarray(start, end)).toString(), symbols, out),
      parseSnapshot: (buffer, start, end, symbol, out) => {
        read(Buffer.from(buffer.subarray(start, end)).toString(), symbols, out);
        out.at(0).symbol = symbol;
      },
    }),
    plan: (endpoints, symbols) => [
      {
        url: `${endpoints.wsPublic}/feed?secret=1`,
        subscribe: extra.subscribe ?? [],
        symbols: symbols.map((_, index) => index),
        heartbeat: extra.heartbeat ?? { ping: 'frame', idleMs: 1_000, silenceMs: 3_000 },
        ...(extra.maxAgeMs === undefined ? {} : { maxAgeMs: extra.maxAgeMs }),
      },
    ],
    readControl: (text) => (JSON.parse(text) as { event: ControlEvent }).event,
    ...(snapshotFrom === 'rest'
      ? { snapshotUrl: (endpoints, symbol) => `${endpoints.rest}/book/${symbol}` }
      : { resubscribe: (symbol) => [`resubscribe ${symbol}`] }),
  };
}

const wire = (frame: Wire): string => JSON.stringify(frame);
const snapshot = (s: string, l: number, b: Wire['b'] = [[100, 5]], a: Wire['a'] = [[102, 7]]): string =>
  wire({ k: 'Snapshot', s, l, b: b ?? [], a: a ?? [] });
const delta = (s: string, f: number, l: number, b: [number, number][] = [], a: [number, number][] = []): string =>
  wire({ k: 'Delta', s, f, l, b, a });
const control = (event: ControlEvent): string => JSON.stringify({ k: 'Control', event });

const SYMBOLS = [
  { symbol: 'AUSDT', tick: '1', lot: '1' },
  { symbol: 'BUSDT', tick: '1', lot: '1' },
];

/** A feed over REST snapshots whose rows are live. */
async function liveRest(
  extra: Parameters<typeof fakeStream>[1] = {},
  options: Partial<HarnessOptions> = {},
): Promise<FeedHarness> {
  const harness = new FeedHarness({ stream: fakeStream('rest', extra), symbols: SYMBOLS, ...options });
  harness.acknowledge();
  harness.feed.start();
  harness.socket.accept();
  await harness.answer(snapshot('AUSDT', 10));
  await harness.answer(snapshot('BUSDT', 10));
  harness.socket.pong();
  await harness.warm();
  await harness.pass(10_000);
  expect([harness.trust(0), harness.trust(1)]).toEqual(['live', 'live']);
  return harness;
}

async function liveStream(): Promise<FeedHarness> {
  const harness = new FeedHarness({
    stream: fakeStream('stream', { subscribe: ['sub A', 'sub B'] }),
    symbols: SYMBOLS,
  });
  harness.acknowledge();
  harness.feed.start();
  harness.socket.accept();
  expect(harness.socket.sent).toEqual(['sub A', 'sub B']);
  for (const { symbol } of SYMBOLS) harness.socket.frame(snapshot(symbol, 10));
  await harness.warm();
  await harness.pass(10_000);
  expect([harness.trust(0), harness.trust(1)]).toEqual(['live', 'live']);
  return harness;
}

const warnings = (harness: FeedHarness): string[] =>
  harness.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);

describe('Feed: publishing', () => {
  it('publishes nothing before the detector acknowledged this incarnation, then every row', async () => {
    const harness = new FeedHarness({ stream: fakeStream('rest'), symbols: SYMBOLS, incarnation: 3 });
    harness.control.acknowledge(0, 2);
    harness.feed.start();
    harness.socket.accept();
    harness.socket.pong();
    await harness.answer(snapshot('AUSDT', 10));
    await harness.warm();
    expect(harness.row()[0]).toBe(0);
    expect(harness.dirty.take()).toBe(-1);
    harness.acknowledge();
    await harness.settle();
    expect([harness.dirty.take(), harness.dirty.take(), harness.dirty.take()]).toEqual([0, 1, -1]);
    expect([harness.trust(0), harness.trust(1)]).toEqual(['live', 'syncing']);
    expect(harness.row()[QUOTE.INCARNATION]).toBe(3);
    expect(harness.wakes).toBe(1);
  });

  it('composes and publishes each event in its own callback, with its times', async () => {
    const harness = await liveRest();
    while (harness.dirty.take() >= 0);
    const { wakes } = harness;
    const before = harness.row()[0] as number;
    harness.clock.advanceMs(5);
    const receivedAt = harness.clock.monotonicNs();
    harness.socket.frame(
      delta(
        'AUSDT',
        11,
        12,
        [[101, 3]],
        [
          [102, 0],
          [103, 1],
        ],
      ),
    );
    expect(harness.dirty.take()).toBe(0);
    expect(harness.wakes).toBe(wakes + 1);
    expect(harness.side('bids')).toEqual([
      [101, 3],
      [100, 5],
    ]);
    expect(harness.side('asks')).toEqual([[103, 1]]);
    const row = harness.row();
    expect(row[0]).toBe(before + 2);
    expect([row[QUOTE.VENUE_SEQ], row[QUOTE.RECEIVED_AT], row[QUOTE.DEPTH_AT]]).toEqual([12, receivedAt, receivedAt]);
    expect(harness.decode.percentiles([0.5]).count).toBeGreaterThan(0);
    harness.socket.frame(wire({ k: 'Top', s: 'AUSDT', l: 13, b: [[100, 1]], a: [[101, 2]] }));
    expect([harness.side('bids'), harness.side('asks')]).toEqual([
      [[100, 1]],
      [
        [101, 2],
        [103, 1],
      ],
    ]);
    expect(harness.row()[QUOTE.TOP_AT]).toBe(receivedAt);
  });

  it('does not go live before the warm-up, which runs on the frames that came', async () => {
    const harness = new FeedHarness({ stream: fakeStream('rest'), symbols: SYMBOLS });
    harness.acknowledge();
    harness.feed.start();
    harness.socket.accept();
    for (let id = 1; id <= 12; id++) harness.socket.frame(delta('AUSDT', id, id, [[100, id]]));
    await harness.answer(snapshot('AUSDT', 5));
    expect(harness.trust()).toBe('syncing');
    expect(harness.side('bids')).toEqual([[100, 12]]);
    await harness.warm();
    expect(harness.trust()).toBe('live');
    // The frames were only rehearsed, not applied again.
    expect([harness.side('bids'), harness.row()[QUOTE.VENUE_SEQ]]).toEqual([[[100, 12]], 12]);
  });

  it('does not take a snapshot by REST for a sign of life of the stream', async () => {
    const harness = new FeedHarness({ stream: fakeStream('rest'), symbols: SYMBOLS });
    harness.acknowledge();
    harness.feed.start();
    harness.socket.accept();
    expect(harness.socket.pings).toBe(1);
    await harness.answer(snapshot('AUSDT', 10));
    await harness.warm();
    expect(harness.trust()).toBe('syncing');
    harness.socket.pong();
    expect(harness.trust()).toBe('live');
    harness.socket.die(1006, '');
    await harness.advance(250);
    harness.socket.accept();
    await harness.answer('');
    await harness.answer(snapshot('AUSDT', 12));
    expect(harness.trust()).toBe('syncing');
    harness.socket.frame(delta('BUSDT', 1, 1));
    expect(harness.trust()).toBe('live');
  });

  it('beats its heart with every round of work', async () => {
    const harness = await liveRest();
    await harness.advance(500);
    expect(harness.control.lastBeat(0)).toBe(harness.clock.monotonicNs());
  });
});

describe('Feed: what takes a row out of live', () => {
  it('a gap: at once, one resync in flight, live again when it is bridged', async () => {
    const harness = await liveRest();
    harness.socket.frame(delta('AUSDT', 13, 13));
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'live']);
    for (let id = 14; id < 20; id++) harness.socket.frame(delta('AUSDT', id, id, [[100, id]]));
    expect(harness.http.pending.map(({ request }) => request.url)).toEqual(['http://venue/book/AUSDT']);
    await harness.answer(snapshot('AUSDT', 9));
    expect(harness.trust()).toBe('suspect');
    await harness.pass(1_000);
    await harness.answer(snapshot('AUSDT', 15));
    expect([harness.trust(), harness.row()[QUOTE.VENUE_SEQ], harness.row()[QUOTE.BID_SIZE]]).toEqual(['live', 19, 19]);
    expect(harness.counters.get('gaps')).toBe(1);
    expect(harness.counters.get('distrust:gap')).toBe(1);
    expect(harness.counters.get('resyncs')).toBe(1);
  });

  it('a crossed book, which is fetched anew; a crossed top rights itself', async () => {
    const harness = await liveRest();
    harness.socket.frame(wire({ k: 'Top', s: 'AUSDT', l: 11, b: [[105, 1]], a: [[104, 1]] }));
    expect(harness.trust()).toBe('suspect');
    expect(harness.http.pending).toHaveLength(0);
    harness.socket.frame(delta('AUSDT', 11, 12));
    expect(harness.trust()).toBe('live');
    harness.socket.frame(delta('AUSDT', 13, 13, [[103, 1]]));
    expect(harness.trust()).toBe('suspect');
    expect(harness.http.pending).toHaveLength(1);
    await harness.answer(snapshot('AUSDT', 14));
    expect(harness.trust()).toBe('live');
    expect([harness.counters.get('crossed'), harness.counters.get('distrust:crossed')]).toEqual([2, 2]);
  });

  it('garbage: every row of the connection, each fetched anew', async () => {
    const harness = await liveRest();
    harness.socket.frame('{"k":"Del');
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'suspect']);
    expect(harness.counters.get('malformed')).toBe(1);
    await harness.answer(snapshot('AUSDT', 11));
    await harness.answer(snapshot('BUSDT', 11));
    expect([harness.trust(0), harness.trust(1)]).toEqual(['live', 'live']);
  });

  it('numbers finer than the grid: for good, said once', async () => {
    const harness = await liveRest();
    for (let id = 11; id < 14; id++) harness.socket.frame(wire({ k: 'Delta', s: 'AUSDT', f: id, l: id, need: 3 }));
    expect(harness.faults.map(({ code }) => code)).toEqual(['feed/off-grid']);
    harness.socket.die(1006, 'reset');
    await harness.advance(300);
    harness.socket.accept();
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'syncing']);
    expect(harness.http.pending.map(({ request }) => request.url)).toEqual(['http://venue/book/BUSDT']);
  });

  it('silence: stale, and the connection is replaced; a pong is a sign of life', async () => {
    const harness = await liveRest();
    const first = harness.socket;
    let answered = first.pings;
    for (let passed = 0; passed < 8_000; passed += 250) {
      await harness.advance(250);
      if (first.pings === answered) continue;
      answered = first.pings;
      first.pong();
    }
    expect(answered).toBeGreaterThan(4);
    expect(harness.trust()).toBe('live');
    first.ignoresClose = true;
    first.pong();
    for (let passed = 0; passed < 2_750; passed += 250) await harness.advance(250);
    expect([first.isGone, harness.trust()]).toEqual([false, 'live']);
    await harness.advance(500);
    expect([first.isGone, harness.trust()]).toEqual([true, 'stale']);
    expect(harness.counters.get('distrust:silence')).toBe(2);
    await harness.advance(250);
    expect(harness.sockets).toHaveLength(2);
    harness.socket.accept();
    expect(harness.trust()).toBe('syncing');
  });

  it('not a stream that is busy: the venue is pinged all the same where it wants to hear from its client', async () => {
    for (const everyMs of [undefined, 5_000]) {
      const heartbeat: Heartbeat = {
        ping: 'frame',
        idleMs: 1_000,
        silenceMs: 3_000,
        ...(everyMs === undefined ? {} : { everyMs }),
      };
      const harness = await liveRest({ heartbeat });
      const before = harness.socket.pings;
      for (let passed = 0; passed < 20_000; passed += 500) {
        await harness.advance(500);
        harness.socket.frame(wire({ k: 'Ignored' }));
      }
      const pings = harness.socket.pings - before;
      expect(pings).toBeGreaterThanOrEqual(everyMs === undefined ? 0 : 3);
      expect(pings).toBeLessThanOrEqual(everyMs === undefined ? 0 : 4);
      await harness.feed.stop();
    }
  });

  it('a lost connection: at once; then backoff, subscription and fresh books', async () => {
    const harness = await liveStream();
    harness.socket.die(1001, 'going away');
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'suspect']);
    expect(warnings(harness)).toEqual(['feed down: going away']);
    await harness.advance(250);
    expect(harness.sockets).toHaveLength(2);
    harness.socket.accept();
    expect(harness.socket.sent).toEqual(['sub A', 'sub B']);
    expect(harness.trust()).toBe('syncing');
    harness.socket.frame(delta('AUSDT', 11, 11));
    expect(harness.trust()).toBe('syncing');
    harness.socket.frame(snapshot('AUSDT', 3));
    expect(harness.trust()).toBe('live');
    expect([harness.counters.get('disconnects'), harness.counters.get('connects')]).toEqual([1, 2]);
  });
});

describe('Feed: venues that refuse old messages', () => {
  it('puts the time of sending into subscriptions, first and later ones', async () => {
    const heartbeat: Heartbeat = { ping: 'frame', idleMs: 100_000, silenceMs: 100_000 };
    const plain = fakeStream('stream', { subscribe: ['sub A'], heartbeat });
    const stamp = (message: string, wallMs: number): string => `${wallMs} ${message}`;
    const stream: MarketStream = {
      ...plain,
      plan: (endpoints, symbols) => plain.plan(endpoints, symbols).map((plan) => ({ ...plan, stamp })),
    };
    const harness = new FeedHarness({ stream, symbols: SYMBOLS.slice(0, 1) });
    harness.feed.start();
    harness.socket.accept();
    const first = harness.clock.wallMs();
    expect(harness.socket.sent).toEqual([`${first} sub A`]);
    await harness.advance(6_000);
    const [, again = ''] = harness.socket.sent;
    expect(again).toMatch(/^\d+ resubscribe AUSDT$/);
    expect(Number(again.split(' ')[0])).toBeGreaterThan(first);
    harness.socket.die(1006, '');
    await harness.advance(5_000);
    harness.socket.accept();
    expect(harness.socket.sent).toEqual([`${harness.clock.wallMs()} sub A`]);
    await harness.feed.stop();
  });
});

describe('Feed: venues that misbehave', () => {
  it('a closed port: one message and one fault, however often it is tried', async () => {
    const harness = new FeedHarness({ stream: fakeStream('rest'), symbols: SYMBOLS });
    harness.feed.start();
    for (let attempt = 0; attempt < 12; attempt++) {
      harness.socket.die(1006, 'connect ECONNREFUSED');
      await harness.advance(30_000);
    }
    expect(harness.sockets.length).toBe(13);
    expect(harness.faults.map(({ code }) => code)).toEqual(['venue/unreachable']);
    expect(JSON.stringify([harness.faults[0]?.message, harness.faults[0]?.details])).not.toContain('secret');
    // The fault is the message: whoever takes it logs it.
    expect(warnings(harness)).toHaveLength(0);
  });

  it('a refusal: one message and one fault; the named row is suspect, the other lives', async () => {
    const harness = await liveStream();
    const refused = control({ kind: 'Refused', code: '60018', message: 'no such thing', symbol: 'AUSDT' });
    for (let round = 0; round < 3; round++) harness.socket.frame(refused);
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'live']);
    expect(harness.faults.map(({ code }) => code)).toEqual(['venue/unknown-symbol']);
    harness.socket.frame(control({ kind: 'Refused', code: '1', message: 'too many' }));
    expect(harness.faults.map(({ code }) => code)).toEqual(['venue/unknown-symbol', 'venue/refused']);
    expect(warnings(harness)).toHaveLength(2);
    expect(harness.counters.get('refusals')).toBe(4);
  });

  it('a snapshot that does not come: asked for again, and the venue is left alone when it says so', async () => {
    const harness = await liveRest({}, { seed: 5 });
    harness.socket.frame(delta('AUSDT', 20, 20));
    await harness.answer('slow down', 429, { 'retry-after': '7' });
    await harness.pass(6_750);
    expect(harness.http.pending).toHaveLength(0);
    await harness.pass(1_000);
    expect(harness.http.pending).toHaveLength(1);
    harness.http.pending.shift()?.fail();
    await harness.settle();
    await harness.pass(2_000);
    expect(harness.http.pending).toHaveLength(1);
    await harness.answer('not json');
    await harness.pass(4_000);
    await harness.answer(snapshot('AUSDT', 20));
    expect(harness.trust()).toBe('live');
    expect(harness.faults.map(({ code }) => code)).toEqual(['venue/refused', 'venue/unreachable']);
  });

  it('a pushed snapshot that does not come: subscribed anew', async () => {
    const harness = await liveStream();
    harness.socket.frame(delta('AUSDT', 12, 12));
    expect(harness.trust()).toBe('suspect');
    expect(harness.socket.sent.slice(2)).toEqual(['resubscribe AUSDT']);
    await harness.pass(6_500);
    expect(harness.socket.sent.slice(2)).toEqual(['resubscribe AUSDT', 'resubscribe AUSDT']);
    harness.socket.frame(snapshot('AUSDT', 40));
    expect(harness.trust()).toBe('live');
  });

  it('frames of symbols that nobody asked for are counted', async () => {
    const harness = await liveRest();
    harness.socket.frame(wire({ k: 'UnknownSymbol' }));
    expect(harness.counters.get('unknownSymbols')).toBe(1);
    expect(harness.trust()).toBe('live');
  });
});

describe('Feed: renewal and end', () => {
  it('replaces a connection before its age ends, and stays live when ids go on', async () => {
    const harness = await liveRest({ maxAgeMs: 20_000 });
    const first = harness.socket;
    await harness.pass(10_000);
    expect(harness.sockets).toHaveLength(2);
    expect(first.isGone).toBe(false);
    first.frame(delta('AUSDT', 11, 11));
    harness.socket.accept();
    expect(first.isGone).toBe(true);
    expect(harness.trust()).toBe('live');
    harness.socket.frame(delta('AUSDT', 11, 12, [[101, 1]]));
    expect([harness.trust(), harness.row()[QUOTE.BID]]).toEqual(['live', 101]);
    expect(harness.counters.get('disconnects')).toBe(0);
  });

  it('replaces a connection that the venue announces to close', async () => {
    const harness = await liveStream();
    harness.socket.frame(control({ kind: 'Goodbye', message: 'upgrade' }));
    expect(harness.sockets).toHaveLength(2);
    harness.socket.accept();
    expect(harness.trust()).toBe('syncing');
    harness.socket.frame(snapshot('AUSDT', 1));
    expect(harness.trust()).toBe('live');
  });

  it('stops with every socket closed, every row suspect and no timer left', async () => {
    const harness = await liveRest();
    await harness.feed.stop();
    expect(harness.socket.isGone).toBe(true);
    expect([harness.trust(0), harness.trust(1)]).toEqual(['suspect', 'suspect']);
    await harness.advance(120_000);
    expect(harness.sockets).toHaveLength(1);
    expect(harness.faults).toEqual([]);
  });
});

describe('Resync', () => {
  const started: [atMs: number, symbol: number, flight: number][] = [];
  const make = (limits: object): { clock: ManualClock; resync: Resync; starved: number[] } => {
    started.length = 0;
    const starved: number[] = [];
    const clock = new ManualClock(0);
    const begin = (symbol: number, flight: number): void => {
      started.push([clock.monotonicNs() / 1e6, symbol, flight]);
    };
    const onStarved = (symbol: number): number => starved.push(symbol);
    return { clock, starved, resync: new Resync({ clock, random: seededRandom(3), begin, onStarved, limits }) };
  };

  it('begins half of its tries at once over all symbols, the others evenly', () => {
    const { clock, resync } = make({ perMinute: 10, deadlineMs: 1e9 });
    for (let symbol = 0; symbol < 25; symbol++) resync.request(symbol);
    expect(started).toHaveLength(5);
    clock.advanceMs(5_999);
    expect(started).toHaveLength(5);
    clock.advanceMs(1);
    expect(started).toHaveLength(6);
    clock.advanceMs(54_000);
    expect(started).toHaveLength(15);
    clock.advanceMs(60_000);
    expect(new Set(started.map(([, symbol]) => symbol)).size).toBe(25);
  });

  it('says which symbols wait long for their turn, not those that the venue told to wait', () => {
    const { clock, resync, starved } = make({ perMinute: 10, deadlineMs: 1e9 });
    for (let symbol = 0; symbol < 8; symbol++) resync.request(symbol);
    clock.advanceMs(5_999);
    expect(starved).toEqual([]);
    clock.advanceMs(1);
    expect(starved).toEqual([6, 7]);
    const quiet = make({ perMinute: 10, deadlineMs: 1e9 });
    quiet.resync.pause(30_000);
    quiet.resync.request(0);
    quiet.clock.advanceMs(30_000);
    expect([started.length, quiet.starved]).toEqual([1, []]);
  });

  it('backs off while tries fail, at the deadline too, and forgets after a calm time', () => {
    const { clock, resync } = make({ baseMs: 100, maxMs: 1_000, deadlineMs: 500, calmMs: 60_000 });
    resync.request(0);
    resync.request(0);
    expect(started).toHaveLength(1);
    clock.advanceMs(20_000);
    const waits = started.map(([at], index) => at - (started[index - 1]?.[0] ?? 0)).slice(1);
    expect(waits.length).toBeGreaterThan(10);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(500);
    for (const wait of waits) expect(wait).toBeLessThan(1_500);
    const [, , flight] = started.at(-1) as [number, number, number];
    expect(resync.isCurrent(0, flight)).toBe(true);
    resync.done(0);
    expect(resync.isCurrent(0, flight)).toBe(false);
    const before = started.length;
    clock.advanceMs(60_000);
    expect(started).toHaveLength(before);
    resync.request(0);
    expect(started).toHaveLength(before + 1);
  });
});
