/** Circuit breakers as others see them: read from shared memory when asked for. Thread: main. */
import type { Universe } from '../core/instrument.ts';
import type { BreakerView } from '../core/status.ts';
import { scoreOf, stateOf } from '../engine/breaker.ts';
import { BREAKER } from '../memory/layout.ts';
import { type BreakerWords, breakerWords } from '../memory/shared-words.ts';
import type { BreakerFigures } from '../record/metrics.ts';
import type { SharedViews } from './context.ts';

export class BreakerViews {
  readonly #universe: Universe;
  readonly #words: BreakerWords;
  readonly #forgetPerSecond: number;
  readonly #nowMs: () => number;

  /** `nowNs`: the monotonic clock, which the words are written by. */
  constructor(
    universe: Universe,
    views: Pick<SharedViews, 'buffer' | 'layout'>,
    forgetPerSecond: number,
    nowNs: () => number,
  ) {
    this.#universe = universe;
    this.#words = breakerWords(views.buffer, views.layout);
    this.#forgetPerSecond = forgetPerSecond;
    this.#nowMs = () => Math.floor(nowNs() / 1e6);
  }

  ofVenue(venueIndex: number): BreakerView {
    const words = this.#words.venues[venueIndex];
    if (words === undefined) throw new RangeError(`no breaker of venue ${venueIndex}`);
    return this.#view(words);
  }

  /** Of a venue's instruments, those whose own breaker is not closed. */
  notClosed(venueIndex: number): (BreakerView & { readonly instrument: string })[] {
    return this.#universe.rows
      .filter((row) => row.venueIndex === venueIndex)
      .map(({ row, instrument }) => ({ ...this.#view(this.#words.rows[row] as Float64Array), instrument }))
      .filter(({ state }) => state !== 'closed');
  }

  figures(): BreakerFigures[] {
    const { venues, rows } = this.#universe;
    return [
      ...venues.map((venue, index) => this.#figuresOf(this.#words.venues[index] as Float64Array, venue)),
      ...rows.map(({ row, venue, instrument }) =>
        this.#figuresOf(this.#words.rows[row] as Float64Array, venue, instrument),
      ),
    ];
  }

  #view(words: Float64Array): BreakerView {
    const now = this.#nowMs();
    const state = stateOf(words, now);
    const score = scoreOf(words, now, { forgetPerSecond: this.#forgetPerSecond });
    if (state !== 'open') return { state, score };
    return { state, until: Date.now() + (words[BREAKER.UNTIL] as number) - now, score };
  }

  #figuresOf(words: Float64Array, venue: string, instrument?: string): BreakerFigures {
    const { state, score } = this.#view(words);
    return {
      venue,
      ...(instrument === undefined ? {} : { instrument }),
      state,
      score,
      opened: words[BREAKER.OPENED] as number,
      probes: words[BREAKER.PROBES] as number,
      closed: words[BREAKER.CLOSED] as number,
    };
  }
}
