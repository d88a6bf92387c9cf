/** Records as CSV (RFC 4180: CRLF line ends, fields quoted where they must be). Pure.
 *
 *  Nested fields get names with dots (`error.code`, `pnl.USDT`, `leg1.venue`); absent ones are empty. A balance record
 *  is one line for each asset. Times stay milliseconds since 1970, amounts stay the text they are. */
import type { BalanceRecord, JournalRecord, LegSetRecord } from '../core/records.ts';

export type CsvRow = ReadonlyMap<string, string>;

/** Columns of each kind whose fields are fixed, in their order. Tests compare them with whole records. */
export const COLUMNS = {
  Order: [
    ...['id', 'run', 'legSet', 'role', 'venue', 'instrument', 'symbol', 'side', 'type', 'tif', 'price', 'size'],
    ...['status', 'filled', 'venueOrderId', 'sentAt', 'ackedAt', 'doneAt'],
    ...['error.class', 'error.code', 'error.message', 'error.retryAfterMs', 'error.isUnlisted', 'error.isBan'],
    'orderKind',
  ],
  Fill: [
    ...['id', 'run', 'legSet', 'venue', 'instrument', 'symbol', 'side', 'price', 'size'],
    ...['fee', 'feeAsset', 'value', 'maker'],
    ...['clientId', 'venueOrderId', 'tradeId', 'venueAt', 'receivedAt'],
  ],
  Opportunity: [
    ...['id', 'run', 'instrument', 'buyVenue', 'sellVenue', 'openedAt', 'closedAt', 'lifeMs', 'grossEdgeBps'],
    ...['netEdgeBps', 'size', 'profit', 'intents', 'verdict'],
  ],
  Quote: ['id', 'at', 'instrument', 'venue', 'trust', 'bid', 'bidSize', 'ask', 'askSize'],
  Trust: ['id', 'run', 'at', 'venue', 'instrument', 'from', 'to', 'reason', 'delayMs'],
  Balance: ['id', 'run', 'at', 'venue', 'reason', 'asset', 'free', 'locked'],
} as const satisfies Partial<Record<JournalRecord['kind'], readonly string[]>>;

/** Lines of one record. */
export function csvRows(record: JournalRecord): CsvRow[] {
  if (record.kind === 'Balance') return balanceRows(record);
  const row = new Map<string, string>();
  if (record.kind === 'LegSet') {
    const { legs, ...rest } = record;
    flatten('', rest, row);
    legs.forEach((leg, index) => {
      flatten(`leg${index + 1}.`, leg, row);
    });
  } else flatten('', record, row);
  row.delete('kind');
  return [row];
}

function balanceRows({ balances, ...rest }: BalanceRecord): CsvRow[] {
  return balances.map((balance) => {
    const row = new Map<string, string>();
    flatten('', { ...rest, ...balance }, row);
    row.delete('kind');
    return row;
  });
}

function flatten(prefix: string, value: object, row: Map<string, string>): void {
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined || field === null) continue;
    if (typeof field === 'object') flatten(`${prefix}${name}.`, field, row);
    else row.set(prefix + name, String(field));
  }
}

/** Collects what columns a set of trades needs: one for each asset and each leg that occurs. */
export class TradeColumns {
  readonly #pnl = new Set<string>();
  readonly #fees = new Set<string>();
  #legs = 0;

  add({ pnl, fees, legs }: LegSetRecord): void {
    for (const asset of Object.keys(pnl)) this.#pnl.add(asset);
    for (const asset of Object.keys(fees)) this.#fees.add(asset);
    this.#legs = Math.max(this.#legs, legs.length);
  }

  list(): string[] {
    const columns = ['id', 'run', 'opportunity', 'instrument', 'openedAt', 'closedAt', 'state', 'reason'];
    columns.push('expectedEdgeBps', 'residual');
    for (const asset of [...this.#pnl].sort()) columns.push(`pnl.${asset}`);
    for (const asset of [...this.#fees].sort()) columns.push(`fees.${asset}`);
    for (let leg = 1; leg <= this.#legs; leg++) {
      for (const name of ['venue', 'side', 'clientId', 'role', 'size', 'filled', 'averagePrice']) {
        columns.push(`leg${leg}.${name}`);
      }
    }
    return columns;
  }
}

export const csvLine = (fields: Iterable<string>): string => `${[...fields].map(quoted).join(',')}\r\n`;

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
