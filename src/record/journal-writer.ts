/** Takes records out of their rings and commits them to LMDB in batches.
 *  Thread: journal. Reads: record rings. Writes: LMDB, journal counters. Nobody else writes the journal. */
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { JOURNAL_COUNTERS } from '../core/metrics.ts';
import { type JournalRecord, type RecordKind, recordTime } from '../core/records.ts';
import type { ByteRing } from '../memory/byte-ring.ts';
import type { Counters } from '../memory/counters.ts';
import { indexKey, type JournalStore, openForWriting, recordKey, timeKey } from './journal-store.ts';
import { decodeRecord, type Envelope, encodeRecord, openEnvelope } from './record-codec.ts';

export interface JournalWriterOptions {
  readonly folder: string;
  readonly rings: readonly ByteRing[];
  readonly counters: Counters<keyof typeof JOURNAL_COUNTERS>;
  readonly clock: Clock;
  readonly onFault: (fault: Fault) => void;
  /** Most records of one transaction. */
  readonly batch?: number;
}

const RETRY_MS = 250;

export class JournalWriter {
  readonly #store: JournalStore;
  readonly #options: JournalWriterOptions;
  readonly #batch: number;
  readonly #slots: Readonly<Record<keyof typeof JOURNAL_COUNTERS, number>>;
  /** Taken out of a ring and not committed yet; not empty only after a commit failed. */
  #pending: Envelope[] = [];
  #failing = false;
  /** After a failure: when to try again, so that a full disk is not asked without a pause. */
  #retryAt = 0;

  constructor(options: JournalWriterOptions) {
    this.#store = openForWriting(options.folder);
    this.#options = options;
    this.#batch = options.batch ?? 2000;
    const { counters } = options;
    this.#slots = {
      records: counters.slot('records'),
      batches: counters.slot('batches'),
      quoteSamples: counters.slot('quoteSamples'),
      pruned: counters.slot('pruned'),
      logFilesPruned: counters.slot('logFilesPruned'),
      maxLagMs: counters.slot('maxLagMs'),
      lastLagMs: counters.slot('lastLagMs'),
    };
  }

  /** Commits one batch of what the rings hold; returns how many records. When the disk refuses, one fault is raised, the
   *  batch is kept for the next call and nothing more is taken: the rings fill up and their producers stop. */
  drain(): number {
    if (this.#failing && this.#options.clock.wallMs() < this.#retryAt) return 0;
    if (this.#pending.length === 0) this.#take();
    if (this.#pending.length === 0 || !this.#commit(this.#pending)) return 0;
    const count = this.#pending.length;
    this.#pending = [];
    return count;
  }

  /** True while a batch could not be committed, or a ring holds something. */
  get isBehind(): boolean {
    return this.#pending.length > 0 || this.#options.rings.some((ring) => !ring.isEmpty);
  }

  /** Commits records of the journal's own thread. False when the disk refused; they are then lost. */
  write(records: readonly JournalRecord[]): boolean {
    if (records.length === 0) return true;
    const writtenAt = this.#options.clock.wallMs();
    return this.#commit(records.map((record) => ({ writtenAt, record, payload: encodeRecord(record) })));
  }

  /** A record that was committed. Throws `record/corrupt` when it is damaged. */
  find<K extends RecordKind>(kind: K, id: string): Extract<JournalRecord, { kind: K }> | undefined {
    const time = this.#store.get(indexKey(kind, id))?.readDoubleBE(0);
    const bytes = time === undefined ? undefined : this.#store.get([kind, time, id]);
    return bytes === undefined ? undefined : (decodeRecord(bytes) as Extract<JournalRecord, { kind: K }>);
  }

  /** Removes at most `atMost` quote samples older than `beforeMs`, oldest first; returns how many. */
  pruneQuotes(beforeMs: number, atMost: number): number {
    const store = this.#store;
    const range = { start: timeKey('Quote', -Infinity), end: timeKey('Quote', beforeMs), limit: atMost };
    const keys = [...store.getKeys(range)];
    if (keys.length === 0) return 0;
    const removed = this.#transact(() => {
      for (const key of keys) store.removeSync(key);
    });
    if (!removed) return 0;
    this.#options.counters.add(this.#slots.pruned, keys.length);
    return keys.length;
  }

  /** Resolves when everything committed so far is on the disk, power cuts included. */
  async flush(): Promise<void> {
    await this.#store.flushed;
  }

  /** Commits what is left in the rings and closes. */
  async close(): Promise<void> {
    while (this.drain() > 0);
    await this.#store.flushed;
    await this.#store.close();
  }

  /** One from each ring in turn, so that a busy producer does not starve the others. */
  #take(): void {
    let found = true;
    while (found && this.#pending.length < this.#batch) {
      found = false;
      for (const ring of this.#options.rings) {
        const message = ring.tryPop();
        if (message === undefined) continue;
        found = true;
        try {
          this.#pending.push(openEnvelope(message));
        } catch (thrown) {
          this.#options.onFault(thrown instanceof Fault ? thrown : new Fault('record/corrupt', messageOf(thrown)));
        }
      }
    }
  }

  #commit(batch: readonly Envelope[]): boolean {
    const committed = this.#transact(() => {
      for (const { record, payload } of batch) this.#put(record, payload);
    });
    if (!committed) return false;
    const { counters, clock } = this.#options;
    const oldest = batch.reduce((least, { writtenAt }) => Math.min(least, writtenAt), Infinity);
    const lag = Math.max(0, clock.wallMs() - oldest);
    const quotes = batch.reduce((sum, { record }) => sum + (record.kind === 'Quote' ? 1 : 0), 0);
    counters.add(this.#slots.records, batch.length);
    counters.add(this.#slots.quoteSamples, quotes);
    counters.add(this.#slots.batches);
    counters.raise(this.#slots.maxLagMs, lag);
    counters.add(this.#slots.lastLagMs, lag - counters.get('lastLagMs'));
    return true;
  }

  #put(record: JournalRecord, payload: Uint8Array): void {
    const store = this.#store;
    if (record.kind !== 'Quote') {
      const index = indexKey(record.kind, record.id);
      const time = recordTime(record);
      const earlier = store.get(index)?.readDoubleBE(0);
      if (earlier !== undefined && earlier !== time) store.removeSync([record.kind, earlier, record.id]);
      if (earlier !== time) {
        const place = Buffer.alloc(8);
        place.writeDoubleBE(time);
        store.putSync(index, place);
      }
    }
    store.putSync(recordKey(record), Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  }

  /** All of it or nothing. Raises a fault on the first of several failures. */
  #transact(work: () => void): boolean {
    try {
      this.#store.transactionSync(work);
      this.#failing = false;
      return true;
    } catch (thrown) {
      this.#retryAt = this.#options.clock.wallMs() + RETRY_MS;
      if (!this.#failing) {
        this.#failing = true;
        const message = `the journal in ${this.#options.folder} refuses to be written: ${messageOf(thrown)}`;
        this.#options.onFault(new Fault('record/unwritable', message, { folder: this.#options.folder }));
      }
      return false;
    }
  }
}
