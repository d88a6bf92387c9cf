/** What the detector needs of every row and venue pair, computed once from the universe. */
import { parseDecimal, pow10 } from '../core/decimal.ts';
import { baseFeeOfBuy, quoteFeeOfBuy, type Row, type Universe } from '../core/instrument.ts';

/** Doubles by row index. */
export interface RowTerms {
  readonly taker: Float64Array;
  /** The taker fee of a buy, by what it is taken from; one of them is 0. */
  readonly buyBaseFee: Float64Array;
  readonly buyQuoteFee: Float64Array;
  /** 1 while that fee is paid in an asset apart: `buyBaseFeeOf` and `buyQuoteFeeOf` say what then counts. */
  readonly feesApart: Float64Array;
  readonly minNotional: Float64Array;
  /** Slots of the inventory words: the row's quote and base asset at its venue. */
  readonly quoteSlot: Int32Array;
  readonly baseSlot: Int32Array;
  /** Base units → grid lots. */
  readonly lotsPerUnit: Float64Array;
  readonly quoteUnit: Float64Array;
}

/** All assets of the universe, in a fixed order; the second index of the inventory words. */
export function assetsOf(universe: Universe): readonly string[] {
  const assets = new Set<string>();
  for (const instrument of universe.instruments) {
    assets.add(instrument.base);
    assets.add(instrument.quote);
  }
  return [...assets].sort();
}

export const inventorySlot = (venueIndex: number, assetIndex: number, assets: number): number =>
  venueIndex * assets + assetIndex;

const toDouble = (text: string): number => Number(parseDecimal(text, 18)) / Number(pow10(18));

/** What a buy is counted on to pay out of its base now. */
export const buyBaseFeeOf = ({ feesApart, buyBaseFee }: RowTerms, row: number): number =>
  feesApart[row] === 1 ? 0 : (buyBaseFee[row] as number);

/** What a buy costs besides, valued in quote. A fee paid apart is counted whole: its discount is the venue's to give. */
export const buyQuoteFeeOf = ({ feesApart, buyQuoteFee, taker }: RowTerms, row: number): number =>
  feesApart[row] === 1 ? (taker[row] as number) : (buyQuoteFee[row] as number);

/** `feesApart`: the executor's words; absent: no fee is paid apart. */
export function rowTerms(
  universe: Universe,
  feesApart: Float64Array = new Float64Array(universe.rows.length),
): RowTerms {
  const assets = assetsOf(universe);
  const rows = universe.rows;
  const slotOf = (row: Row, asset: string): number =>
    inventorySlot(row.venueIndex, assets.indexOf(asset), assets.length);
  const doubles = (of: (row: Row) => number): Float64Array => Float64Array.from(rows, of);
  const gridOf = (row: Row): { priceDecimals: number; sizeDecimals: number } => {
    const instrument = universe.instruments[row.instrumentIndex];
    if (instrument === undefined) throw new RangeError(`row ${row.row} has no instrument`);
    return instrument.grid;
  };
  return {
    taker: doubles((row) => toDouble(row.fees.taker)),
    buyBaseFee: doubles((row) => toDouble(baseFeeOfBuy(row.fees))),
    buyQuoteFee: doubles((row) => toDouble(quoteFeeOfBuy(row.fees))),
    feesApart,
    minNotional: doubles((row) => toDouble(row.listing.minNotional ?? '0')),
    quoteSlot: Int32Array.from(rows, (row) => slotOf(row, row.listing.quote)),
    baseSlot: Int32Array.from(rows, (row) => slotOf(row, row.listing.base)),
    lotsPerUnit: doubles((row) => 10 ** gridOf(row).sizeDecimals),
    quoteUnit: doubles((row) => 10 ** -(gridOf(row).priceDecimals + gridOf(row).sizeDecimals)),
  };
}

/** rowOf[instrument][venue] = row index or -1. */
export function rowsByInstrument(universe: Universe): readonly Int32Array[] {
  const out = universe.instruments.map(() => new Int32Array(universe.venues.length).fill(-1));
  for (const row of universe.rows) (out[row.instrumentIndex] as Int32Array)[row.venueIndex] = row.row;
  return out;
}
