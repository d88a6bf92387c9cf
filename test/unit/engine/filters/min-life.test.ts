import { describe, expect, it } from 'vitest';
import { Scout } from '../scout.ts';

const filtered = () => new Scout({}, { filters: [{ name: 'min-life', ms: 20 }] });

/** Alpha asks 100, beta bids 101: worth taking. */
const cross = (scout: Scout) => {
  scout.quote('alpha', 9_990, 10_000);
  return scout.quote('beta', 10_100, 10_110);
};

describe('the min-life filter', () => {
  it('holds a crossing back until it has lived, then lets it through', () => {
    const scout = filtered();
    expect(cross(scout)).toEqual([]);
    scout.pass(19.5);
    expect(scout.quote('beta', 10_101, 10_110)).toEqual([]);
    expect(scout.reasons()).toEqual({ 'filter-min-life': 2 });
    scout.pass(0.5);
    expect(scout.quote('beta', 10_100, 10_110)).toHaveLength(1);
    expect(scout.reasons()).toEqual({ 'filter-min-life': 2, ok: 1 });
  });

  it('lets it through at its time although no quote asks again', () => {
    const scout = filtered();
    cross(scout);
    scout.pass(19.5);
    expect(scout.look()).toEqual([]);
    scout.pass(0.5);
    expect(scout.look()).toHaveLength(1);
    // Nor is it asked about for ever.
    expect(scout.look()).toEqual([]);
    expect(scout.filtered()).toEqual({ 'min-life:held': 1, 'min-life:passed': 1 });
  });

  it('begins anew when the crossing went away in between', () => {
    const scout = filtered();
    cross(scout);
    scout.pass(15);
    scout.quote('beta', 9_990, 10_110);
    scout.pass(4);
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    scout.pass(19);
    expect(scout.look()).toEqual([]);
    scout.pass(1);
    expect(scout.look()).toHaveLength(1);
  });

  it('does not count the time in which it was crossed and not worth taking', () => {
    const scout = filtered();
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 10_010, 10_110);
    scout.pass(1_000);
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    scout.pass(10);
    scout.quote('beta', 10_010, 10_110);
    scout.quote('beta', 10_100, 10_110);
    scout.pass(10);
    expect(scout.look()).toEqual([]);
    scout.pass(10);
    expect(scout.look()).toHaveLength(1);
  });

  it('forgets one whose rows went stale', () => {
    const scout = filtered();
    cross(scout);
    scout.world.clock.advanceMs(1_501);
    expect(scout.look()).toEqual([]);
    scout.world.beat();
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    scout.pass(20);
    expect(scout.look()).toHaveLength(1);
  });

  it('looks at each of many that wait, at its own time', () => {
    const instruments = ['A-USDT', 'B-USDT', 'C-USDT'];
    const scout = new Scout({ instruments }, { filters: [{ name: 'min-life', ms: 20 }] });
    const publish = (venue: string, instrument: string, bid: number, ask: number) =>
      scout.world.publish(scout.world.row(venue, instrument), { bids: [[bid, 9_999]], asks: [[ask, 9_999]] });
    for (const instrument of instruments) {
      publish('alpha', instrument, 9_990, 10_000);
      publish('beta', instrument, 10_100, 10_110);
      scout.look();
      scout.pass(5);
    }
    publish('beta', 'B-USDT', 9_990, 10_110);
    const seen: string[] = [];
    for (let ms = 15; ms <= 40; ms++) {
      for (const { instrumentIndex } of scout.look()) seen.push(`${instruments[instrumentIndex]} at ${ms}`);
      scout.pass(1);
    }
    expect(seen).toEqual(['A-USDT at 20', 'C-USDT at 30']);
  });
});
