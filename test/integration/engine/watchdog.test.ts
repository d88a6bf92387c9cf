/** Orders that rest at the venues when the engine freezes or dies: the watchdog cancels ours, with connections of its own,
 *  and leaves those of others alone; the venues' own timers cancel without it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Watchdog } from '../../../src/actors/watchdog.ts';
import { ALARM_FILE, type Alarm } from '../../../src/watchdog/alarm.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngineHere } from '../../support/engine-here.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { placeForeign } from '../../support/foreign-orders.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

const VENUES = ['binance', 'okx', 'kucoin', 'gate', 'kraken'] as const;
/** Those where one key serves engine and watchdog. */
const WATCHED = VENUES.filter((venue) => venue !== 'kraken');
const SILENCE_MS = 3_000;
/** The engine itself cancels orders of its name that it does not know, which these are: here it is to be the watchdog. */
const execution = { reconcileEveryMs: 3_600_000 };
/** Where it is not the silence that is looked at: a busy machine holds an engine up, too. */
const PATIENCE_MS = 30_000;
/** From its end to the last order cancelled: it lists and cancels at all venues at once. */
const ACTS_WITHIN_MS = 3_000;
const FREEZE_MS = 10_000;
/** The longest of the venues' timers when the shortest is asked for: OKX's. */
const TIMER_MS = 10_000;

type HasFolder = Pick<EngineProcess, 'dataDir'>;

describe('the watchdog of an engine', () => {
  let sim: TestSim;
  let serial = 0;

  beforeAll(async () => {
    // Still: the engine's own orders would come and go beside those that are looked at.
    sim = await startSim({ seed: 5, market: 'still', venues: VENUES });
  });

  afterAll(async () => {
    await sim.close();
  });

  const startWith = async (safety: Record<string, unknown>): Promise<EngineProcess> => {
    const engine = startEngine({ config: simConfig(sim.ready, { instruments: ['BTC-USDT'], safety, execution }) });
    await engine.reached('running', ({ state }) => state === 'running', 60_000);
    return engine;
  };
  const start = async (watchdogMs: number): Promise<EngineProcess> => {
    const engine = await startWith({ watchdogMs });
    await engine.process.logged(/^the watchdog watches$/);
    return engine;
  };

  const pidsOf = ({ process: { logs } }: EngineProcess): number[] =>
    logs().flatMap(({ msg, pid }) => (msg === 'the watchdog watches' ? [Number(pid)] : []));
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const gone = (pid: number): Promise<unknown> =>
    until(`process ${pid} is gone`, () => !isAlive(pid), { timeoutMs: 15_000 });
  const alarmOf = ({ dataDir }: HasFolder): Alarm | undefined =>
    existsSync(join(dataDir, ALARM_FILE))
      ? (JSON.parse(readFileSync(join(dataDir, ALARM_FILE), 'utf8')) as Alarm)
      : undefined;

  /** Orders that rest far from the market: at each venue one in the engine's name, and one in a person's. */
  const rest = async ({ dataDir }: HasFolder): Promise<{ ours: string[]; person: string[] }> => {
    const { instance, epoch } = JSON.parse(readFileSync(join(dataDir, 'identity.json'), 'utf8')) as {
      instance: string;
      epoch: number;
    };
    const ours: string[] = [];
    const person: string[] = [];
    for (const venue of VENUES) {
      const n = ++serial;
      const named = `${instance}${epoch.toString(36).padStart(4, '0')}z${String(n).padStart(7, '0')}`;
      await place(venue, named, `person${n}`);
      ours.push(named);
      person.push(`person${n}`);
    }
    return { ours, person };
  };

  const place = async (venue: string, ...clientIds: readonly string[]): Promise<void> => {
    const order = { venue, instrument: 'BTC-USDT', side: 'buy', size: '0.01', tif: 'gtc', percentOfBid: 97 } as const;
    for (const clientId of clientIds) {
      const outcome = await placeForeign(sim, { ...order, clientId });
      expect(outcome, `${venue} ${clientId}`).toMatchObject({ kind: 'acked' });
    }
  };

  const metric = async (engine: EngineProcess, name: string): Promise<number> => {
    const text = await (await fetch(`${engine.url()}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  };

  /** Where those of `ids` rest, by venue. */
  const restingAt = async (ids: readonly string[]): Promise<string[]> => {
    const { venues } = await sim.ledger();
    return VENUES.filter((venue) =>
      venues[venue]?.orders.some(({ clientId, status }) => status === 'new' && ids.includes(clientId)),
    );
  };
  const cancelledWithin = async (ids: readonly string[], timeoutMs: number): Promise<void> => {
    let resting: readonly string[] = [];
    const isDone = async (): Promise<boolean> => {
      resting = await restingAt(ids);
      return resting.join() === 'kraken';
    };
    await until('only the venue that it has no key for', isDone, { timeoutMs, seen: () => resting });
  };

  it('cancels ours while the engine is frozen, and the engine then takes what was open for unknown', async () => {
    const engine = await start(SILENCE_MS);
    const { ours, person } = await rest(engine);
    expect(await restingAt(ours)).toEqual(VENUES);
    engine.process.signal('SIGSTOP');
    const stoppedAt = Date.now();
    try {
      await cancelledWithin(ours, SILENCE_MS + ACTS_WITHIN_MS);
      await until('the frozen time is over', () => Date.now() - stoppedAt > FREEZE_MS);
      expect(await restingAt(person)).toEqual(VENUES);
    } finally {
      engine.process.signal('SIGCONT');
    }
    expect(alarmOf(engine)).toMatchObject({ why: 'silent', outcome: 'clear', unwatched: ['kraken'] });
    const found = alarmOf(engine)?.venues.flatMap((venue) => venue.found);
    expect(found).toHaveLength(WATCHED.length);
    await engine.process.logged(/^the engine is back$/);
    await engine.reached('the fault', ({ faults }) => faults.some(({ code }) => code === 'actor/frozen'));
    engine.process.signal('SIGINT');
    await engine.endsWith(0);
    expect(pidsOf(engine)).toHaveLength(1);
    for (const pid of pidsOf(engine)) await gone(pid);
  });

  it('cancels ours when the engine is killed, and ends', async () => {
    const engine = await start(PATIENCE_MS);
    const { ours, person } = await rest(engine);
    engine.process.signal('SIGKILL');
    await cancelledWithin(ours, ACTS_WITHIN_MS);
    expect(await restingAt(person)).toEqual(VENUES);
    await engine.process.end();
    for (const pid of pidsOf(engine)) await gone(pid);
    expect(alarmOf(engine)).toMatchObject({ why: 'gone', outcome: 'clear' });
    expect(engine.process.err).toMatch(/ALARM: the engine is gone without a goodbye/);
  });

  it('does nothing when the engine ends by itself', async () => {
    const engine = await start(PATIENCE_MS);
    const { ours } = await rest(engine);
    engine.process.signal('SIGINT');
    await engine.endsWith(0);
    for (const pid of pidsOf(engine)) await gone(pid);
    expect(alarmOf(engine)).toBeUndefined();
    expect(await restingAt(ours)).toEqual(VENUES);
  });

  it('cancels ours when the executor alone is silent, behind a main thread that lives', async () => {
    const beats = vi.spyOn(Watchdog.prototype, 'onBeat');
    const { engine, dataDir, finish } = await startEngineHere(sim.ready, {
      instruments: ['BTC-USDT'],
      safety: { watchdogMs: SILENCE_MS },
      execution,
    });
    // An executor that has not begun to trade has nothing to be silent about.
    await until('the first beat', () => beats.mock.calls.length > 0);
    const { ours, person } = await rest({ dataDir });
    await engine.supervisor.stopChild('executor');
    await cancelledWithin(ours, SILENCE_MS + ACTS_WITHIN_MS);
    expect(await restingAt(person)).toEqual(VENUES);
    expect(alarmOf({ dataDir })).toMatchObject({ why: 'silent' });
    await finish();
    beats.mockRestore();
  });

  it('is started again when it is killed, with a fault, and cancels then as before', async () => {
    const engine = await start(PATIENCE_MS);
    const { ours } = await rest(engine);
    const [first = 0] = pidsOf(engine);
    process.kill(first, 'SIGKILL');
    await engine.reached('the fault', ({ faults }) => faults.some(({ code }) => code === 'safety/watchdog'));
    await until('another one watches', () => pidsOf(engine).length === 2, { timeoutMs: 30_000 });
    engine.process.signal('SIGKILL');
    await cancelledWithin(ours, ACTS_WITHIN_MS);
    await engine.process.end();
    for (const pid of pidsOf(engine)) await gone(pid);
  });

  it("leaves it to the venues' timers where there is none: they are taken away at a clean end, and run out at any other", async () => {
    const safety = { watchdog: false, deadManMs: 5_000 };
    const clean = await startWith(safety);
    await until('timers are set', async () => (await metric(clean, 'parallax_executor_dead_man_sets_total')) >= 4);
    const kept = await rest(clean);
    clean.process.signal('SIGINT');
    await clean.endsWith(0);
    const endedAt = Date.now();
    const killed = await startWith(safety);
    await until('timers are set', async () => (await metric(killed, 'parallax_executor_dead_man_sets_total')) >= 4);
    await until('the first timers would have run out', () => Date.now() - endedAt > TIMER_MS + 1_000);
    expect(await restingAt(kept.ours)).toEqual(VENUES);
    const { ours } = await rest(killed);
    killed.process.signal('SIGKILL');
    await until('only the venue without a timer', async () => (await restingAt(ours)).join() === 'binance', {
      timeoutMs: TIMER_MS + ACTS_WITHIN_MS,
    });
    await killed.process.end();
    expect(alarmOf(killed)).toBeUndefined();
  }, 240_000);

  it('is given its keys where nobody else can read them', async () => {
    const engine = await start(PATIENCE_MS);
    const [pid = 0] = pidsOf(engine);
    const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')).join('\n');
    for (const venue of VENUES) {
      const { apiKey = '', secret = '' } = sim.ready.venues[venue] ?? {};
      expect(apiKey).not.toBe('');
      expect(seen.includes(apiKey) || seen.includes(secret), venue).toBe(false);
      expect(engine.process.err.includes(secret), venue).toBe(false);
    }
    engine.process.signal('SIGINT');
    await engine.endsWith(0);
    for (const dead of pidsOf(engine)) await gone(dead);
  });
});
