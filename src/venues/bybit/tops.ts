/** The best bid and offer of each symbol, as the frames of `orderbook.1` tell it: every one of them becomes a whole top.
 *  https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook
 *  Today the venue sends nothing but snapshots at this depth, again after 3 s without a change; frames of 2023 are deltas
 *  of one side, or a removal and an insertion. Ids of this depth are a line of their own, on which deltas chain by one.
 *  Thread: feed. Steady state: no allocation. */
import { type BookFrame, FRAME, LEVEL_STRIDE, type LevelList } from '../../core/frame.ts';

/** Price, size, shape of either side; size 0: the side is empty. */
const SIDE = LEVEL_STRIDE;
const UNKNOWN = -1;

export class Tops {
  readonly #bids: Float64Array;
  readonly #asks: Float64Array;
  /** Id of the last frame of each symbol; UNKNOWN until a snapshot. */
  readonly #last: Float64Array;

  constructor(symbols: number) {
    this.#bids = new Float64Array(symbols * SIDE);
    this.#asks = new Float64Array(symbols * SIDE);
    this.#last = new Float64Array(symbols).fill(UNKNOWN);
  }

  /** Makes a Top of a snapshot or delta of depth 1; Ignored when what it changes is not known. */
  fold(frame: BookFrame): void {
    const { symbol, lastSeq } = frame;
    const isSnapshot = frame.kind === FRAME.Snapshot;
    const last = this.#last[symbol] as number;
    frame.firstSeq = -1;
    frame.lastSeq = -1;
    const follows = isSnapshot || (last !== UNKNOWN && lastSeq === last + 1);
    // A repeat of the last one changes nothing; anything else that does not follow leaves the top unknown.
    if (lastSeq !== last || isSnapshot) this.#last[symbol] = follows ? lastSeq : UNKNOWN;
    if (!follows) return ignore(frame);
    const at = symbol * SIDE;
    const isClear =
      foldSide(this.#bids, at, frame.bids, isSnapshot, 1) && foldSide(this.#asks, at, frame.asks, isSnapshot, -1);
    if (isClear) frame.kind = FRAME.Top;
    else {
      this.#last[symbol] = UNKNOWN;
      ignore(frame);
    }
  }
}

function ignore(frame: BookFrame): void {
  const { symbol } = frame;
  frame.reset();
  frame.symbol = symbol;
}

/** Takes in a side's changes and leaves its best level in `list`. False: a new level is worse than the old one, which was
 *  not removed, so that either may be the best. `sign`: 1 where the higher price is better, -1 where the lower one is. */
function foldSide(best: Float64Array, at: number, list: LevelList, isSnapshot: boolean, sign: 1 | -1): boolean {
  let price = best[at] as number;
  let size = isSnapshot ? 0 : (best[at + 1] as number);
  let shape = best[at + 2] as number;
  const { values, count } = list;
  for (let index = 0; index < count * LEVEL_STRIDE; index += LEVEL_STRIDE) {
    if (values[index] === price && values[index + 1] === 0) size = 0;
  }
  const old = size > 0 ? price : Number.NaN;
  let isClear = true;
  for (let index = 0; index < count * LEVEL_STRIDE; index += LEVEL_STRIDE) {
    const newPrice = values[index] as number;
    const newSize = values[index + 1] as number;
    if (newSize === 0) continue;
    if ((newPrice - old) * sign < 0) isClear = false;
    if (size > 0 && (newPrice - price) * sign < 0) continue;
    price = newPrice;
    size = newSize;
    shape = values[index + 2] as number;
  }
  best[at] = price;
  best[at + 1] = size;
  best[at + 2] = shape;
  list.clear();
  if (size > 0) list.push(price, size, shape);
  return isClear;
}
