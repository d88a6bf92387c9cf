/** Which old files of the log go, and which stay. */
import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { Fault } from '../../../src/core/faults.ts';
import type { LegSetState, WalEntry } from '../../../src/core/records.ts';
import { WriteAheadLog } from '../../../src/record/wal.ts';
import { WalPruner } from '../../../src/record/wal-pruner.ts';
import { WalTrail } from '../../../src/record/wal-trail.ts';
import { journalCounters, journalIn, legSetOpened, T0, temporaryFolder, WHOLE } from './samples.ts';

const HOUR_MS = 3_600_000;
const NOW = T0 + 100 * HOUR_MS;

const NO_LOSSES = { day: 0, gains: {}, streak: [], stock: {} };
const SUMS = { dust: {}, held: {}, losses: NO_LOSSES };

const opens = (run: string, at: number, sums: object = SUMS): WalEntry => ({
  kind: 'RunOpened',
  run,
  epoch: 1,
  at,
  ...sums,
});
const set = (legSet: string, at: number): WalEntry => ({ ...legSetOpened(legSet), at });
const settled = (legSet: string, order: 'a' | 'b', at: number): WalEntry => ({
  kind: 'OrderUpdated',
  legSet,
  clientId: `${legSet}${order}`,
  status: 'filled',
  filled: '0.0125',
  at,
});
const closed = (legSet: string, at: number, state: LegSetState = 'filled'): WalEntry => ({
  kind: 'LegSetClosed',
  legSet,
  state,
  at,
});
const whole = (legSet: string, at: number, state?: LegSetState): WalEntry[] => [
  set(legSet, at),
  settled(legSet, 'a', at),
  settled(legSet, 'b', at),
  closed(legSet, at, state),
];

/** Runs of old, two sets each, and one that goes on since an hour and a half. */
const story = (): Record<string, WalEntry[]> => ({
  one: [opens('one', T0), ...whole('s1', T0), ...whole('s2', T0)],
  two: [opens('two', T0 + HOUR_MS), ...whole('s3', T0 + HOUR_MS), ...whole('s4', T0 + HOUR_MS)],
  live: [opens('live', NOW - 1.5 * HOUR_MS), ...whole('s5', NOW)],
});

function prunable(
  files: Record<string, readonly WalEntry[]>,
  hasRecord: (entry: WalEntry) => boolean = () => true,
  retentionHours = 2,
): number {
  const trail = new WalTrail({ liveRun: 'live', before: NOW - retentionHours * HOUR_MS, hasRecord });
  for (const [run, entries] of Object.entries(files)) trail.add(run.replace(/\d$/, ''), entries);
  return trail.prunable;
}

describe('of a log', () => {
  it('all files of earlier runs may go that are old, journaled and over', () => {
    expect(prunable(story())).toBe(2);
    expect(prunable({})).toBe(0);
  });

  it('what is not in the journal stays, and all that follows it', () => {
    expect(prunable(story(), (entry) => !('legSet' in entry) || entry.legSet !== 's3')).toBe(1);
    expect(prunable(story(), (entry) => !('legSet' in entry) || entry.legSet !== 's1')).toBe(0);
  });

  it('what is young stays, by the retention and by what the executor that lives may still hear of', () => {
    const { one = [], live = [] } = story();
    const young = [opens('two', NOW - 2 * HOUR_MS)];
    expect(prunable({ one, two: young, live })).toBe(1);
    expect(prunable(story(), undefined, 99)).toBe(1);
    expect(prunable(story(), undefined, 100)).toBe(0);
    // The live run began just after the second one had ended.
    const early = [opens('live', T0 + 1.2 * HOUR_MS), ...live.slice(1)];
    expect(prunable({ ...story(), live: early })).toBe(1);
    expect(prunable({ one, live: [] })).toBe(0);
  });

  it('an open set stays with its file, also when it was closed unknown and an order has no last word', () => {
    const { one = [], two = [], live = [] } = story();
    expect(prunable({ one, two: [...two, set('s9', T0 + HOUR_MS)], live })).toBe(1);
    const unknown = [set('s9', T0), settled('s9', 'a', T0), closed('s9', T0, 'unknown')];
    expect(prunable({ one: [...one, ...unknown], two, live })).toBe(0);
    // Given up while its excess was being hedged: nothing is left to ask for.
    expect(prunable({ one: [...one, ...whole('s9', T0, 'unknown')], two, live })).toBe(2);
  });

  it('a set that a late word opened again stays, and one of which a file that stays speaks', () => {
    const { one = [], two = [], live = [] } = story();
    const { kind: _k, id: _i, run: _r, legSet: _l, venue, instrument: _n, receivedAt: _a, ...fill } = WHOLE.Fill;
    const late: WalEntry = { kind: 'Filled', legSet: 's1', venue, fill: { ...fill, clientId: 's1a' }, at: T0 };
    expect(prunable({ one: [...one, late], two, live })).toBe(0);
    expect(prunable({ one, two: [...two, late, closed('s1', T0)], live })).toBe(2);
    expect(prunable({ one, two, live: [...live, late, closed('s1', NOW)] })).toBe(0);
    const ack: WalEntry = { kind: 'OrderAcked', legSet: 's1', clientId: 's1a', venueOrderId: '7', at: T0 };
    expect(prunable({ one: [...one, ack], two, live })).toBe(2);
  });

  it('a file that does not begin with the leftovers of all before it does not become the first', () => {
    const { one = [], two = [], live = [] } = story();
    const [begin, ...rest] = two;
    expect(prunable({ one, two: rest, live })).toBe(2);
    const young = rest.map((entry) => ({ ...entry, at: NOW }));
    expect(prunable({ one, two: young, live })).toBe(0);
    expect(prunable({ one, two: [{ ...(begin as WalEntry), at: NOW }, ...young], live })).toBe(1);
    // Of a version that did not write them down.
    expect(prunable({ one, two: [opens('two', NOW, {}), ...young], live })).toBe(0);
  });

  it('files of the run that goes on stay, whatever their age: its totals are in them', () => {
    const { one = [], two = [], live = [] } = story();
    const old = [opens('live', T0 + 20 * HOUR_MS), ...whole('s7', T0 + 20 * HOUR_MS)];
    expect(prunable({ one, two, live: old, live2: live })).toBe(2);
  });
});

interface OnDisk {
  readonly folder: string;
  readonly faults: Fault[];
  readonly pruner: WalPruner;
  readonly counters: ReturnType<typeof journalCounters>;
  readonly clock: ManualClock;
}

/** The story in files, and in a journal but for the records of `missing`. */
async function onDisk(missing = ''): Promise<OnDisk> {
  const folder = temporaryFolder();
  const faults: Fault[] = [];
  const clock = new ManualClock(1e9, NOW);
  const onFault = (fault: Fault): void => void faults.push(fault);
  for (const [run, entries] of Object.entries(story())) {
    const log = new WriteAheadLog({ folder, run, onFault });
    for (const entry of entries) log.append(entry);
    await log.close();
    const seconds = (entries.at(-1)?.at ?? 0) / 1000;
    utimesSync(log.path, seconds, seconds);
  }
  const { writer } = journalIn(temporaryFolder());
  for (const entries of Object.values(story())) {
    for (const entry of entries) {
      if (!('legSet' in entry) || entry.legSet === missing) continue;
      if (entry.kind === 'OrderUpdated') writer.write([{ ...WHOLE.Order, id: entry.clientId }]);
      if (entry.kind === 'LegSetClosed') writer.write([{ ...WHOLE.LegSet, id: entry.legSet, closedAt: entry.at }]);
    }
  }
  const counters = journalCounters();
  const pruner = new WalPruner({
    folder,
    run: 'live',
    retentionHours: 2,
    find: (kind, id) => writer.find(kind, id),
    clock,
    counters,
    onFault,
  });
  return { folder, faults, pruner, counters, clock };
}

const NAMES = ['00000001-one.wal', '00000002-two.wal', '00000003-live.wal'];

describe('the pruner', () => {
  it('removes what may go, counts it, and finds nothing the next time', async () => {
    const { folder, pruner, counters, faults } = await onDisk();
    expect(await pruner.prune()).toEqual(NAMES.slice(0, 2).map((name) => join(folder, name)));
    expect(readdirSync(folder)).toEqual(NAMES.slice(2));
    expect(counters.get('logFilesPruned')).toBe(2);
    expect(await pruner.prune()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('keeps a file of which the journal lacks a record, or has an older one', async () => {
    const lacking = await onDisk('s4');
    expect((await lacking.pruner.prune()).length).toBe(1);
    const { folder, pruner } = await onDisk();
    const later = new WriteAheadLog({ folder, run: 'three', onFault: () => {} });
    later.append(closed('s1', T0 + 2 * HOUR_MS));
    await later.close();
    // s1 closed once more, in the last file, and the journal has the end before that.
    expect(await pruner.prune()).toEqual([]);
  });

  it('looks by itself some seconds after the start, and every hour', async () => {
    const { folder, pruner, clock, counters } = await onDisk('s4');
    pruner.start();
    clock.advanceMs(14_999);
    await settledTurns();
    expect(readdirSync(folder)).toEqual(NAMES);
    clock.advanceMs(1);
    await settledTurns();
    expect(readdirSync(folder)).toEqual(NAMES.slice(1));
    expect(counters.get('logFilesPruned')).toBe(1);
    pruner.stop();
  });

  it('removes nothing once it is stopped', async () => {
    const { folder, pruner } = await onDisk();
    const under = pruner.prune();
    pruner.stop();
    expect(await under).toEqual([]);
    expect(readdirSync(folder)).toEqual(NAMES);
  });

  it('says of damage what it is, and removes nothing', async () => {
    const { folder, pruner, clock, faults } = await onDisk();
    const path = join(folder, NAMES[0] as string);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(4), bytes.subarray(20)]));
    appendFileSync(path, bytes);
    utimesSync(path, T0 / 1000, T0 / 1000);
    pruner.start();
    clock.advanceMs(15_000);
    await settledTurns();
    expect(faults.map(({ code }) => code)).toEqual(['record/corrupt']);
    expect(readdirSync(folder)).toEqual(NAMES);
    pruner.stop();
  });
});

/** Work that gives way between files is done. */
async function settledTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
