/** The synthetic maker's book around a fair price: pure arithmetic on an instrument's integers.
 *  Deep levels sit on fixed price slots with sizes that hold for a while, so that an update touches few of them. */
import type { Random } from '../core/random.ts';
import type { Level, SimInstrument } from './port.ts';

/** Levels a side. */
export const DEPTH = 60;
/** Distance of the deep slots, as a share of the price. */
const SLOT = 0.00008;

export interface QuoteShape {
  /** Half the distance between best bid and best ask, as a share of the price. */
  readonly halfSpread: number;
  /** Value of the best level in quote units, from … to. */
  readonly topValue: readonly [number, number];
  /** Value of a deep level, from … to. */
  readonly deepValue: readonly [number, number];
}

/** Sizes that the maker remembers, by price: a level keeps its size until it changes its mind or is taken. */
export interface MakerMemory {
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

export const newMemory = (): MakerMemory => ({ bids: new Map(), asks: new Map() });

const floorTo = (value: number, step: number): number => Math.floor(value / step) * step;
const ceilTo = (value: number, step: number): number => Math.ceil(value / step) * step;

/** The maker's whole book around `fair` (in price integers, need not be whole). Best first. */
export function quotesAround(
  instrument: SimInstrument,
  fair: number,
  shape: QuoteShape,
  memory: MakerMemory,
  random: Random,
): { bids: Level[]; asks: Level[] } {
  const { tick } = instrument;
  const half = Math.max(fair * shape.halfSpread, tick / 2);
  const bid = Math.max(tick, floorTo(fair - half, tick));
  const ask = Math.max(bid + tick, ceilTo(fair + half, tick));
  const slot = Math.max(tick, ceilTo(fair * SLOT, tick));
  const bids = [bid];
  for (let price = ceilTo(bid, slot) - slot; bids.length < DEPTH && price > 0; price -= slot) bids.push(price);
  const asks = [ask];
  for (let price = floorTo(ask, slot) + slot; asks.length < DEPTH; price += slot) asks.push(price);
  const sized = (prices: number[], sizes: Map<number, number>): Level[] => {
    const levels = prices.map((price, depth) => {
      const known = sizes.get(price);
      const fresh = known === undefined || random.next() < 0.03;
      const value = depth === 0 ? shape.topValue : shape.deepValue;
      return { price, size: fresh ? sizeWorth(instrument, price, between(random, value)) : known };
    });
    sizes.clear();
    for (const level of levels) sizes.set(level.price, level.size);
    return levels;
  };
  return { bids: sized(bids, memory.bids), asks: sized(asks, memory.asks) };
}

const between = (random: Random, [from, to]: readonly [number, number]): number => from + (to - from) * random.next();

/** A size on the lot worth about `value` quote units at `price`. */
export function sizeWorth(instrument: SimInstrument, price: number, value: number): number {
  const size = (value / price) * 10 ** (instrument.priceDecimals + instrument.sizeDecimals);
  return Math.max(instrument.lot, instrument.minSize, Math.round(size / instrument.lot) * instrument.lot);
}
