import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../../src/core/clock.ts';

describe('manual clock', () => {
  it('stands still until it is moved', () => {
    const clock = new ManualClock(5e9, 1_000);
    expect([clock.monotonicNs(), clock.wallMs()]).toEqual([5e9, 1_000]);
    clock.advanceMs(1.5);
    expect([clock.monotonicNs(), clock.wallMs()]).toEqual([5e9 + 1.5e6, 1_001]);
  });

  it('runs due tasks in the order of their times, each at its own time', () => {
    const clock = new ManualClock(0);
    const ran: [string, number][] = [];
    const note = (name: string) => () => void ran.push([name, clock.monotonicNs() / 1e6]);
    clock.after(30, note('late'));
    clock.after(10, note('early'));
    clock.after(10, note('early too'));
    clock.after(31, note('not yet'));
    clock.advanceMs(30);
    expect(ran).toEqual([
      ['early', 10],
      ['early too', 10],
      ['late', 30],
    ]);
    expect(clock.monotonicNs()).toBe(30e6);
  });

  it('runs what a task starts when that falls due within the same move', () => {
    const clock = new ManualClock(0);
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.monotonicNs() / 1e6);
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advanceMs(35);
    expect(ran).toEqual([10, 20, 30]);
  });

  it('forgets a task that was cancelled, once or twice, also from within another', () => {
    const clock = new ManualClock(0);
    const ran: string[] = [];
    const cancel = clock.after(5, () => ran.push('cancelled'));
    const cancelLater = clock.after(20, () => ran.push('cancelled in time'));
    clock.after(10, cancelLater);
    cancel();
    cancel();
    clock.advanceMs(100);
    cancelLater();
    expect(ran).toEqual([]);
  });
});

describe('system clock', () => {
  it('counts the process-wide monotonic nanoseconds, so that threads agree', () => {
    const clock = systemClock();
    const before = Number(process.hrtime.bigint());
    const now = clock.monotonicNs();
    const after = Number(process.hrtime.bigint());
    // The offset was measured between two readings; a millisecond covers a thread switch there.
    expect(now).toBeGreaterThan(before - 1e6);
    expect(now).toBeLessThan(after + 1e6);
  });

  it('runs a task once, and none that was cancelled', async () => {
    const clock = systemClock();
    const ran: string[] = [];
    const cancel = clock.after(1, () => ran.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => {
      clock.after(5, () => {
        ran.push('due');
        resolve();
      });
    });
    expect(ran).toEqual(['due']);
  });
});
