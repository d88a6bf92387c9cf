/** What the verifier has to say: findings are what does not add up, notes are what it could not judge. Pure. */

/** Every kind of finding, each with the rule that is broken. */
export const FINDINGS = {
  'log-damaged': 'Every byte of the write-ahead log is part of an entry, but for the torn end of a run that died.',
  'log-file-missing': 'The numbers of the log files rise one by one; only the oldest files are ever removed.',
  'entry-malformed': 'An entry of the log has every field of its kind, and its amounts are decimal numbers.',
  'kind-unknown': 'Every entry and every state is of a kind that this version knows.',
  'run-mismatch': 'A log file belongs to the run that its name says.',
  'set-doubled': 'A leg set is opened once.',
  'set-unopened': 'Nothing is logged about a leg set before it is opened.',
  'order-unannounced': 'An order is announced in its leg set before it is updated or filled.',
  'order-doubled': 'A client id is announced once, over all runs.',
  'client-id-order': 'Client ids of an instance rise, and carry the epoch of the executor that made them.',
  'fill-doubled': 'A trade id is logged once for its venue and symbol.',
  'order-overfilled': 'An order never fills beyond its size.',
  'order-filled': 'The last word of an order says what its fills add up to.',
  'order-status': 'Filled is what filled whole; rejected is what never filled.',
  'journal-damaged': 'Every record of the journal can be read.',
  'record-malformed': 'A record has every field of its kind, and its amounts are decimal numbers.',
  'record-doubled': 'A record of a kind and id stands in the journal once.',
  'run-missing': 'Every run of the log is in the journal.',
  'run-times': 'A run ends after it started, and one run starts after the other has ended.',
  'fill-missing': 'Every fill of the log is in the journal.',
  'fill-unlogged': 'Every fill of the journal is in the log.',
  'fill-differs': 'A fill is the same in log and journal, field by field.',
  'order-missing': 'Every order with a last word is in the journal.',
  'order-unlogged': 'Every order of the journal was announced in the log.',
  'order-differs': 'An order of the journal is what the entries of the log add up to.',
  'set-missing': 'Every closed leg set is in the journal.',
  'set-unlogged': 'Every leg set of the journal was opened and closed in the log.',
  'set-differs': 'A leg set of the journal is what the entries of the log add up to.',
  'set-pnl': 'The profit of a leg set is the sum of its fills, asset by asset.',
  'set-fees': 'The fees of a leg set are the sum of the fees of its fills.',
  'set-residual': 'The residual of a leg set is what its fills left unmatched, where its state says that something is.',
  'set-state': 'The state of a leg set follows from its orders and fills.',
  'set-leftover': 'What a matched leg set leaves over is less than its venues take.',
  'set-open': 'A run that ended, or that a later one took over, left no leg set open.',
  'fee-odd': 'A fee follows from a rate that other fills of the venue, or its fee schedule, bear out.',
  'balance-odd': 'Balances changed from the start to the end of a run by its fills, and by nothing else.',
  'ledger-order-unlogged': 'Every order that the exchanges took stands in the log.',
  'ledger-order-missing': 'Every order that was not refused is known to the exchanges.',
  'ledger-order-doubled': 'The exchanges took an order once.',
  'ledger-order-differs': 'An order is at the exchange what the log says of it.',
  'ledger-fill-unlogged': 'Every fill of the exchanges stands in the log.',
  'ledger-fill-missing': 'Every fill of the log is known to the exchanges.',
  'ledger-fill-differs': 'A fill is at the exchange what the log says of it.',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  /** What it is about: `fill binance:BTCUSDT:77, fee`. */
  readonly where: string;
  /** What each witness says: `{ log: '0.1', journal: '0.2' }`. */
  readonly figures: Readonly<Record<string, string>>;
}

/** What a witness says that has no such thing. */
export const NOTHING = 'nothing';

export const finding = (code: FindingCode, where: string, figures: Finding['figures']): Finding => ({
  code,
  where,
  figures,
});

export const lineOf = ({ code, where, figures }: Finding): string => {
  const says = Object.entries(figures).map(([witness, figure]) => `${witness} ${figure}`);
  return `${code}  ${where}: ${says.join(', ')}`;
};

/** Field by field, what two witnesses say differently of one thing. */
export function differences(
  code: FindingCode,
  where: string,
  witnesses: readonly [string, string],
  fields: Readonly<Record<string, readonly [unknown, unknown]>>,
): Finding[] {
  return Object.entries(fields).flatMap(([field, [a, b]]) =>
    a === b ? [] : [finding(code, `${where}, ${field}`, { [witnesses[0]]: shown(a), [witnesses[1]]: shown(b) })],
  );
}

const shown = (value: unknown): string => (value === undefined || value === '' ? NOTHING : String(value));
