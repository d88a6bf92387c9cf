import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { type SweepDeps, type SweepResult, sweep } from '../../../src/watchdog/sweep.ts';
import { FakeVenue, pass, report } from './fakes.ts';

interface Sweeping {
  /** Runs the clock on until the sweep ends. */
  end(): Promise<SweepResult>;
  pass(ms: number): Promise<void>;
}

function start(venue: FakeVenue, change: Partial<SweepDeps> = {}): Sweeping {
  const clock = new ManualClock();
  let result: SweepResult | undefined;
  sweep({
    venue: 'v',
    gateway: venue.gateway,
    listingOf: () => venue.listingOf(),
    isOurs: (clientId) => clientId.startsWith('ours'),
    clock,
    shouldGoOn: () => true,
    giveUpMs: 20_000,
    ...change,
  }).then((ended) => {
    result = ended;
  });
  return {
    pass: (ms) => pass(clock, ms),
    end: async () => {
      for (let n = 0; n < 1_000 && result === undefined; n++) await pass(clock, 50);
      if (result === undefined) throw new Error('the sweep does not end');
      return result;
    },
  };
}

describe('a sweep', () => {
  it('cancels ours, leaves others alone, and looks until twice nothing is left', async () => {
    const venue = new FakeVenue('ours1', 'a-person', 'ours2');
    const result = await start(venue).end();
    expect(result).toEqual({ venue: 'v', found: ['ours1', 'ours2'], cancelled: ['ours1', 'ours2'], end: 'clear' });
    expect(venue.open.map(({ clientId }) => clientId)).toEqual(['a-person']);
    expect(venue.looks).toBe(3);
  });

  it('finds an order that arrives after the first look', async () => {
    const venue = new FakeVenue();
    const sweeping = start(venue);
    await sweeping.pass(100);
    venue.open.push(report('ours9'));
    expect(await sweeping.end()).toMatchObject({ cancelled: ['ours9'], end: 'clear' });
  });

  it('cancels more than it has under way at once', async () => {
    const ids = Array.from({ length: 23 }, (_, index) => `ours${index}`);
    const result = await start(new FakeVenue(...ids)).end();
    expect([...result.cancelled].sort()).toEqual([...ids].sort());
  });

  it('tries again, with a connection, when the venue does not answer', async () => {
    const venue = new FakeVenue('ours1');
    venue.failures.push(new Error('away'), new Error('away'));
    expect(await start(venue).end()).toMatchObject({ cancelled: ['ours1'], end: 'clear', trouble: 'away' });
    expect(venue.connects).toBe(1);
  });

  it('waits as long as the venue says before it cancels again', async () => {
    const venue = new FakeVenue('ours1');
    let refusals = 1;
    venue.onCancel = () =>
      refusals-- > 0
        ? { kind: 'failed', error: { class: 'rate-limit', code: '429', message: 'slowly', retryAfterMs: 7_000 } }
        : { kind: 'cancelled' };
    const sweeping = start(venue);
    await sweeping.pass(6_900);
    expect(venue.looks).toBe(1);
    expect(await sweeping.end()).toMatchObject({ cancelled: ['ours1'], end: 'clear', trouble: 'ours1: 429 slowly' });
  });

  it('gives up in the end, and says that it is unclear', async () => {
    const venue = new FakeVenue('ours1');
    venue.onCancel = () => ({ kind: 'failed', error: { class: 'maintenance', code: 'm', message: 'closed' } });
    expect(await start(venue).end()).toMatchObject({ found: ['ours1'], cancelled: [], end: 'unclear' });
    expect(venue.looks).toBeGreaterThan(5);
    expect(venue.looks).toBeLessThan(15);
  });

  it('stops when the engine is back', async () => {
    const venue = new FakeVenue('ours1');
    venue.onCancel = () => ({ kind: 'failed', error: { class: 'other', code: 'x', message: 'x' } });
    let isBack = false;
    const sweeping = start(venue, { shouldGoOn: () => !isBack });
    await sweeping.pass(1_000);
    isBack = true;
    expect(await sweeping.end()).toMatchObject({ end: 'stopped' });
  });
});
