import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/watchdog/judge.ts';

const SIGNS = { heardNs: 1_000, lookedNs: 3_900, nowNs: 4_000, silenceNs: 3_000 };

describe('an engine', () => {
  it('is well while it is heard within the bound', () => {
    expect(judge(SIGNS)).toBe('well');
  });

  it('is silent past the bound', () => {
    expect(judge({ ...SIGNS, nowNs: 4_001 })).toBe('silent');
  });

  it('is not judged before its first beat', () => {
    expect(judge({ ...SIGNS, heardNs: undefined, nowNs: 1e12, lookedNs: 1e12 })).toBe('well');
  });

  it('is not judged by a watchdog that stood still itself', () => {
    expect(judge({ ...SIGNS, lookedNs: 2_000, nowNs: 9_000 })).toBe('blind');
  });
});
