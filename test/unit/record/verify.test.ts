import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyCommand } from '../../../src/cli/verify.ts';
import type { WalEntry } from '../../../src/core/records.ts';
import { journalFolder, walFolder } from '../../../src/record/journal-store.ts';
import type { Evidence, LogFile, VenueReference } from '../../../src/record/verify/evidence.ts';
import { FINDINGS } from '../../../src/record/verify/finding.ts';
import { ADOPT_MS, Horizon, LAG_MS, type RunSpan } from '../../../src/record/verify/horizon.ts';
import { IdOrder } from '../../../src/record/verify/id-order.ts';
import { readEvidence } from '../../../src/record/verify/read-evidence.ts';
import { verdictOn } from '../../../src/record/verify/verify.ts';
import { WalEncoder } from '../../../src/record/wal-format.ts';
import { evidenceOf, honestStory } from '../../support/honest-story.ts';
import { journalIn, temporaryFolder } from './samples.ts';

/** One run with several sets, all of them closed. */
const STORY = honestStory(11, { runs: 1, setsPerRun: 6 });
const honest = (): Evidence => structuredClone(evidenceOf(STORY));
const codesOn = (evidence: Evidence): string[] => verdictOn(evidence).findings.map(({ code }) => code);

const withEntries = (evidence: Evidence, change: (entries: readonly WalEntry[]) => readonly WalEntry[]): Evidence => ({
  ...evidence,
  log: evidence.log.map((file) => ({ ...file, entries: change(file.entries) })),
});

const entryOf = <K extends WalEntry['kind']>(kind: K): Extract<WalEntry, { kind: K }> => {
  const entry = honest().log[0]?.entries.find((each) => each.kind === kind);
  return entry as Extract<WalEntry, { kind: K }>;
};

/** Later runs of the same folder, in the log and in the journal. */
function withRun(evidence: Evidence, id: string, livedMs: number, hasEnded: boolean): Evidence {
  const startedAt = STORY.endsAt + 1_000;
  const run = { ...evidence.journal.runs[0], id, startedAt, kind: 'Run' } as Evidence['journal']['runs'][number];
  const { endedAt: _, ...alive } = run;
  const file: LogFile = {
    name: `00000002-${id}.wal`,
    number: 2,
    run: id,
    entries: [
      { kind: 'RunOpened', run: id, epoch: 2, at: startedAt },
      { kind: 'RunOpened', run: id, epoch: 3, at: startedAt + livedMs },
    ],
    damage: [],
    bytes: 0,
    tornBytes: 0,
  };
  const record = hasEnded ? { ...alive, endedAt: startedAt + livedMs } : alive;
  return {
    ...evidence,
    journal: { ...evidence.journal, runs: [...evidence.journal.runs, record] },
    log: [...evidence.log, file],
  };
}

/** As a kill leaves it: no end of the run, and a set without its close. */
function killed(): Evidence {
  const evidence = honest();
  const last = evidence.log[0]?.entries.findLast(({ kind }) => kind === 'LegSetClosed');
  const id = last?.kind === 'LegSetClosed' ? last.legSet : '';
  const { journal, ...rest } = withEntries(evidence, (entries) => entries.filter((entry) => entry !== last));
  const runs = journal.runs.map(({ endedAt: _, ...run }) => run);
  return { ...rest, journal: { ...journal, runs, legSets: journal.legSets.filter((set) => set.id !== id) } };
}

describe('the log', () => {
  it('has no finding in an honest story, which has every kind of entry', () => {
    expect(codesOn(honest())).toEqual([]);
    const kinds = new Set(honest().log[0]?.entries.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'Filled',
      'LegSetClosed',
      'LegSetOpened',
      'OrderAdded',
      'OrderUpdated',
      'RunOpened',
    ]);
  });

  it('may not speak of a set before it is opened, nor of an order before it is announced', () => {
    const early = withEntries(honest(), ([opened, ...rest]) => [opened as WalEntry, entryOf('LegSetClosed'), ...rest]);
    expect(codesOn(early)).toEqual(['set-unopened']);
    const stray = { ...entryOf('OrderUpdated'), clientId: 'inst10001zzzzzzzz' };
    const { legSet } = stray;
    const unannounced = withEntries(honest(), (entries) =>
      entries.flatMap((entry) => (entry.kind === 'LegSetClosed' && entry.legSet === legSet ? [stray, entry] : [entry])),
    );
    expect(new Set(codesOn(unannounced))).toEqual(new Set(['order-unannounced']));
  });

  it('opens a set once and logs a fill once', () => {
    for (const kind of ['LegSetOpened', 'Filled'] as const) {
      const again = entryOf(kind);
      const doubled = withEntries(honest(), (entries) =>
        entries.flatMap((entry) => (entry.kind === again.kind && entry.at === again.at ? [entry, entry] : [entry])),
      );
      expect(codesOn(doubled)).toEqual([kind === 'Filled' ? 'fill-doubled' : 'set-doubled']);
    }
  });

  it('knows what the log says of loss limits', () => {
    const at = entryOf('RunOpened').at;
    const reached = { kind: 'LossLimitReached', limit: 'limit-daily-loss', reason: 'too much', at } as const;
    const whole = withEntries(honest(), (entries) => [...entries, reached, { kind: 'LossLimitLifted', at }]);
    expect(codesOn(whole)).toEqual([]);
    const bare = { kind: 'LossLimitReached', at } as unknown as WalEntry;
    expect(codesOn(withEntries(honest(), (entries) => [...entries, bare]))).toEqual(['entry-malformed']);
  });

  it('says what it does not know instead of failing on it', () => {
    const odd = { kind: 'Dreamed', at: entryOf('RunOpened').at } as unknown as WalEntry;
    expect(codesOn(withEntries(honest(), (entries) => [...entries, odd]))).toEqual(['kind-unknown']);
    const closed = entryOf('LegSetClosed');
    const state = 'pondered' as 'filled';
    const pondered = withEntries(honest(), (entries) =>
      entries.map((entry) =>
        entry.kind === 'LegSetClosed' && entry.legSet === closed.legSet ? { ...entry, state } : entry,
      ),
    );
    expect(codesOn(pondered)).toEqual(expect.arrayContaining(['kind-unknown', 'set-differs']));
    const bare = { kind: 'Filled', legSet: 'x', venue: 'alpha', at: STORY.endsAt } as unknown as WalEntry;
    expect(codesOn(withEntries(honest(), (entries) => [...entries, bare]))).toEqual(['entry-malformed']);
  });

  it('is torn only where a run died', () => {
    const torn = (evidence: Evidence): Evidence => ({
      ...evidence,
      log: evidence.log.map((file) => ({ ...file, bytes: 500, tornBytes: 20 })),
    });
    expect(verdictOn(torn(honest())).findings).toMatchObject([
      { code: 'log-damaged', where: expect.stringContaining('byte 480') },
    ]);
    const { findings, notes } = verdictOn(torn(killed()));
    expect(findings).toEqual([]);
    expect(notes).toContainEqual(expect.stringContaining('20 bytes'));
  });

  it('has files in number, but for those that were removed as they got old', () => {
    const numbered = (number: number): Evidence => {
      const later = withRun(honest(), 'run1', 10, true);
      return { ...later, log: later.log.map((file, index) => (index === 1 ? { ...file, number } : file)) };
    };
    expect(codesOn(numbered(2))).toEqual([]);
    expect(codesOn(numbered(3))).toEqual(['log-file-missing']);
    const pruned = withRun(honest(), 'run1', 10, true);
    const { findings, notes } = verdictOn({ ...pruned, log: pruned.log.slice(1) });
    expect(findings).toEqual([]);
    expect(notes).toContainEqual(expect.stringContaining('begins with 00000002-run1.wal'));
  });
});

describe('client ids', () => {
  it('rise within an instance and carry the epoch of their executor', () => {
    const ids = new IdOrder();
    ids.runs(1);
    expect(ids.check('inst1000100000002')).toBeUndefined();
    expect(ids.check('inst1000100000001')).toEqual({ before: 'inst1000100000002' });
    expect(ids.check('inst2000100000001')).toBeUndefined();
    ids.runs(36);
    expect(ids.check('inst1000100000003')).toEqual({ id: 'epoch 1', log: 'epoch 36' });
    expect(ids.check('inst1001000000001')).toBeUndefined();
    expect(ids.check('p1a')).toBeUndefined();
  });
});

describe('the horizon', () => {
  const span = (id: string, startedAt: number, lastSignAt: number, hasEnded = false): RunSpan => ({
    id,
    startedAt,
    lastSignAt,
    hasEnded,
  });

  it('of a run that goes on lies the lag behind its last sign, of one that ended nowhere', () => {
    const runs = new Horizon([span('a', 0, 10_000), span('z', -9_000, -1_000, true)], 1e6);
    expect(runs.judgedUntil('a')).toBe(10_000 - LAG_MS);
    expect(runs.isOver('a')).toBe(false);
    expect(runs.judgedUntil('z')).toBe(Infinity);
    // Entries that came after the journal was read.
    expect(new Horizon([span('a', 0, 10_000)], 9_000).judgedUntil('a')).toBe(9_000 - LAG_MS);
  });

  it('of a dead run waits for a later one to take over', () => {
    const isOverAfter = (later: RunSpan): boolean => new Horizon([span('a', 0, 10), later], 1e6).isOver('a');
    expect(isOverAfter(span('b', 20, 20 + ADOPT_MS - 1))).toBe(false);
    expect(isOverAfter(span('b', 20, 20 + ADOPT_MS))).toBe(true);
    expect(isOverAfter(span('b', 20, 30, true))).toBe(true);
    expect(isOverAfter(span('b', -20, -10, true))).toBe(false);
  });
});

describe('leg sets', () => {
  it('that a dead run left open are a finding once a later run did not close them', () => {
    expect(codesOn(killed())).toEqual([]);
    expect(verdictOn(killed()).notes).toContainEqual(expect.stringContaining('1 leg sets are open'));
    expect(codesOn(withRun(killed(), 'run1', 1_000, false))).toEqual([]);
    expect(codesOn(withRun(killed(), 'run1', 1_000, true))).toEqual(['set-open']);
    expect(codesOn(withRun(killed(), 'run1', ADOPT_MS, false))).toEqual(['set-open']);
  });

  it('that a run left open when it ended are a finding at once', () => {
    const { journal } = killed();
    const open = { ...killed(), journal: { ...journal, runs: honest().journal.runs } };
    expect(codesOn(open)).toEqual(['set-open']);
  });

  /** A set of its own at the end of the log, with the record that goes with it. */
  function withSet(state: string, { carried, excess, residual = '0' }: Readonly<Record<string, string>>): Evidence {
    const at = STORY.endsAt - 3;
    const opened = {
      ...entryOf('LegSetOpened'),
      legSet: 'crumbs',
      at,
      orders: [],
      ...(carried === undefined ? {} : { carried }),
    };
    const closed = {
      kind: 'LegSetClosed',
      legSet: 'crumbs',
      state,
      at: at + 1,
      ...(excess === undefined ? {} : { excess }),
    };
    const evidence = withEntries(honest(), (entries) => [...entries, opened, closed as WalEntry]);
    const { opportunity, instrument, edgeBps } = opened;
    const record = {
      kind: 'LegSet',
      id: 'crumbs',
      run: 'run0',
      opportunity,
      instrument,
      openedAt: at,
      closedAt: at + 1,
      state,
      expectedEdgeBps: Math.round(edgeBps * 10_000) / 10_000,
      pnl: {},
      fees: {},
      legs: [],
      residual,
    } as const;
    const legSets = [...evidence.journal.legSets, record as unknown as Evidence['journal']['legSets'][number]];
    return { ...evidence, journal: { ...evidence.journal, legSets } };
  }

  it('are in the state that their orders and fills make', () => {
    expect(codesOn(withSet('missed', {}))).toEqual([]);
    for (const state of ['refused', 'filled', 'unwound', 'held', 'residual']) {
      expect(codesOn(withSet(state, {}))).toEqual(['set-state']);
    }
  });

  it('may take over base from before, and say what they leave', () => {
    expect(codesOn(withSet('missed', { carried: '0.5', excess: '0.5' }))).toEqual([]);
    expect(codesOn(withSet('held', { carried: '0.5', excess: '0.5', residual: '0.5' }))).toEqual([]);
    expect(codesOn(withSet('held', { carried: '0.5', excess: '0.5' }))).toEqual(['set-residual']);
    expect(codesOn(withSet('missed', { carried: '0.5', excess: '0.4' }))).toEqual(['set-residual']);
  });

  it('that count as matched leave less than their venues take', () => {
    const references = new Map(
      [...honest().references].map(([venue, reference]) => {
        const listings = reference.listings.map((listing) => ({ ...listing, sizeLot: '0.0001', minSize: '0.0001' }));
        return [venue, { ...reference, listings }] as const;
      }),
    );
    const tells = (savedAt: number): Set<string> => {
      const saved = new Map([...references].map(([venue, reference]) => [venue, { ...reference, savedAt }]));
      return new Set(codesOn({ ...honest(), references: saved }));
    };
    expect(tells(0)).toEqual(new Set(['set-leftover']));
    // What the venues take now says nothing of sets from before.
    expect(tells(STORY.endsAt)).toEqual(new Set());
  });
});

describe('runs', () => {
  it('stand in the journal and do not overlap', () => {
    const { journal, ...rest } = withRun(honest(), 'run1', LAG_MS * 3, true);
    const runs = journal.runs.filter(({ id }) => id !== 'run0');
    expect(codesOn({ ...rest, journal: { ...journal, runs } })).toContain('run-missing');
    const late = journal.runs.map((run) => (run.id === 'run0' ? { ...run, endedAt: STORY.endsAt + 60_000 } : run));
    expect(codesOn({ ...rest, journal: { ...journal, runs: late } })).toEqual(['run-times']);
  });
});

describe('records', () => {
  it('that stand twice or lack a part are told by name', () => {
    const twice = honest();
    const fill = twice.journal.fills[0];
    const order = twice.journal.orders[0];
    if (fill === undefined || order === undefined) throw new Error('the story has no fill');
    const { journal } = twice;
    expect(codesOn({ ...twice, journal: { ...journal, fills: [...journal.fills, fill] } })).toEqual(['record-doubled']);
    const orders = journal.orders.map((each) => (each === order ? { ...each, size: '1e5' } : each));
    const { findings } = verdictOn({ ...twice, journal: { ...journal, orders } });
    expect(findings).toMatchObject([{ code: 'record-malformed', where: `Order ${order.id}` }]);
  });

  it('of the journal alone are not believed', () => {
    const evidence = honest();
    const { journal } = evidence;
    const fills = journal.fills.map((fill, index) => ({ ...fill, id: `${fill.id}${index === 0 ? '9' : ''}` }));
    expect(codesOn({ ...evidence, journal: { ...journal, fills } })).toEqual(['fill-missing', 'fill-unlogged']);
    const orders = journal.orders.map((order, index) => ({ ...order, id: `${order.id}${index === 0 ? '9' : ''}` }));
    expect(codesOn({ ...evidence, journal: { ...journal, orders } })).toEqual(['order-missing', 'order-unlogged']);
    const legSets = journal.legSets.map((set, index) => ({ ...set, id: `${set.id}${index === 0 ? '9' : ''}` }));
    expect(codesOn({ ...evidence, journal: { ...journal, legSets } })).toEqual(['set-missing', 'set-unlogged']);
  });
});

describe('fees', () => {
  /** A history with one fill alone, at its rate or at another. */
  function single(rate: string, savedAt: number): string[] {
    const one = honestStory(11, { runs: 1, setsPerRun: 6 });
    const filled = one.steps.find(({ entry }) => entry?.kind === 'Filled');
    if (filled?.entry?.kind !== 'Filled') throw new Error('the story has no fill');
    const evidence = honest();
    const { venue, fill } = filled.entry;
    const only = new Set([`${venue}:${fill.symbol}:${fill.tradeId}`]);
    const fills = evidence.journal.fills.filter(({ id }) => only.has(id));
    const reference = evidence.references.get(venue) as VenueReference;
    const log = evidence.log.map((file) => ({
      ...file,
      entries: file.entries.filter((entry) => entry.kind !== 'Filled' || entry.at === filled.at),
    }));
    const references = new Map([[venue, { ...reference, savedAt, fees: { taker: rate, maker: rate } }]]);
    const { findings } = verdictOn({ ...evidence, log, references, journal: { ...evidence.journal, fills } });
    return findings.filter(({ code }) => code === 'fee-odd').map(({ code }) => code);
  }

  it('of a single fill are held against the schedule of its time, or not judged', () => {
    const ratesOf = [...honest().references.values()].map(({ fees }) => fees.taker);
    expect(ratesOf.some((rate) => single(rate, 0).length === 0)).toBe(true);
    expect(single('0.05', 0)).toEqual(['fee-odd']);
    expect(single('0.05', STORY.endsAt)).toEqual([]);
  });
});

describe('balances', () => {
  it('may hold what orders of an earlier run had filled before they were first read', () => {
    const evidence = withRun(killed(), 'run1', 1_000, true);
    const filled = entryOf('Filled');
    const fill = { ...filled.fill, tradeId: 'late', venueAt: STORY.endsAt };
    const lateAt = STORY.endsAt + 1_500;
    const log = evidence.log.map((file) =>
      file.run === 'run1' ? { ...file, entries: [...file.entries, { ...filled, fill, at: lateAt }] } : file,
    );
    const balances = (['start', 'end'] as const).map((reason) => ({
      kind: 'Balance' as const,
      id: `run1-${reason}`,
      run: 'run1',
      at: lateAt,
      venue: filled.venue,
      reason,
      balances: [{ asset: 'USDT', free: '5', locked: '0' }],
    }));
    const journal = { ...evidence.journal, balances };
    expect(codesOn({ ...evidence, log, journal })).not.toContain('balance-odd');
    const moved = balances.map((each) =>
      each.reason === 'end' ? { ...each, balances: [{ asset: 'USDT', free: '6', locked: '0' }] } : each,
    );
    expect(codesOn({ ...evidence, log, journal: { ...journal, balances: moved } })).toContain('balance-odd');
  });
});

describe('the command', () => {
  const written = (entries: readonly WalEntry[]): Buffer => {
    const encoder = new WalEncoder();
    return Buffer.concat(entries.map((entry) => Buffer.from(encoder.encode(entry))));
  };

  /** The story as an engine would have left it. */
  async function dataOf(evidence: Evidence): Promise<string> {
    const data = temporaryFolder();
    const { writer, close } = journalIn(journalFolder(data));
    const { runs, legSets, orders, fills, balances } = evidence.journal;
    writer.write([...runs, ...legSets, ...orders, ...fills, ...balances]);
    await close();
    mkdirSync(walFolder(data));
    for (const { name, entries } of evidence.log) writeFileSync(join(walFolder(data), name), written(entries));
    return data;
  }

  async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const out: string[] = [];
    const err: string[] = [];
    const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text), env: {} };
    return { code: await verifyCommand(args, io), out: out.join('\n'), err: err.join('\n') };
  }

  it('says that all adds up', async () => {
    const { code, out, err } = await run(['--data', await dataOf(honest())]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^1 runs, \d+ log entries, 6 leg sets, \d+ orders, \d+ fills: all adds up$/);
  });

  it('tells one line a finding, and all of it as JSON', async () => {
    const evidence = honest();
    const data = await dataOf({
      ...evidence,
      journal: { ...evidence.journal, fills: evidence.journal.fills.slice(1) },
    });
    const text = await run(['--data', data]);
    expect(text.code).toBe(1);
    expect(text.out.split('\n')).toEqual([
      expect.stringMatching(/^fill-missing {2}fill \S+ of leg set \S+: log (buy|sell) \S+ at \S+, journal nothing$/),
      expect.stringContaining('1 findings'),
    ]);
    const json = JSON.parse((await run(['--data', data, '--json'])).out) as { ok: boolean; findings: unknown[] };
    expect(json).toMatchObject({ ok: false, findings: [{ code: 'fill-missing', figures: { journal: 'nothing' } }] });
  });

  it('tells where a log is damaged, each place of it', async () => {
    const data = await dataOf(honest());
    const name = join(walFolder(data), honest().log[0]?.name ?? '');
    const bytes = readFileSync(name);
    const entries = honest().log[0]?.entries ?? [];
    const offsets = [1, 5].map((count) => written(entries.slice(0, count)).length);
    for (const at of offsets) bytes[at + 20] = (bytes[at + 20] as number) ^ 1;
    writeFileSync(name, bytes);
    const damage = readEvidence(data)?.log[0]?.damage;
    expect(damage).toMatchObject([
      { offset: offsets[0], entriesBefore: 1 },
      { offset: offsets[1], entriesBefore: 4 },
    ]);
  });

  it('refuses bad usage and a folder that holds nothing', async () => {
    expect(await run(['--wat'])).toMatchObject({ code: 2, out: '' });
    const empty = await run(['--data', temporaryFolder()]);
    expect(empty).toMatchObject({ code: 2, out: '' });
    expect(empty.err).toContain('has neither journal nor log');
  });

  it('has a line on every code in its document', () => {
    const text = readFileSync(new URL('../../../docs/VERIFY.md', import.meta.url), 'utf8');
    const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
    expect(told).toEqual(Object.keys(FINDINGS));
  });
});
