import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { EpochMs, MonoNs } from '../../../src/core/units.ts';
import { monotonicMs, wallMicros } from '../../../src/sim/clock-readings.ts';
import { microsNow } from '../../../src/sim/venues/kraken/times.ts';
import { microsText } from '../../../src/sim/venues/okx/times.ts';

/** The wall's milliseconds turn 0.4 ms after those of the monotonic clock. */
function offsetClock(): Clock & { micros: number; stepMs: number } {
  return {
    micros: 0,
    stepMs: 0,
    monotonicNs() {
      return (5_000_000_000 + this.micros * 1e3) as MonoNs;
    },
    wallMs() {
      return (1_750_000_000_000 + this.stepMs + Math.floor((this.micros + 600) / 1e3)) as EpochMs;
    },
    after: () => () => {},
  };
}

describe('a clock read in microseconds', () => {
  it('never runs back while its clocks go on', () => {
    const clock = offsetClock();
    let last = 0;
    for (; clock.micros < 5_000; clock.micros += 50) {
      const now = wallMicros(clock);
      expect(Number.isInteger(now)).toBe(true);
      expect(now).toBeGreaterThan(last);
      expect(Math.abs(now / 1e3 - clock.wallMs())).toBeLessThan(2);
      last = now;
    }
  });

  it('follows a wall clock that was set', () => {
    const clock = offsetClock();
    wallMicros(clock);
    clock.stepMs = 60_000;
    expect(wallMicros(clock) / 1e3).toBeCloseTo(clock.wallMs(), 0);
  });

  it('is written as each venue does', () => {
    const clock = offsetClock();
    expect(monotonicMs(clock)).toBe(5_000);
    expect(microsText(clock)).toBe('1750000000000000');
    expect(microsNow(clock)).toBe('2025-06-15T15:06:40.000000Z');
  });
});
