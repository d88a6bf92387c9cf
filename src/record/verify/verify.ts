/** The verdict over journal and log: every rule, and what could not be judged. Pure. */
import { balanceFindings } from './balance-rules.ts';
import { type Case, caseOf, isJudged } from './case.ts';
import type { Evidence } from './evidence.ts';
import { feeFindings } from './fee-rules.ts';
import { fillFindings } from './fill-rules.ts';
import type { Finding } from './finding.ts';
import { ledgerFindings } from './ledger-rules.ts';
import { logFindings, logNotes, runFindings } from './log-rules.ts';
import { orderFindings } from './order-rules.ts';
import { setFindings } from './set-rules.ts';

export interface Verdict {
  /** True when there is no finding. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** How much was looked at. */
  readonly counted: {
    readonly runs: number;
    readonly logFiles: number;
    readonly entries: number;
    readonly legSets: number;
    readonly orders: number;
    readonly fills: number;
  };
}

export function verdictOn(evidence: Evidence): Verdict {
  const from = caseOf(evidence);
  const { journal, history, horizon } = from;
  const findings = [
    ...logFindings(from),
    ...journal.findings,
    ...history.findings,
    ...runFindings(from),
    ...fillFindings(from),
    ...orderFindings(from),
    ...setFindings(from),
    ...feeFindings(from),
    ...balanceFindings(from),
    ...ledgerFindings(from),
  ];
  return {
    ok: findings.length === 0,
    findings,
    notes: [...logNotes(from), ...evidence.notes, ...youngNotes(from)],
    counted: {
      runs: horizon.runs.length,
      logFiles: evidence.log.length,
      entries: history.entries,
      legSets: history.sets.size,
      orders: history.orders.size,
      fills: history.fills.size,
    },
  };
}

/** What is not judged yet, so that a verdict does not promise more than it saw. */
function youngNotes(from: Case): string[] {
  const open = [...from.history.sets.values()].filter(({ isOpen }) => isOpen);
  const pending = open.filter(({ run, lastRun }) => !(from.horizon.isOver(run) && from.horizon.isOver(lastRun)));
  const young = [...from.history.sets.values()].filter((set) => !set.isOpen && !isJudged(from, set));
  return [
    ...(pending.length === 0
      ? []
      : [`${pending.length} leg sets are open, in a run that goes on or is to be taken over`]),
    ...(young.length === 0 ? [] : [`${young.length} leg sets are too young for the journal to have them for certain`]),
  ];
}
