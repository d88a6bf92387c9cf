/** Rules of the log's files: whole, in number, and torn only where a run died. Pure. */
import type { RunRecord } from '../../core/records.ts';
import type { Case } from './case.ts';
import { type Finding, finding, NOTHING } from './finding.ts';
import { isDamagedEnd } from './gaps.ts';
import { type Horizon, LAG_MS } from './horizon.ts';

export function logFindings({ evidence: { log }, horizon }: Case): Finding[] {
  const endedRuns = endedIn(horizon);
  return log.flatMap((file, index) => {
    const found = file.damage.map(({ offset, bytes }) =>
      finding('log-damaged', `${file.name}, byte ${offset}`, { log: `${bytes} bytes that are no entry` }),
    );
    if (isDamagedEnd(file, endedRuns)) {
      const torn = `${file.tornBytes} bytes at the end that are no entry, although the run ended in good order`;
      found.push(finding('log-damaged', `${file.name}, byte ${file.bytes - file.tornBytes}`, { log: torn }));
    }
    const before = log[index - 1];
    if (before !== undefined && file.number !== before.number + 1) {
      found.push(finding('log-file-missing', file.name, { before: before.name }));
    }
    return found;
  });
}

const endedIn = ({ runs }: Horizon): Set<string> => new Set(runs.flatMap(({ id, hasEnded }) => (hasEnded ? [id] : [])));

/** What is no finding and yet worth knowing. */
export function logNotes({ evidence: { log }, horizon, gaps }: Case): string[] {
  const ended = endedIn(horizon);
  const torn = log
    .filter(({ tornBytes, run }) => tornBytes > 0 && !ended.has(run))
    .map(({ name, tornBytes }) => `${name} ends in ${tornBytes} bytes that are no whole entry, as a kill leaves them`);
  const first = log[0]?.name ?? '';
  const pruned = `the log begins with ${first}: what stood in earlier files is not judged`;
  return gaps.prunedBefore === -Infinity ? torn : [pruned, ...torn];
}

/** A run that lived shorter than the journal's lag may have died before its record was written. */
export function runFindings({ journal, history, horizon }: Case): Finding[] {
  const missing = [...history.runs.values()].flatMap(({ id, openedAt, lastAt }) => {
    if (journal.runs.has(id) || journal.isUnusable('Run', id)) return [];
    return openedAt > Math.min(lastAt - LAG_MS, horizon.judgedUntil(id))
      ? []
      : [finding('run-missing', `run ${id}`, { log: `opened at ${timeOf(openedAt)}`, journal: NOTHING })];
  });
  const runs = [...journal.runs.values()].sort((a, b) => a.startedAt - b.startedAt);
  return [...missing, ...runs.flatMap((run, index) => timeFindings(run, runs[index + 1]))];
}

/** Clocks are set back now and then. */
const CLOCK_STEP_MS = 5_000;

function timeFindings({ id, startedAt, endedAt }: RunRecord, next: RunRecord | undefined): Finding[] {
  if (endedAt === undefined) return [];
  if (endedAt < startedAt - CLOCK_STEP_MS) {
    return [finding('run-times', `run ${id}`, { started: timeOf(startedAt), ended: timeOf(endedAt) })];
  }
  if (next === undefined || next.startedAt >= endedAt - CLOCK_STEP_MS) return [];
  return [
    finding('run-times', `run ${next.id}`, { started: timeOf(next.startedAt), [`${id} ended`]: timeOf(endedAt) }),
  ];
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
