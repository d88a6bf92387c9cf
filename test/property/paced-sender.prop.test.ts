/** Whatever is asked of a paced sender: no window of the venue's holds more than it allows with the pings in it, nothing
 *  overtakes, and everything leaves in the end. The venue counts what arrives, so messages are delayed on their way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import type { SendLimit } from '../../src/core/venue.ts';
import { JITTER_MS, PacedSender, SendWindow } from '../../src/feeds/paced-sender.ts';

const seed = Number(process.env.PARALLAX_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PING_EVERY_MS = 1_000;

const limits = fc.constantFrom<readonly SendLimit[]>(
  [{ count: 4, windowMs: 1_000 }],
  [
    { count: 10, windowMs: 1_000 },
    { count: 60, windowMs: 20_000, exceptPings: true },
  ],
  [{ count: 100, windowMs: 10_000 }],
  [{ count: 3, windowMs: 5_000, exceptPings: true }],
  [],
);
const burst = fc.record({
  afterMs: fc.oneof(fc.nat(50), fc.nat(1_500)),
  messages: fc.oneof(fc.nat(3), fc.nat(30)),
  ping: fc.boolean(),
});

interface Said {
  readonly atMs: number;
  readonly text: string;
}

/** The most that stand in any [t, t + windowMs) of `said`. */
function fullest(said: readonly Said[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [last, { atMs }] of said.entries()) {
    while ((said[first] as Said).atMs <= atMs - windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('a paced sender', () => {
  it(`keeps every window, whatever the bursts (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(burst, { maxLength: 25 }),
        fc.infiniteStream(fc.nat(JITTER_MS - 1)),
        (allowed, bursts, delays) => {
          const clock = new ManualClock(0);
          const nowMs = (): number => clock.monotonicNs() / 1e6;
          const said: Said[] = [];
          const asked: string[] = [];
          const left: string[] = [];
          const sender = new PacedSender({
            clock,
            windows: allowed.map((limit) => new SendWindow(limit, PING_EVERY_MS)),
            transmit: (text) => {
              said.push({ atMs: nowMs(), text });
              return true;
            },
          });
          let pingedMs = Number.NEGATIVE_INFINITY;
          for (const { afterMs, messages, ping } of bursts) {
            clock.advanceMs(afterMs);
            for (let index = 0; index < messages; index++) {
              const text = `m${asked.length}`;
              asked.push(text);
              sender.send(text, () => left.push(text));
            }
            if (!ping || nowMs() - pingedMs < PING_EVERY_MS) continue;
            pingedMs = nowMs();
            said.push({ atMs: nowMs(), text: 'ping' });
          }
          clock.advanceMs(1e7);
          expect(left).toEqual(asked);
          expect(said.flatMap(({ text }) => (text === 'ping' ? [] : text))).toEqual(asked);
          // Nothing overtakes on one connection, so a late message holds up those behind it.
          let arrivedMs = 0;
          const arrived = said.map(({ atMs, text }) => {
            arrivedMs = Math.max(arrivedMs, atMs + (delays.next().value as number));
            return { atMs: arrivedMs, text };
          });
          for (const { count, windowMs, exceptPings } of allowed) {
            const counted = exceptPings === true ? arrived.filter(({ text }) => text !== 'ping') : arrived;
            expect(fullest(counted, windowMs)).toBeLessThanOrEqual(count);
          }
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  it('uses what it may: a long queue leaves at nearly the full rate', () => {
    const clock = new ManualClock(0);
    let lastMs = 0;
    const sender = new PacedSender({
      clock,
      windows: [new SendWindow({ count: 10, windowMs: 1_000 }, PING_EVERY_MS)],
      transmit: () => {
        lastMs = clock.monotonicNs() / 1e6;
        return true;
      },
    });
    for (let index = 0; index < 80; index++) sender.send(`m${index}`);
    clock.advanceMs(60_000);
    // Two of ten places are kept for pings; a window lasts 250 ms longer.
    expect(lastMs).toBe(9 * 1_250);
  });
});
