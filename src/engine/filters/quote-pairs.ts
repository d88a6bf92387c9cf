/** Lets through what may be traded: what is in every list of `allow`, and in none of `deny`.
 *  Decided once for every pair; a check is one look. */
import type { FilterSettings, PairLists } from '../../core/filter-config.ts';
import type { Instrument } from '../../core/instrument.ts';
import { pairIndex } from '../../core/intent.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';

export class QuotePairsFilter implements Filter {
  readonly name = 'quote-pairs';
  /** By pair. */
  readonly #isAllowed: Uint8Array;

  constructor({ allow, deny }: FilterSettings<'quote-pairs'>, { universe }: FilterWorld) {
    const { instruments, venues } = universe;
    this.#isAllowed = new Uint8Array(instruments.length * venues.length ** 2);
    for (const instrument of instruments) {
      venues.forEach((buy, buyVenue) => {
        venues.forEach((sell, sellVenue) => {
          const may =
            (allow === undefined || isInAll(allow, instrument, buy, sell)) && !isInAny(deny, instrument, buy, sell);
          this.#isAllowed[pairIndex(instrument.index, buyVenue, sellVenue, venues.length)] = may ? 1 : 0;
        });
      });
    }
  }

  check({ pair }: FilterContext): boolean {
    return this.#isAllowed[pair] === 1;
  }
}

/** What each list says; undefined where there is none. */
const answers = (
  lists: PairLists,
  { id, base, quote }: Instrument,
  buy: string,
  sell: string,
): (boolean | undefined)[] => [
  lists.bases?.includes(base),
  lists.quotes?.includes(quote),
  lists.instruments?.includes(id),
  lists.venuePairs?.some((pair) => (pair.buy ?? buy) === buy && (pair.sell ?? sell) === sell),
];

const isInAll = (lists: PairLists, instrument: Instrument, buy: string, sell: string): boolean =>
  answers(lists, instrument, buy, sell).every((answer) => answer !== false);

const isInAny = (lists: PairLists | undefined, instrument: Instrument, buy: string, sell: string): boolean =>
  lists !== undefined && answers(lists, instrument, buy, sell).includes(true);
