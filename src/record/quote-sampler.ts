/** Samples the quote table once a period into the journal and removes what is older than the retention.
 *  Thread: journal. Reads: quote table. Writes: quote samples, through the journal writer. */
import type { Clock } from '../core/clock.ts';
import { gridText } from '../core/decimal.ts';
import type { Row, Universe } from '../core/instrument.ts';
import { TRUST, TRUST_NAMES, type Trust } from '../core/quote.ts';
import type { QuoteSampleRecord } from '../core/records.ts';
import { QUOTE } from '../memory/layout.ts';
import type { QuoteReader } from '../memory/quote-table.ts';
import type { RowHolds } from '../memory/row-holds.ts';

export interface SampleStore {
  write(records: readonly QuoteSampleRecord[]): boolean;
  pruneQuotes(beforeMs: number, atMost: number): number;
}

export interface QuoteSamplerOptions {
  readonly reader: Pick<QuoteReader, 'read'>;
  readonly universe: Universe;
  /** The incarnation of a venue's feed that may be believed. */
  readonly incarnation: (venueIndex: number) => number;
  /** Rows that may not be priced although their feed trusts them; absent: none. */
  readonly holds?: RowHolds;
  readonly store: SampleStore;
  readonly clock: Clock;
  /** Default 1000. */
  readonly everyMs?: number;
  readonly retentionHours: number;
  /** Samples removed in one go, at most; default 1000. Has to exceed the rows for retention to keep up. */
  readonly pruneBatch?: number;
}

export class QuoteSampler {
  readonly #options: QuoteSamplerOptions;
  readonly #everyMs: number;
  readonly #pruneBatch: number;
  readonly #words = new Float64Array(QUOTE.STRIDE);
  #cancel: (() => void) | undefined;

  constructor(options: QuoteSamplerOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? 1000;
    this.#pruneBatch = Math.max(options.pruneBatch ?? 1000, options.universe.rows.length * 2);
  }

  /** Samples at whole multiples of the period until stopped. */
  start(): void {
    const { clock } = this.#options;
    this.#cancel = clock.after(this.#everyMs - (clock.wallMs() % this.#everyMs), () => {
      this.start();
      this.tick();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** One sample of every row, and one small batch of pruning. */
  tick(): void {
    const { clock, store, retentionHours } = this.#options;
    const now = clock.wallMs();
    store.write(this.sample(now - (now % this.#everyMs)));
    store.pruneQuotes(now - retentionHours * 3_600_000, this.#pruneBatch);
  }

  /** Every row that was ever published, filed under `at`. */
  sample(at: number): QuoteSampleRecord[] {
    const samples: QuoteSampleRecord[] = [];
    for (const row of this.#options.universe.rows) {
      const sample = this.#sampleRow(row, at);
      if (sample !== undefined) samples.push(sample);
    }
    return samples;
  }

  #sampleRow(row: Row, at: number): QuoteSampleRecord | undefined {
    const { reader, universe, incarnation, holds } = this.#options;
    const instrument = universe.instruments[row.instrumentIndex];
    const words = this.#words;
    // A row that stays torn has a writer that died in it; its next life publishes it again.
    if (instrument === undefined || !reader.read(row.row, words) || words[QUOTE.SEQ] === 0) return undefined;
    const believed = words[QUOTE.INCARNATION] === incarnation(row.venueIndex);
    const own = words[QUOTE.TRUST] as Trust;
    const trust = believed ? (holds?.trustOf(row.row, own) ?? own) : TRUST.Stale;
    const text = (word: number, decimals: number): string => {
      const value = words[word] as number;
      return Number.isSafeInteger(value) ? gridText(value, decimals) : '0';
    };
    const { priceDecimals, sizeDecimals } = instrument.grid;
    return {
      kind: 'Quote',
      id: `${at}-${row.venue}-${row.instrument}`,
      at,
      instrument: row.instrument,
      venue: row.venue,
      trust: TRUST_NAMES[trust] ?? 'suspect',
      bid: text(QUOTE.BID, priceDecimals),
      bidSize: text(QUOTE.BID_SIZE, sizeDecimals),
      ask: text(QUOTE.ASK, priceDecimals),
      askSize: text(QUOTE.ASK_SIZE, sizeDecimals),
    };
  }
}
