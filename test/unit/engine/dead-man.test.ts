import { describe, expect, it } from 'vitest';
import { hasFrozen, shouldSetTimer, type TimerView, timerMs } from '../../../src/engine/dead-man.ts';

const OKX = { minMs: 10_000, maxMs: 120_000, refreshMs: 2_500, scope: 'tag' } as const;

describe('a frozen executor', () => {
  it('is one whose last round is longer ago than the bound', () => {
    expect(hasFrozen(1_000, 4_000, 3_000)).toBe(false);
    expect(hasFrozen(1_000, 4_001, 3_000)).toBe(true);
  });
});

describe('the time of a timer', () => {
  it.each([
    [5_000, 10_000],
    [10_000, 10_000],
    [20_001, 21_000],
    [500_000, 120_000],
  ])('wanted %i ms is %i ms', (wanted, given) => {
    expect(timerMs(OKX, wanted)).toBe(given);
  });
});

describe('a timer', () => {
  const well: TimerView = {
    nowNs: 10_000,
    lastRoundNs: 9_900,
    boundNs: 1_000,
    isGatewayUp: true,
    lastSetNs: undefined,
    refreshNs: 2_000,
  };

  it('is set at once by a healthy executor, and again when it is due', () => {
    expect(shouldSetTimer(well)).toBe(true);
    expect(shouldSetTimer({ ...well, lastSetNs: 8_001 })).toBe(false);
    expect(shouldSetTimer({ ...well, lastSetNs: 8_000 })).toBe(true);
  });

  it('is not set by one that stood still, or that cannot reach the venue', () => {
    expect(shouldSetTimer({ ...well, lastRoundNs: 8_999 })).toBe(false);
    expect(shouldSetTimer({ ...well, isGatewayUp: false })).toBe(false);
  });
});
