import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { EpochMs, MonoNs } from '../../../src/core/units.ts';
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

describe('microsText', () => {
  it('never runs back while its clocks go on', () => {
    const clock = offsetClock();
    let last = 0;
    for (; clock.micros < 5_000; clock.micros += 50) {
      const text = microsText(clock);
      expect(text).toMatch(/^\d{16}$/);
      expect(Number(text)).toBeGreaterThan(last);
      expect(Math.abs(Number(text) / 1e3 - clock.wallMs())).toBeLessThan(2);
      last = Number(text);
    }
  });

  it('follows a wall clock that was set', () => {
    const clock = offsetClock();
    microsText(clock);
    clock.stepMs = 60_000;
    expect(Number(microsText(clock)) / 1e3).toBeCloseTo(clock.wallMs(), 0);
  });
});
