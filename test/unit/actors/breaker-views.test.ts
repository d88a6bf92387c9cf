import { describe, expect, it } from 'vitest';
import { BreakerViews } from '../../../src/actors/breaker-views.ts';
import { onGood, onTrouble, startProbe } from '../../../src/engine/breaker.ts';
import { breakerWords } from '../../../src/memory/shared-words.ts';
import { BREAKERS } from '../engine/desk.ts';
import { World } from '../engine/world.ts';

const setUp = () => {
  const world = new World({ instruments: ['BTC-USDT', 'ETH-USDT'] });
  const views = new BreakerViews(world.universe, world, BREAKERS.forgetPerSecond, () => world.clock.monotonicNs());
  const nowMs = (): number => world.clock.monotonicNs() / 1e6;
  const breakIt = (words: Float64Array | undefined): void => {
    for (let i = 0; i < 3; i++) onTrouble(words as Float64Array, 40, nowMs(), BREAKERS);
  };
  return { world, views, nowMs, breakIt, words: breakerWords(world.buffer, world.layout) };
};

describe('breakers as others see them', () => {
  it('are closed and calm where nothing happened', () => {
    const { views } = setUp();
    expect(views.ofVenue(0)).toEqual({ state: 'closed', score: 0 });
    expect(views.notClosed(0)).toEqual([]);
    expect(views.figures().length).toBe(2 + 4);
  });

  it('say until when they are open, in wall time, and what is left of their score', () => {
    const { world, views, breakIt, words } = setUp();
    breakIt(words.venues[1]);
    const before = Date.now();
    const seen = views.ofVenue(1);
    expect(seen).toMatchObject({ state: 'open', score: 120 });
    expect(seen.until).toBeGreaterThanOrEqual(before + 1_000);
    expect(seen.until).toBeLessThanOrEqual(Date.now() + 1_000);
    world.clock.advanceMs(1_000);
    expect(views.ofVenue(1)).toEqual({ state: 'half-open', score: 118 });
    expect(views.ofVenue(0).state).toBe('closed');
  });

  it('name the instruments of a venue whose own breaker is not closed', () => {
    const { views, breakIt, words, world } = setUp();
    breakIt(words.rows[world.row('beta', 'ETH-USDT')]);
    expect(views.notClosed(0)).toEqual([]);
    expect(views.notClosed(1)).toMatchObject([{ instrument: 'ETH-USDT', state: 'open', score: 120 }]);
  });

  it('count what happened to each', () => {
    const { world, views, nowMs, breakIt, words } = setUp();
    const own = words.venues[0] as Float64Array;
    breakIt(own);
    world.clock.advanceMs(1_000);
    startProbe(own, nowMs());
    for (let i = 0; i < 3; i++) onGood(own, nowMs(), BREAKERS);
    const figures = views.figures();
    expect(figures[0]).toEqual({ venue: 'alpha', state: 'closed', score: 50, opened: 1, probes: 1, closed: 1 });
    expect(figures.filter(({ opened }) => opened > 0).length).toBe(1);
    expect(figures.slice(2).map(({ venue, instrument }) => `${venue} ${instrument}`)).toEqual([
      'alpha BTC-USDT',
      'alpha ETH-USDT',
      'beta BTC-USDT',
      'beta ETH-USDT',
    ]);
  });
});
