/** When things go out, and when connections end: the push queue, paced pushes, ticks, the idle watch. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { IdleWatch } from '../../../src/sim/idle-watch.ts';
import { Paced } from '../../../src/sim/paced.ts';
import { PushQueue } from '../../../src/sim/push-queue.ts';
import { Ticks } from '../../../src/sim/ticks.ts';

describe('a push queue', () => {
  it('pushes after the task under way, in order', async () => {
    const queue = new PushQueue();
    const said: string[] = [];
    expect(queue.isEmpty).toBe(true);
    queue.add(() => {
      said.push('one');
      queue.add(() => said.push('three'));
    });
    queue.add(() => said.push('two'));
    said.push('answer');
    expect(queue.isEmpty).toBe(false);
    await Promise.resolve();
    expect(said).toEqual(['answer', 'one', 'two']);
    await Promise.resolve();
    expect(said).toEqual(['answer', 'one', 'two', 'three']);
    expect(queue.isEmpty).toBe(true);
  });

  it('forgets what it was told to', async () => {
    const queue = new PushQueue();
    const said: string[] = [];
    queue.add(() => said.push('one'));
    queue.clear();
    await Promise.resolve();
    expect(said).toEqual([]);
  });
});

describe('what is paced', () => {
  it('goes out at once, then not more often than its cadence', () => {
    const clock = new ManualClock();
    const startMs = clock.wallMs();
    const at: number[] = [];
    const paced = new Paced(clock, 100, () => at.push(clock.wallMs() - startMs));
    paced.mark();
    clock.advanceMs(30);
    paced.mark();
    paced.mark();
    clock.advanceMs(69);
    expect(at).toEqual([0]);
    clock.advanceMs(200);
    expect(at).toEqual([0, 100]);
    paced.mark();
    expect(at).toEqual([0, 100, 299]);
    paced.mark();
    paced.close();
    clock.advanceMs(200);
    expect(at).toEqual([0, 100, 299]);
  });
});

describe('ticks', () => {
  it('go on from the first listener to the first tick without any', () => {
    const clock = new ManualClock();
    const startMs = clock.wallMs();
    const at: number[] = [];
    let listeners = 0;
    const ticks = new Ticks(
      clock,
      100,
      () => listeners > 0,
      () => at.push(clock.wallMs() - startMs),
    );
    ticks.arm();
    clock.advanceMs(250);
    expect(at).toEqual([]);
    listeners = 1;
    ticks.arm();
    ticks.arm();
    clock.advanceMs(250);
    expect(at).toEqual([350, 450]);
    listeners = 0;
    clock.advanceMs(500);
    expect(at).toEqual([350, 450, 550]);
    listeners = 1;
    ticks.arm();
    clock.advanceMs(100);
    ticks.stop();
    clock.advanceMs(500);
    expect(at).toEqual([350, 450, 550, 1100]);
  });
});

describe('an idle watch', () => {
  const newWatch = () => {
    const clock = new ManualClock();
    const state = { limitMs: 1000, ended: 0 };
    const watch = new IdleWatch(
      clock,
      () => state.limitMs,
      () => state.ended++,
    );
    return { clock, state, watch };
  };

  it('ends what was idle for its limit', () => {
    const { clock, state } = newWatch();
    clock.advanceMs(999);
    expect(state.ended).toBe(0);
    clock.advanceMs(1);
    expect(state.ended).toBe(1);
    clock.advanceMs(5000);
    expect(state.ended).toBe(1);
  });

  it('starts anew whenever something happens', () => {
    const { clock, state, watch } = newWatch();
    clock.advanceMs(600);
    watch.touch();
    clock.advanceMs(999);
    expect(state.ended).toBe(0);
    clock.advanceMs(1);
    expect(state.ended).toBe(1);
  });

  it('asks for the limit when it may have passed', () => {
    const { clock, state } = newWatch();
    state.limitMs = 3000;
    clock.advanceMs(2999);
    expect(state.ended).toBe(0);
    clock.advanceMs(1);
    expect(state.ended).toBe(1);
  });

  it('stops', () => {
    const { clock, state, watch } = newWatch();
    watch.stop();
    clock.advanceMs(5000);
    expect(state.ended).toBe(0);
  });
});
