/** What our open orders are worth at their limits: by venue, by instrument, in all; each quote asset apart. Amounts are
 *  BigInt at ASSET_SCALE. Thread: executor, alone. */
import type { Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import { type Amounts, parseAmount, plus } from './amounts.ts';

/** Quote units, decimal texts; absent: none. Both legs of a set count. */
export interface NotionalLimits {
  /** Of each quote asset at one venue. */
  readonly maxVenueNotional?: string | undefined;
  readonly maxInstrumentNotional?: string | undefined;
}

const parseLimit = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : parseAmount(text);

export class OpenNotional {
  readonly #universe: Universe;
  readonly #maxVenue: bigint | undefined;
  readonly #maxInstrument: bigint | undefined;
  /** By row: its quote asset at its venue, and its instrument, as places in the sums. */
  readonly #venueSlot: Int32Array;
  readonly #instrumentSlot: Int32Array;
  readonly #atVenue: bigint[];
  readonly #inInstrument: bigint[];

  constructor(universe: Universe, { maxVenueNotional, maxInstrumentNotional }: NotionalLimits) {
    const quotes = [...new Set(universe.instruments.map(({ quote }) => quote))];
    this.#universe = universe;
    this.#maxVenue = parseLimit(maxVenueNotional);
    this.#maxInstrument = parseLimit(maxInstrumentNotional);
    this.#venueSlot = Int32Array.from(
      universe.rows,
      ({ venueIndex, instrumentIndex }) =>
        venueIndex * quotes.length + quotes.indexOf(universe.instruments[instrumentIndex]?.quote ?? ''),
    );
    this.#instrumentSlot = Int32Array.from(universe.rows, ({ instrumentIndex }) => instrumentIndex);
    this.#atVenue = new Array<bigint>(universe.venues.length * quotes.length).fill(0n);
    this.#inInstrument = new Array<bigint>(universe.instruments.length).fill(0n);
  }

  /** Reason code: whether an order of this value in this row may be added. */
  check(row: number, value: bigint): number {
    const atVenue = this.#atVenue[this.#venueSlot[row] as number] as bigint;
    if (this.#maxVenue !== undefined && atVenue + value > this.#maxVenue) return REASON['limit-venue-notional'];
    const inInstrument = this.#inInstrument[this.#instrumentSlot[row] as number] as bigint;
    const isTooMuch = this.#maxInstrument !== undefined && inInstrument + value > this.#maxInstrument;
    return isTooMuch ? REASON['limit-instrument-notional'] : REASON.ok;
  }

  /** An order opens, or ends: then `value` is negative. */
  add(row: number, value: bigint): void {
    const venue = this.#venueSlot[row] as number;
    const instrument = this.#instrumentSlot[row] as number;
    this.#atVenue[venue] = (this.#atVenue[venue] as bigint) + value;
    this.#inInstrument[instrument] = (this.#inInstrument[instrument] as bigint) + value;
  }

  /** By quote asset, over everything. */
  totals(): Amounts {
    return this.#universe.instruments.reduce<Amounts>(
      (sum, { quote, index }) => plus(sum, quote, this.#inInstrument[index] as bigint),
      new Map(),
    );
  }
}
