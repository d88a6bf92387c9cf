/** Sizes a crossing of two rows: gathers their terms and what is free, and walks their depths.
 *  Thread: detector. Reads: mirror, inventory words. Steady state: no allocation. */
import type { Universe } from '../core/instrument.ts';
import { QUOTE } from '../memory/layout.ts';
import type { RowMirror } from './row-mirror.ts';
import { newSizingTerms, type Sizing, type SizingTerms, sizeCrossing } from './sizing.ts';
import { buyBaseFeeOf, buyQuoteFeeOf, type RowTerms } from './terms.ts';

export class PairSizer {
  readonly #mirror: RowMirror;
  readonly #rows: RowTerms;
  readonly #inventory: Float64Array;
  readonly #terms: SizingTerms;
  readonly #limits: { lot: Float64Array; minLots: Float64Array; maxLots: Float64Array };

  /** `maxNotional` in quote units; `band`: the share of its price that a limit may be worse by. */
  constructor(
    universe: Universe,
    mirror: RowMirror,
    rows: RowTerms,
    inventory: Float64Array,
    { maxNotional, band }: Pick<SizingTerms, 'maxNotional' | 'band'>,
  ) {
    this.#mirror = mirror;
    this.#rows = rows;
    this.#inventory = inventory;
    this.#terms = { ...newSizingTerms(), maxNotional, band };
    this.#limits = {
      lot: Float64Array.from(universe.rows, (row) => row.lot),
      minLots: Float64Array.from(universe.rows, (row) => row.minLots),
      maxLots: Float64Array.from(universe.rows, (row) => row.maxLots),
    };
  }

  size(buy: number, sell: number, out: Sizing): void {
    const terms = this.#terms;
    const { lot, minLots, maxLots } = this.#limits;
    const { taker, minNotional, quoteSlot, baseSlot, lotsPerUnit, quoteUnit } = this.#rows;
    terms.quoteUnit = quoteUnit[buy] as number;
    terms.buyBaseFee = buyBaseFeeOf(this.#rows, buy);
    terms.buyQuoteFee = buyQuoteFeeOf(this.#rows, buy);
    terms.sellTaker = taker[sell] as number;
    terms.buyLot = lot[buy] as number;
    terms.sellLot = lot[sell] as number;
    terms.buyMinLots = minLots[buy] as number;
    terms.sellMinLots = minLots[sell] as number;
    terms.buyMaxLots = maxLots[buy] as number;
    terms.sellMaxLots = maxLots[sell] as number;
    terms.buyMinNotional = minNotional[buy] as number;
    terms.sellMinNotional = minNotional[sell] as number;
    terms.freeQuote = this.#inventory[quoteSlot[buy] as number] as number;
    terms.freeBaseLots = (this.#inventory[baseSlot[sell] as number] as number) * (lotsPerUnit[sell] as number);
    sizeCrossing(this.#mirror.words, buy * QUOTE.STRIDE, sell * QUOTE.STRIDE, terms, out);
  }
}
