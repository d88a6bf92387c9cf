/** Everything that the rules look at, put in order once. Pure. */
import type { BalanceRecord, FillRecord, LegSetRecord, OrderRecord, RunRecord } from '../../core/records.ts';
import type { Evidence, VerifiedRecord } from './evidence.ts';
import { type Finding, finding } from './finding.ts';
import { LogGaps } from './gaps.ts';
import { type History, historyOf, type LoggedSet } from './history.ts';
import { Horizon, type RunSpan } from './horizon.ts';
import { flawOfRecord } from './wholeness.ts';

export interface JournalIndex {
  readonly runs: ReadonlyMap<string, RunRecord>;
  readonly legSets: ReadonlyMap<string, LegSetRecord>;
  readonly orders: ReadonlyMap<string, OrderRecord>;
  readonly fills: ReadonlyMap<string, FillRecord>;
  readonly balances: readonly BalanceRecord[];
  /** Whether a record of that kind and id is there and cannot be reckoned with. */
  isUnusable(kind: VerifiedRecord['kind'], id: string): boolean;
  readonly findings: readonly Finding[];
}

export interface Case {
  readonly evidence: Evidence;
  readonly journal: JournalIndex;
  readonly history: History;
  readonly gaps: LogGaps;
  readonly horizon: Horizon;
}

export function caseOf(evidence: Evidence): Case {
  const journal = indexOf(evidence);
  const endedRuns = endedRunsOf(journal);
  const gaps = new LogGaps(evidence.log, endedRuns);
  const history = historyOf(evidence.log, gaps);
  const horizon = new Horizon(spansOf(evidence, journal, history, endedRuns), evidence.readAt);
  return { evidence, journal, history, gaps, horizon };
}

/** Entries about the set may have been lost, or an order of it was announced twice: what its entries add up to proves
 *  nothing. */
export function isUncertain({ gaps, journal }: Case, set: LoggedSet): boolean {
  const closedAt = journal.legSets.get(set.opened.legSet)?.closedAt ?? 0;
  // A set that seems open may have been closed in the damage.
  const untilMs = set.isOpen ? Infinity : Math.max(set.lastAt, closedAt);
  return set.orders.some(({ isDoubled }) => isDoubled) || gaps.covers(set.opened.at, untilMs);
}

/** Whether the log may have lost the beginning of a set, and with it whose its orders are. */
export function isLost({ gaps, history, journal }: Case, legSet: string): boolean {
  if (history.sets.has(legSet) || !gaps.isAny) return false;
  const record = journal.legSets.get(legSet);
  return record === undefined || gaps.covers(record.openedAt, record.closedAt);
}

/** Whether what the log says of the set must be in the journal by now. */
export const isJudged = ({ horizon }: Case, { lastAt, lastRun }: LoggedSet): boolean =>
  lastAt <= horizon.judgedUntil(lastRun);

function indexOf({ journal }: Evidence): JournalIndex {
  const findings: Finding[] = [];
  const unusable = new Set<string>();
  for (const { kind, id, why } of journal.unreadable) {
    unusable.add(`${kind} ${id}`);
    findings.push(finding('journal-damaged', `${kind} ${id}`, { journal: why }));
  }
  const byId = <T extends VerifiedRecord>(records: readonly T[]): Map<string, T> => {
    const index = new Map<string, T>();
    for (const record of records) {
      const name = `${record.kind} ${record.id}`;
      const flaw = flawOfRecord(record);
      if (flaw !== undefined) {
        unusable.add(name);
        findings.push(finding('record-malformed', name, { journal: flaw }));
      } else if (index.has(record.id)) {
        findings.push(finding('record-doubled', name, { journal: 'twice' }));
      } else index.set(record.id, record);
    }
    return index;
  };
  return {
    runs: byId(journal.runs),
    legSets: byId(journal.legSets),
    orders: byId(journal.orders),
    fills: byId(journal.fills),
    balances: [...byId(journal.balances).values()],
    isUnusable: (kind, id) => unusable.has(`${kind} ${id}`),
    findings,
  };
}

const endedRunsOf = ({ runs }: JournalIndex): Set<string> =>
  new Set([...runs.values()].filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id));

/** Runs of the journal and of the log; the newest lives for as long as anything is written. */
function spansOf(
  { journal: { newestAt } }: Evidence,
  { runs }: JournalIndex,
  history: History,
  endedRuns: ReadonlySet<string>,
): RunSpan[] {
  const ids = new Set([...runs.keys(), ...history.runs.keys()]);
  const spans = [...ids].map((id): RunSpan => {
    const record = runs.get(id);
    const logged = history.runs.get(id);
    return {
      id,
      startedAt: record?.startedAt ?? logged?.openedAt ?? 0,
      lastSignAt: Math.max(record?.endedAt ?? record?.startedAt ?? 0, logged?.lastAt ?? 0),
      hasEnded: endedRuns.has(id),
    };
  });
  const newest = spans.reduce<RunSpan | undefined>(
    (a, b) => (a !== undefined && a.startedAt > b.startedAt ? a : b),
    undefined,
  );
  return spans.map((span) => (span === newest ? { ...span, lastSignAt: Math.max(span.lastSignAt, newestAt) } : span));
}
