/** Reads the journal: beside the writing engine, in its process or another, or with no engine at all.
 *  LMDB's readers see whole transactions only and block nobody. */
import type { Transaction } from 'lmdb';
import { Fault, messageOf } from '../core/faults.ts';
import type { JournalReader, JournalRecord, LegSetRecord, RecordKind, RecordQuery } from '../core/records.ts';
import { afterTimeKey, type JournalStore, openForReading, openForWriting, timeKey } from './journal-store.ts';
import { decodeRecord } from './record-codec.ts';

export type RecordOf<K extends RecordKind> = Extract<JournalRecord, { kind: K }>;

export type Snapshot = Transaction;

export class LmdbJournalReader implements JournalReader {
  readonly #store: JournalStore;

  /** In the process of the writer, before it or after it, as it is: LMDB has one environment a process for a file, and
   *  whoever opens it first decides whether it can be written at all. So it is opened as the writer does, and made when
   *  there is none.
   *  `readOnly` is for processes that do not write: nothing is created, no lock of the writer is taken, and
   *  `record/missing` is thrown when nothing was ever written to `folder`.
   *  Both throw `record/corrupt` when it is no journal. */
  constructor(folder: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#store = readOnly ? openForReading(folder) : openForWriting(folder);
  }

  /** From `fromMs` to `toMs`, both included; newest first unless told otherwise; no limit unless given.
   *  Throws `record/corrupt` on a damaged record. */
  read<K extends RecordKind>(kind: K, query: RecordQuery = {}): RecordOf<K>[] {
    return [...this.iterate(kind, query)];
  }

  /** The journal as it is now, for several iterations that have to agree. LMDB cannot reuse pages meanwhile: keep it
   *  short, and call `done`. */
  snapshot(): Snapshot {
    this.#store.resetReadTxn();
    return this.#store.useReadTransaction();
  }

  /** As `read`, one at a time. An iteration may go on for minutes: unless given a snapshot it holds none, so records
   *  committed meanwhile may or may not be in it. `onDamaged` takes the fault of a damaged record, with its key, which is
   *  then left out. */
  *iterate<K extends RecordKind>(
    kind: K,
    query: RecordQuery = {},
    snapshot?: Snapshot,
    onDamaged?: (fault: Fault) => void,
  ): Generator<RecordOf<K>> {
    const limit = query.limit ?? Infinity;
    if (limit <= 0) return;
    const low = timeKey(kind, query.fromMs ?? -Infinity);
    const high = afterTimeKey(kind, query.toMs ?? Infinity);
    const newestFirst = query.newestFirst ?? true;
    const [start, end] = newestFirst ? [high, low] : [low, high];
    // Otherwise a read in the same turn of the event loop would see the snapshot of the one before.
    if (snapshot === undefined) this.#store.resetReadTxn();
    const view = snapshot === undefined ? { snapshot: false } : { transaction: snapshot };
    let count = 0;
    for (const { key, value } of this.#store.getRange({ start, end, reverse: newestFirst, ...view })) {
      const record = this.#decode(key, value, onDamaged) as RecordOf<K> | undefined;
      if (record === undefined || !matches(record, query)) continue;
      yield record;
      if (++count >= limit) return;
    }
  }

  close(): void {
    void this.#store.close();
  }

  #decode(key: readonly unknown[], value: Buffer, onDamaged?: (fault: Fault) => void): JournalRecord | undefined {
    try {
      return decodeRecord(value);
    } catch (thrown) {
      const message = `journal record ${key.join(' ')}: ${messageOf(thrown)}`;
      const fault = new Fault('record/corrupt', message, { key: [...key] });
      if (onDamaged === undefined) throw fault;
      onDamaged(fault);
      return undefined;
    }
  }
}

/** Records that have no such field do not match, but a run is found by its own id and by the instruments it traded. */
function matches(record: JournalRecord, { instrument, run }: RecordQuery): boolean {
  if (run !== undefined && (record.kind === 'Run' ? record.id : 'run' in record ? record.run : undefined) !== run) {
    return false;
  }
  if (instrument === undefined) return true;
  if (record.kind === 'Run') return record.instruments.includes(instrument);
  return 'instrument' in record && record.instrument === instrument;
}

/** A leg set of which something filled: a trade. */
export const isTrade = (set: LegSetRecord): boolean => set.legs.some((leg) => /[1-9]/.test(leg.filled));
