import { describe, expect, it } from 'vitest';
import { ORDER_KINDS, type OrderKind } from '../../../src/core/order.ts';
import {
  bandShare,
  IOC_TERMS,
  limitOfKind,
  type OrderKindSettings,
  TIME_IN_FORCE,
  termsOfKind,
} from '../../../src/engine/order-kinds.ts';

const settings = (kind: OrderKind, change: Partial<OrderKindSettings> = {}): OrderKindSettings => ({
  kind,
  restMs: 1_500,
  bandBps: 10,
  ...change,
});

describe('an order of a kind', () => {
  it('says so to the venue', () => {
    expect(ORDER_KINDS.map((kind) => TIME_IN_FORCE[kind])).toEqual(['ioc', 'fok', 'gtc', 'ioc']);
    expect(termsOfKind(settings('ioc'))).toEqual(IOC_TERMS);
  });

  it('rests for its time: ours ends it first, the venue a second later', () => {
    expect(termsOfKind(settings('limit-for'))).toMatchObject({ restMs: 1_500, lifeMs: 2_500 });
    for (const kind of ['ioc', 'fok', 'market-band'] as const) {
      expect(termsOfKind(settings(kind)).restMs, kind).toBeUndefined();
      expect(termsOfKind(settings(kind)).lifeMs, kind).toBeUndefined();
    }
  });

  it('takes up to a band, whose edge is inside it and on the tick', () => {
    const edge = (bandBps: number, side: 'buy' | 'sell', tick = 10) =>
      limitOfKind(side, 6_000_000n, tick, termsOfKind(settings('market-band', { bandBps })));
    expect([edge(10, 'buy'), edge(10, 'sell')]).toEqual([6_006_000n, 5_994_000n]);
    expect([edge(10, 'buy', 1_000), edge(10, 'sell', 5_000)]).toEqual([6_006_000n, 5_995_000n]);
    expect([edge(0, 'buy'), edge(0, 'sell')]).toEqual([6_000_000n, 6_000_000n]);
    // A tick of its own is wider than the band: the price stays.
    expect([edge(1, 'buy', 1_000_000), edge(1, 'sell', 1_000_000)]).toEqual([6_000_000n, 6_000_000n]);
    for (const bandBps of [-1, 10_000, Number.NaN]) {
      expect(() => termsOfKind(settings('market-band', { bandBps })), String(bandBps)).toThrow(RangeError);
    }
  });

  it('keeps the price where there is no band', () => {
    for (const kind of ['ioc', 'fok', 'limit-for'] as const) {
      expect(limitOfKind('buy', 6_000_001n, 10, termsOfKind(settings(kind)))).toBe(6_000_001n);
      expect(bandShare(settings(kind))).toBe(0);
    }
    expect(bandShare(settings('market-band'))).toBe(0.001);
  });
});
