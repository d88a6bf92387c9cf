/** What `doctor` found, one finding a check, and how it is shown. Pure. */
import { type Line, type Paint, type Piece, table } from './lines.ts';

/** `warn`: it runs, and somebody should know. `fail`: do not trade like this. */
export type CheckStatus = 'pass' | 'warn' | 'fail';

export interface Verdict {
  readonly status: CheckStatus;
  /** One sentence; of a warning or failure it ends in what to do. Never holds a secret. */
  readonly message: string;
  /** The figures behind it. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Check extends Verdict {
  /** What was looked at: `clock`. */
  readonly check: string;
  /** Absent: this machine, and not a venue. */
  readonly venue?: string;
}

export const pass = (message: string, details: Verdict['details'] = {}): Verdict => verdict('pass', message, details);
export const warn = (message: string, details: Verdict['details'] = {}): Verdict => verdict('warn', message, details);
export const fail = (message: string, details: Verdict['details'] = {}): Verdict => verdict('fail', message, details);

const verdict = (status: CheckStatus, message: string, details: Readonly<Record<string, unknown>>): Verdict => ({
  status,
  message,
  ...(Object.keys(details).length === 0 ? {} : { details }),
});

/** What `--json` prints. */
export interface DoctorReport {
  /** Nothing failed. */
  readonly ok: boolean;
  readonly passed: number;
  readonly warnings: number;
  readonly failed: number;
  readonly checks: readonly Check[];
}

export function reportOf(checks: readonly Check[]): DoctorReport {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const failed = count('fail');
  return { ok: failed === 0, passed: count('pass'), warnings: count('warn'), failed, checks };
}

const PAINTS: Readonly<Record<CheckStatus, Paint>> = { pass: 'green', warn: 'yellow', fail: 'red' };

export function reportLines({ checks, passed, warnings, failed }: DoctorReport): Line[] {
  const columns = [{ name: 'STATUS' }, { name: 'venue' }, { name: 'check' }, { name: 'found' }];
  const rows = checks.map(({ status, venue = '-', check, message }): Piece[] => [
    [status, PAINTS[status]],
    venue,
    check,
    message,
  ]);
  const sum = `${passed} passed, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${failed} failed`;
  return [...table(columns, rows), [], [[sum, failed > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green']]];
}
