/** Notices rows that lost their feed's trust since the last look. Thread: executor. Reads: quote table. */
import type { Universe } from '../core/instrument.ts';
import { TRUST } from '../core/quote.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';

/** Of a venue's rows, losing trust at once: then it is the venue's trouble too. */
const VENUE_SHARE = 0.5;

export interface TrustFlapsTarget {
  onRow(row: number): void;
  onVenue(venueIndex: number): void;
}

export class TrustFlaps {
  readonly #universe: Universe;
  readonly #reader: QuoteReader;
  readonly #words = new Float64Array(QUOTE.STRIDE);
  /** By row: the version seen last, and whether it was live. */
  readonly #versions: Float64Array;
  readonly #wasLive: Uint8Array;

  constructor(universe: Universe, buffer: SharedArrayBuffer, layout: Layout) {
    this.#universe = universe;
    this.#reader = new QuoteReader(buffer, layout);
    this.#versions = new Float64Array(universe.rows.length).fill(-1);
    this.#wasLive = new Uint8Array(universe.rows.length);
  }

  /** Looks at every row that has a new version. A row that came and went between two looks is not seen. */
  look(target: TrustFlapsTarget): void {
    const { venues, firstRow } = this.#universe;
    for (let venue = 0; venue < venues.length; venue++) {
      const first = firstRow[venue] as number;
      const end = firstRow[venue + 1] as number;
      let lost = 0;
      for (let row = first; row < end; row++) {
        if (!this.#hasLost(row)) continue;
        lost++;
        target.onRow(row);
      }
      if (lost > 0 && lost >= (end - first) * VENUE_SHARE) target.onVenue(venue);
    }
  }

  #hasLost(row: number): boolean {
    const version = this.#reader.version(row);
    if (version === this.#versions[row]) return false;
    const isLive = this.#reader.read(row, this.#words) && this.#words[QUOTE.TRUST] === TRUST.Live;
    const hasLost = this.#wasLive[row] === 1 && !isLive;
    this.#versions[row] = version;
    this.#wasLive[row] = isLive ? 1 : 0;
    return hasLost;
  }
}
