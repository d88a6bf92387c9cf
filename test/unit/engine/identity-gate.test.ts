import { describe, expect, it } from 'vitest';
import { holdWords, suspensionWords } from '../../../src/memory/shared-words.ts';
import { Scout } from './scout.ts';

const scoutOf = (venues: readonly string[]): Scout => new Scout({ venues }, { maxPriceRatio: 1.2, maxEdgeBps: 1e6 });
const heldIn = (scout: Scout): string[] => {
  const holds = holdWords(scout.world.buffer, scout.world.layout);
  return scout.world.universe.rows.filter(({ row }) => holds[row] !== 0).map(({ venue }) => venue);
};
const trustRecords = (scout: Scout) =>
  scout.records.flatMap((record) => (record.kind === 'Trust' ? [[record.venue, record.to, record.reason]] : []));

describe('rows that are another asset than their name says', () => {
  it('are held from the moment that they turn live, and the others go on', () => {
    const scout = scoutOf(['alpha', 'beta', 'gamma']);
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 9_991, 10_001);
    // A tenth of the price, the fattest of all edges: not one intent comes of it.
    expect(scout.quote('gamma', 999, 1_000)).toEqual([]);
    expect(heldIn(scout)).toEqual(['gamma']);
    expect(scout.count().identityHolds).toBe(1);
    expect(scout.quote('beta', 10_060, 10_070)).toHaveLength(1);
    scout.pass(51);
    scout.look();
    expect(trustRecords(scout)).toContainEqual(['gamma', 'suspect', 'identity']);
  });

  it('are both held where only two disagree, until they agree', () => {
    const scout = scoutOf(['alpha', 'beta']);
    scout.quote('alpha', 9_990, 10_000);
    expect(scout.quote('beta', 19_990, 20_000)).toEqual([]);
    expect(heldIn(scout)).toEqual(['alpha', 'beta']);
    scout.quote('beta', 10_000, 10_010);
    scout.pass(51);
    scout.look();
    expect(heldIn(scout)).toEqual([]);
    expect(scout.quote('beta', 10_060, 10_070)).toHaveLength(1);
  });

  it('are found when their price runs away', () => {
    const scout = scoutOf(['alpha', 'beta', 'gamma']);
    for (const venue of ['alpha', 'beta', 'gamma']) scout.quote(venue, 9_990, 10_000);
    scout.quote('gamma', 12_500, 12_510);
    scout.pass(51);
    scout.look();
    expect(heldIn(scout)).toEqual(['gamma']);
    scout.quote('gamma', 11_000, 11_010);
    scout.pass(51);
    scout.look();
    expect(heldIn(scout)).toEqual([]);
  });

  it('are not looked for among rows that are not live', () => {
    const scout = scoutOf(['alpha', 'beta']);
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 19_990, 20_000, { trust: 2 });
    scout.pass(51);
    scout.look();
    expect(heldIn(scout)).toEqual([]);
  });
});

describe('an instrument that its venue suspended', () => {
  it('is not priced while it is', () => {
    const scout = scoutOf(['alpha', 'beta']);
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 9_990, 10_000);
    const words = suspensionWords(scout.world.buffer, scout.world.layout);
    words[scout.world.row('beta')] = 1;
    expect(scout.quote('beta', 10_060, 10_070)).toEqual([]);
    words[scout.world.row('beta')] = 0;
    expect(scout.quote('beta', 10_061, 10_071)).toHaveLength(1);
  });
});
