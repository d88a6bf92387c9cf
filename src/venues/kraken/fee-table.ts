/** The account's fees of all pairs that are traded, read with one call: Kraken gives few of them.
 *  https://docs.kraken.com/api/docs/rest-api/get-trade-volume */
import type { Clock } from '../../core/clock.ts';
import type { Listing } from '../../core/instrument.ts';
import { pairOf } from './names.ts';
import type { KrakenRest, KrakenResult } from './rest.ts';

/** Whoever asks for one pair asks for the others next. */
const HELD_MS = 5_000;

export class FeeTable {
  readonly #rest: KrakenRest;
  readonly #clock: Clock;
  readonly #pairs: readonly string[];
  #answer: Promise<KrakenResult> | undefined;
  /** Monotonic ns. */
  #askedAt = 0;

  constructor(rest: KrakenRest, clock: Clock, listings: readonly Listing[]) {
    this.#rest = rest;
    this.#clock = clock;
    this.#pairs = listings.filter(({ trading }) => trading).map(pairOf);
  }

  /** The result of TradeVolume in which the listing's pair stands. */
  read(listing: Listing): Promise<KrakenResult> {
    const pair = pairOf(listing);
    if (!this.#pairs.includes(pair)) return this.#rest.call('TradeVolume', { pair });
    const now = this.#clock.monotonicNs();
    if (this.#answer === undefined || now - this.#askedAt > HELD_MS * 1e6) {
      this.#askedAt = now;
      this.#answer = this.#rest.call('TradeVolume', { pair: this.#pairs.join(',') });
    }
    return this.#answer;
  }
}
