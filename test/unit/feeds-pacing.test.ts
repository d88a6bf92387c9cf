/** What a feed says, and when: within the limits of its connection, with deadlines that count from what was really sent. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { FRAME, type FrameBatch } from '../../src/core/frame.ts';
import { seededRandom } from '../../src/core/random.ts';
import { type ConnectionPlan, type ControlEvent, type MarketStream, VERDICT } from '../../src/core/venue.ts';
import { PacedSender, SendWindow } from '../../src/feeds/paced-sender.ts';
import { Resync } from '../../src/feeds/resync.ts';
import { FeedHarness } from './feeds-harness.ts';

const COUNT = 100;
const NAMES = Array.from({ length: COUNT }, (_, index) => `S${index}`);
const SYMBOLS = NAMES.map((symbol) => ({ symbol, tick: '1', lot: '1' }));

/** Frames are `S3 snapshot 7`, `S3 delta 8`, or an event as JSON. One subscription a symbol. */
function wordStream(extra: Partial<ConnectionPlan>, snapshotFrom: 'stream' | 'rest' = 'stream'): MarketStream {
  const parse = (buffer: Uint8Array, start: number, end: number, out: FrameBatch): void => {
    out.clear();
    const frame = out.add();
    const text = Buffer.from(buffer.subarray(start, end)).toString();
    frame.kind = FRAME.Control;
    if (text.startsWith('{')) return;
    const [name = '', kind = '', seq = '0'] = text.split(' ');
    frame.kind = kind === 'snapshot' ? FRAME.Snapshot : FRAME.Delta;
    frame.symbol = NAMES.indexOf(name);
    frame.firstSeq = Number(seq);
    frame.lastSeq = Number(seq);
    frame.bids.push(100, 5, 0);
    frame.asks.push(102, 5, 0);
  };
  return {
    rule: {
      snapshotFrom,
      judge: (lastSeq, _bridged, { lastSeq: seq }) => (seq === lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap),
    },
    createParser: () => ({
      fallbacks: 0,
      parse,
      parseSnapshot: (buffer, start, end, symbol, out) => {
        parse(buffer, start, end, out);
        out.at(0).symbol = symbol;
      },
    }),
    plan: ({ wsPublic }, symbols) => [
      {
        url: wsPublic,
        symbols: symbols.map((_, index) => index),
        subscribe: symbols.map(({ symbol }) => `subscribe ${symbol}`),
        heartbeat: { ping: 'frame', idleMs: 1_000, silenceMs: 3_000 },
        ...extra,
      },
    ],
    readControl: (text) => JSON.parse(text) as ControlEvent,
    ...(snapshotFrom === 'stream'
      ? { resubscribe: (symbol) => [`leave ${symbol}`, `subscribe ${symbol}`] }
      : { snapshotUrl: (endpoints, symbol) => `${endpoints.rest}/${symbol}` }),
  };
}

const TEN_A_SECOND = { sends: [{ count: 10, windowMs: 1_000 }] };

function started(
  extra: Partial<ConnectionPlan> = TEN_A_SECOND,
  snapshotFrom: 'stream' | 'rest' = 'stream',
): FeedHarness {
  const harness = new FeedHarness({ stream: wordStream(extra, snapshotFrom), symbols: SYMBOLS });
  harness.acknowledge();
  harness.feed.start();
  harness.socket.accept();
  return harness;
}

/** The venue answers each subscription that is new with a snapshot. */
function answerSubscriptions(harness: FeedHarness, from: number): number {
  const { sent } = harness.socket;
  for (const message of sent.slice(from)) {
    const [word, name] = message.split(' ');
    if (word === 'subscribe') harness.socket.frame(`${name} snapshot 10`);
  }
  return sent.length;
}

/** A feed whose hundred rows are live. */
async function live(extra?: Partial<ConnectionPlan>): Promise<FeedHarness> {
  const harness = started(extra);
  let answered = 0;
  for (let round = 0; round < 1_000 && answered < COUNT; round++) {
    answered = answerSubscriptions(harness, answered);
    await harness.pass(250);
  }
  await harness.warm();
  await harness.pass(10_000);
  expect(new Set(NAMES.map((_, row) => harness.trust(row)))).toEqual(new Set(['live']));
  return harness;
}

describe('Feed: what it says', () => {
  it('subscribes to a hundred symbols in order, at the pace of the venue, and pings meanwhile', async () => {
    const harness = started();
    expect([harness.socket.sent.length, harness.socket.pings]).toEqual([8, 1]);
    for (let seconds = 2; seconds <= 16; seconds += 2) {
      await harness.advance(2_000);
      harness.socket.pong();
    }
    expect(harness.socket.sent).toEqual(NAMES.map((name) => `subscribe ${name}`));
    expect(harness.socket.pings).toBeGreaterThanOrEqual(9);
  });

  it('counts over all connections what the venue counts for an address', async () => {
    const sends = [{ count: 8, windowMs: 1_000, exceptPings: true, perAddress: true }] as const;
    const stream = wordStream({ sends });
    const plan: MarketStream['plan'] = (endpoints, symbols) =>
      stream.plan(endpoints, symbols).flatMap((whole) =>
        [0, 50].map((first) => ({
          ...whole,
          symbols: whole.symbols.slice(first, first + 50),
          subscribe: whole.subscribe.slice(first, first + 50),
        })),
      );
    const harness = new FeedHarness({ stream: { ...stream, plan }, symbols: SYMBOLS });
    harness.feed.start();
    const said = (): number[] => harness.sockets.map(({ sent }) => sent.length);
    for (const socket of harness.sockets) socket.accept();
    expect(said()).toEqual([8, 0]);
    await harness.pass(1_500);
    expect(said().reduce((sum, each) => sum + each)).toBe(16);
    await harness.pass(15_000);
    expect(said()).toEqual([50, 50]);
  });

  it('waits for books from when the last subscription left, not from the opening', async () => {
    const harness = started();
    // Twelve rounds of eight take 15 s; nobody answers, and nothing is asked for twice before 5 s after that.
    await harness.pass(19_750);
    expect(harness.socket.sent).toHaveLength(COUNT);
    const [first] = harness.sockets;
    await harness.pass(7_000);
    expect(first?.sent.length).toBeGreaterThan(COUNT);
    // That many cannot be asked for one by one: another connection brings them all.
    expect(harness.sockets).toHaveLength(2);
  });

  it('has all rows of a hundred symbols live without asking for one twice', async () => {
    const harness = await live();
    expect(harness.socket.sent).toHaveLength(COUNT);
    expect(harness.counters.get('resyncs')).toBe(0);
  });

  it('asks anew once, however long it has to wait for its turn', async () => {
    const harness = await live({ sends: [{ count: 3, windowMs: 1_000 }] });
    // One resubscription is two messages, and one message a window is free: the eighth leaves after some 20 s.
    for (let symbol = 0; symbol < 8; symbol++) harness.socket.frame(`S${symbol} delta 90`);
    let answered = COUNT;
    for (let round = 0; round < 120; round++) {
      answered = answerSubscriptions(harness, answered);
      await harness.pass(250);
    }
    expect(harness.socket.sent.slice(COUNT)).toEqual(
      NAMES.slice(0, 8).flatMap((name) => [`leave ${name}`, `subscribe ${name}`]),
    );
    expect(harness.counters.get('resyncs')).toBe(8);
    expect(harness.trust(7)).toBe('live');
  });

  it('forgets what waited on a line that died', async () => {
    const harness = started();
    const first = harness.socket;
    first.die(1006, 'reset');
    await harness.advance(1_000);
    harness.socket.accept();
    await harness.pass(20_000);
    expect(first.sent).toHaveLength(8);
    expect(harness.socket.sent.slice(0, COUNT)).toEqual(NAMES.map((name) => `subscribe ${name}`));
  });

  it('says nothing more on a line that was replaced, even one that does not close', async () => {
    const harness = started();
    const first = harness.socket;
    first.ignoresClose = true;
    first.frame(JSON.stringify({ kind: 'Goodbye', message: 'upgrade' } satisfies ControlEvent));
    harness.socket.accept();
    await harness.pass(16_000);
    expect([first.isOpen, first.sent.length, harness.socket.sent.length]).toEqual([true, 8, COUNT]);
  });

  it('stamps a message when it leaves', async () => {
    const harness = started({ ...TEN_A_SECOND, stamp: (message, wallMs) => `${message} at ${wallMs}` });
    await harness.pass(5_000);
    const times = harness.socket.sent.map((message) => Number(message.split(' at ')[1]));
    expect([0, 8, 16].map((index) => (times[index] as number) - (times[0] as number))).toEqual([0, 1_250, 2_500]);
  });

  it('takes another line when this one may say nothing more for the rest of the hour', async () => {
    const harness = await live({ sends: [{ count: 104, windowMs: 3_600_000, exceptPings: true }] });
    const first = harness.socket;
    for (const symbol of [3, 4]) harness.socket.frame(`S${symbol} delta 90`);
    answerSubscriptions(harness, COUNT);
    expect([harness.trust(3), harness.trust(4), harness.sockets.length]).toEqual(['live', 'live', 1]);
    harness.socket.frame('S5 delta 90');
    await harness.pass(500);
    expect([first.sent.length, harness.sockets.length]).toEqual([COUNT + 4, 2]);
    harness.socket.accept();
    answerSubscriptions(harness, 0);
    expect([first.isGone, harness.trust(5), harness.trust(99)]).toEqual([true, 'live', 'live']);
    await harness.pass(30_000);
    expect(harness.sockets).toHaveLength(2);
  });

  it('takes no row of a replaced line for served whose subscription still waits', async () => {
    const goodbye = JSON.stringify({ kind: 'Goodbye', message: 'upgrade' } satisfies ControlEvent);
    for (const [extra, trust] of [
      [{}, 'live'],
      [TEN_A_SECOND, 'syncing'],
    ] as const) {
      const harness = started(extra, 'rest');
      await harness.pass(20_000);
      harness.socket.frame(JSON.stringify({ kind: 'Subscribed', symbol: 'S0' } satisfies ControlEvent));
      await harness.answer('S0 snapshot 10');
      await harness.warm();
      await harness.pass(1_000);
      expect(harness.trust()).toBe('live');
      harness.socket.frame(goodbye);
      harness.socket.accept();
      expect([harness.sockets.length, harness.trust()]).toEqual([2, trust]);
      await harness.feed.stop();
    }
  });
});

describe('Resync', () => {
  it('has no deadline for what waits for its turn, also when the subscriptions of others have left', () => {
    const clock = new ManualClock(0);
    const tries: number[] = [];
    const begin = (symbol: number, flight: number): void => {
      tries.push(flight);
      resync.queued(symbol, flight);
    };
    const resync = new Resync({ clock, random: seededRandom(3), begin, limits: { deadlineMs: 5_000 } });
    resync.expect(0);
    clock.advanceMs(60_000);
    resync.done(0);
    resync.request(0);
    resync.subscribed(0);
    clock.advanceMs(60_000);
    expect(tries).toHaveLength(1);
    resync.asked(0, tries[0] as number);
    clock.advanceMs(4_999);
    expect(tries).toHaveLength(1);
    clock.advanceMs(1_000);
    expect(tries).toHaveLength(2);
    // A message that left for a try that is over tells nothing of the one under way.
    resync.asked(0, tries[0] as number);
    clock.advanceMs(60_000);
    expect(tries).toHaveLength(2);
  });
});

describe('PacedSender', () => {
  const make = (count: number, isOpen = true): { clock: ManualClock; sent: string[]; sender: PacedSender } => {
    const clock = new ManualClock(0);
    const sent: string[] = [];
    const transmit = (text: string): boolean => isOpen && sent.push(text) > 0;
    const windows = [new SendWindow({ count, windowMs: 1_000 }, 1_000)];
    return { clock, sent, sender: new PacedSender({ clock, windows, transmit }) };
  };

  it('says nothing on a dead line, neither what waited nor what comes', () => {
    const { clock, sent, sender } = make(4);
    for (const text of ['a', 'b', 'c', 'd']) sender.send(text);
    sender.close();
    expect(sender.send('e')).toBe(false);
    clock.advanceMs(1e6);
    expect([sent, sender.isStuck]).toEqual([['a', 'b'], false]);
  });

  it('tells when a line is not open, and takes no such message for sent', () => {
    const { sender } = make(4, false);
    let sent = 0;
    expect(sender.send('a', () => sent++)).toBe(false);
    expect(sent).toBe(0);
  });

  it('is not made with a limit that pings alone would use up', () => {
    expect(() => make(2)).toThrow('needed for pings');
  });
});
