/** What is wrong with all that an engine did in a data folder, over one run or many, held against the exchanges' own
 *  ledger: orders that are there twice or still stand, books that do not agree, more base unmatched than may be. Pure. */
import type { RunSummary } from '../../src/actors/summary.ts';
import type { WalEntry } from '../../src/core/records.ts';
import type { Finding } from '../../src/record/verify/finding.ts';
import type { Ledger } from '../../src/sim/ledger.ts';
import { balanceChange, disagreements, type RunRead } from './agreement.ts';
import { exact, exactText } from './exact.ts';

export interface Evidence {
  /** Before the first run; absent: the exchanges were started for it. */
  readonly before?: Ledger;
  readonly after: Ledger;
  /** Of all runs. */
  readonly journal: RunRead;
  readonly wal: readonly WalEntry[];
  /** What `parallax verify` found. */
  readonly findings: readonly Pick<Finding, 'code' | 'where'>[];
  /** Of the only run. */
  readonly summary?: RunSummary;
}

/** In words; none when nothing is wrong. */
export function complaintsOf({ journal, findings, ...story }: Evidence): string[] {
  // A dead run has no last balances, and one that died at once not even first ones: what counts is what was first heard of
  // each venue, and what the last run ended with.
  const heard = new Set<string>();
  const first = journal.balances.filter(({ venue, reason }) => {
    const isFirst = reason === 'start' && !heard.has(venue);
    if (isFirst) heard.add(venue);
    return isFirst;
  });
  const final = journal.balances.filter(({ run, reason }) => reason === 'end' && run === journal.runs.at(-1)?.id);
  return [
    ...orderComplaints(story.after),
    ...disagreements({ ...story, journal: { ...journal, balances: [...first, ...final] } }),
    ...findings.map((finding) => JSON.stringify(finding)),
  ];
}

/** Trouble that faults of the exchanges are bound to make, told and overcome. An outcome that was long unknown is told too,
 *  and known in the end. */
const OVERCOME: ReadonlySet<string> = new Set([
  'venue/unreachable',
  'venue/rate-limited',
  'execution/breaker',
  'execution/unknown',
]);

/** A request for a book that met one of the planted faults of requests: it is made again. */
const BOOK_REFUSED = /refused the book of \S+: status (?:418|429|503) /;

const isOvercome = ({ code, message }: RunSummary['faults'][number]): boolean =>
  OVERCOME.has(code) || (code === 'venue/refused' && BOOK_REFUSED.test(message));

/** What its own summary says that should not have come of faults of the exchanges. */
export function summaryComplaints({ legSets, faults }: Pick<RunSummary, 'legSets' | 'faults'>): string[] {
  return [
    ...(legSets.residual > legSets.held ? [`${legSets.residual - legSets.held} leg sets are residual`] : []),
    ...(legSets.unknown > 0 ? [`${legSets.unknown} leg sets are unknown`] : []),
    ...faults.filter((fault) => !isOvercome(fault)).map(({ code, message }) => `${code}: ${message}`),
  ];
}

function orderComplaints({ venues }: Ledger): string[] {
  return Object.entries(venues).flatMap(([venue, { orders }]) => {
    const ids = orders.map(({ clientId }) => clientId);
    const doubled = new Set(ids.filter((entry, at) => ids.indexOf(entry) !== at));
    const standing = orders.filter(({ status }) => status === 'new' || status === 'partial');
    return [
      ...[...doubled].map((id) => `${venue} has order ${id} twice`),
      ...standing.map(({ clientId }) => `order ${clientId} still stands open at ${venue}`),
    ];
  });
}

/** Instruments of which more is bought or sold than was matched, beyond `limit` (quote units) by the exchanges' own
 *  balances and prices. */
export function exposureComplaints(before: Ledger | undefined, after: Ledger, limit: string): string[] {
  const change = balanceChange(before, after);
  const instruments = new Set(Object.values(after.venues).flatMap(({ tops }) => Object.keys(tops)));
  return [...instruments].flatMap((instrument) => {
    const unmatched = exact(change[instrument.split('-')[0] ?? ''] ?? '0');
    const price = highestBid(after, instrument);
    const worth = ((unmatched < 0n ? -unmatched : unmatched) * price) / exact('1');
    return worth <= exact(limit)
      ? []
      : [`${exactText(unmatched)} of ${instrument} unmatched, worth ${exactText(worth)}: more than ${limit}`];
  });
}

const highestBid = ({ venues }: Ledger, instrument: string): bigint =>
  Object.values(venues)
    .map(({ tops }) => exact(tops[instrument]?.bid ?? '0'))
    .reduce((highest, bid) => (bid > highest ? bid : highest), 0n);
