import { describe, expect, it } from 'vitest';
import type { ActorHost } from '../../../src/actors/actor-host.ts';
import { ExecutorSafety } from '../../../src/actors/executor-safety.ts';
import type { FromThread } from '../../../src/actors/messages.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import { defaultConfig } from '../../../src/core/config.ts';
import { Fault } from '../../../src/core/faults.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Gateway } from '../../../src/core/order.ts';

const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** OKX has a timer (10 s at least, set again every 2.5 s), Binance has none. */
function begin(deadManMs?: number, isSuccessor = false) {
  const clock = new ManualClock();
  const config = defaultConfig();
  config.safety = { ...config.safety, watchdogMs: 3_000, ...(deadManMs === undefined ? {} : { deadManMs }) };
  const posted: FromThread[] = [];
  const faults: Fault[] = [];
  const events: string[] = [];
  const sets: number[] = [];
  const counts: Record<string, number> = {};
  const state = { isUp: true, refuses: false, isStarting: false };
  const counters = {
    slot: (name: string) => name,
    add: (name: string) => {
      counts[name] = (counts[name] ?? 0) + 1;
    },
  };
  const gateway = (timer: boolean): Gateway =>
    ({
      get isUp() {
        return state.isUp;
      },
      ...(timer
        ? {
            cancelAllAfter: (ms: number) => {
              sets.push(ms);
              return state.refuses ? Promise.reject(new Fault('venue/refused', 'not now')) : Promise.resolve();
            },
          }
        : {}),
    }) as unknown as Gateway;
  const safety = new ExecutorSafety({
    host: {
      context: { config },
      views: { executorCounters: () => counters, control: { isPausedBy: () => state.isStarting } },
      post: (message: FromThread) => void posted.push(message),
      onFault: (fault: Fault) => void faults.push(fault),
    } as unknown as ActorHost,
    clock,
    log: silentLog,
    venues: ['binance', 'okx'],
    gateways: [gateway(false), gateway(true)],
    isSuccessor,
    onGatewayEvent: (venueIndex, event) => void events.push(`${venueIndex} ${event.kind}`),
  });
  return { safety, clock, posted, faults, events, sets, counts, state };
}

describe("the executor's beats", () => {
  it('go out four times a second, and end with one that says whether all is settled', async () => {
    const { safety, clock, posted } = begin();
    safety.start();
    clock.advanceMs(1_000);
    expect(posted).toEqual(Array.from({ length: 5 }, () => ({ kind: 'Beat', isLast: false })));
    await safety.stop(0);
    expect(posted.at(-1)).toEqual({ kind: 'Beat', isLast: true, isFlat: true });
    const { length } = posted;
    clock.advanceMs(5_000);
    expect(posted).toHaveLength(length);
  });

  it('begin when the run does, or with a successor: before that nothing can be open', () => {
    const first = begin(20_000);
    first.state.isStarting = true;
    first.safety.start();
    first.clock.advanceMs(2_000);
    expect([first.posted, first.sets]).toEqual([[], []]);
    first.state.isStarting = false;
    first.clock.advanceMs(250);
    expect([first.posted.length, first.sets.length]).toEqual([1, 1]);
    first.state.isStarting = true;
    first.clock.advanceMs(250);
    expect(first.posted).toHaveLength(2);
    const successor = begin(20_000, true);
    successor.state.isStarting = true;
    successor.safety.start();
    expect(successor.posted).toHaveLength(1);
  });

  it('do not call a run settled that has sets open, or gave some up', async () => {
    for (const { openSets, gaveUp } of [
      { openSets: 1, gaveUp: false },
      { openSets: 0, gaveUp: true },
    ]) {
      const { safety, posted } = begin();
      safety.start();
      if (gaveUp) safety.onAbandoned();
      await safety.stop(openSets);
      expect(posted.at(-1)).toEqual({ kind: 'Beat', isLast: true, isFlat: false });
    }
  });
});

describe('dead-man timers', () => {
  it('are left alone unless the configuration asks for them', () => {
    const { safety, clock, sets } = begin();
    safety.start();
    clock.advanceMs(60_000);
    expect(sets).toEqual([]);
  });

  it('are set where there is one, within what the venue takes, and again while the executor is well', async () => {
    const { safety, clock, sets, counts } = begin(5_000);
    safety.start();
    clock.advanceMs(7_500);
    await flush();
    expect(sets).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(counts).toEqual({ deadManSets: 4 });
  });

  it('are not set while the gateway is down', () => {
    const { safety, clock, sets, state } = begin(20_000);
    state.isUp = false;
    safety.start();
    clock.advanceMs(10_000);
    expect(sets).toEqual([]);
    state.isUp = true;
    clock.advanceMs(250);
    expect(sets).toEqual([20_000]);
  });

  it('are told of once when they cannot be set twice in a row, and counted each time', async () => {
    const { safety, clock, faults, counts, state } = begin(20_000);
    state.refuses = true;
    safety.start();
    for (let n = 0; n < 4; n++) {
      await flush();
      clock.advanceMs(2_500);
    }
    await flush();
    expect(faults.map(({ code, details }) => [code, details])).toEqual([['safety/dead-man', { venue: 'okx' }]]);
    expect(counts.deadManFailures).toBe(5);
  });

  it('are taken away at a clean end alone', async () => {
    const clean = begin(20_000);
    clean.safety.start();
    await clean.safety.stop(0);
    expect(clean.sets).toEqual([20_000, 0]);
    const open = begin(20_000);
    open.safety.start();
    await open.safety.stop(2);
    expect(open.sets).toEqual([20_000]);
  });

  it('are taken away at the second try where the first comes too soon after the last', async () => {
    const { safety, clock, sets, state } = begin(20_000);
    safety.start();
    state.refuses = true;
    const stopping = safety.stop(0);
    await flush();
    state.refuses = false;
    clock.advanceMs(1_100);
    await stopping;
    expect(sets).toEqual([20_000, 0, 0]);
  });

  it('do not hold the end up where the venue does not answer', async () => {
    const { safety, clock, sets, state } = begin(20_000);
    safety.start();
    state.refuses = true;
    const stopping = safety.stop(0);
    await flush();
    clock.advanceMs(1_100);
    await stopping;
    expect(sets).toEqual([20_000, 0, 0]);
  });
});

describe('an executor that stood still', () => {
  it('says so, and takes all that is open for unknown, before it sets a timer again', async () => {
    const { safety, clock, events, faults, sets, counts } = begin(20_000);
    safety.start();
    clock.advanceMs(1_000);
    // Time goes by without its tasks being run.
    const stolen = clock.monotonicNs.bind(clock);
    clock.monotonicNs = () => (stolen() + 10e9) as ReturnType<typeof stolen>;
    clock.advanceMs(250);
    expect(faults.map(({ code, details }) => [code, details])).toEqual([
      ['actor/frozen', { ms: 10_250, boundMs: 3_000 }],
    ]);
    expect(events).toEqual(['0 GatewayDown', '0 GatewayUp', '1 GatewayDown', '1 GatewayUp']);
    expect(sets).toHaveLength(1);
    clock.advanceMs(250);
    await flush();
    expect(sets).toHaveLength(2);
    expect(faults).toHaveLength(1);
    expect(counts).toMatchObject({ freezes: 1, deadManSets: 2 });
  });

  it('says nothing of what held it up before the run began', () => {
    const { safety, clock, events, faults, state } = begin();
    state.isStarting = true;
    safety.start();
    const stolen = clock.monotonicNs.bind(clock);
    clock.monotonicNs = () => (stolen() + 10e9) as ReturnType<typeof stolen>;
    clock.advanceMs(250);
    state.isStarting = false;
    clock.advanceMs(1_000);
    expect([events, faults]).toEqual([[], []]);
  });

  it('does not ask at a venue that it has no connection to: that is asked when it is back', () => {
    const { safety, clock, events, state } = begin();
    state.isUp = false;
    safety.start();
    const stolen = clock.monotonicNs.bind(clock);
    clock.monotonicNs = () => (stolen() + 10e9) as ReturnType<typeof stolen>;
    clock.advanceMs(250);
    expect(events).toEqual([]);
  });
});
