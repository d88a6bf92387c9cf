/** Exports of the journal: what can be asked for, and the pool that does it off the calling thread. */
import { Piscina } from 'piscina';
import { Fault } from '../core/faults.ts';
import type { RecordKind } from '../core/records.ts';

/** What may be exported, and the records that it is made of. Trades are the leg sets of which something filled. */
export const EXPORTS = {
  trades: 'LegSet',
  orders: 'Order',
  fills: 'Fill',
  opportunities: 'Opportunity',
  quotes: 'Quote',
  balances: 'Balance',
  trust: 'Trust',
} as const satisfies Readonly<Record<string, RecordKind>>;
export type ExportWhat = keyof typeof EXPORTS;

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOrder {
  /** The journal's folder. */
  readonly journal: string;
  readonly what: ExportWhat;
  readonly format: ExportFormat;
  /** Written whole under another name first, then renamed: an earlier export is replaced or stays. */
  readonly out: string;
  /** Wall times, both included. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface ExportResult {
  readonly records: number;
  readonly bytes: number;
}

/** What a worker answers: faults cross threads as data. */
export type ExportAnswer =
  | { readonly ok: true; readonly result: ExportResult }
  | {
      readonly ok: false;
      readonly code: Fault['code'];
      readonly message: string;
      readonly details: Fault['details'];
    };

/** Writes oldest first. Rejects with `record/missing`, `record/corrupt`, or `record/unwritable` for the file. */
export async function exportJournal(order: ExportOrder): Promise<ExportResult> {
  const pool = new Piscina<ExportOrder, ExportAnswer>({
    filename: new URL('./export-worker.ts', import.meta.url).href,
    maxThreads: 1,
    env: {},
  });
  try {
    const answer = await pool.run(order);
    if (answer.ok) return answer.result;
    throw answer.code === undefined
      ? new Error(answer.message)
      : new Fault(answer.code, answer.message, answer.details);
  } finally {
    await pool.destroy();
  }
}
