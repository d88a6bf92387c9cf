/** The best-bid-offer channel of a venue, laid over its depth book. Such channels run ahead of depth channels; where both
 *  count on one line of ids (Binance `u`, OKX `seqId`, Bybit `seq`), the higher id is the newer word.
 *  Thread: feed. Steady state: no allocation. */
import { type BookFrame, lineOf } from '../core/frame.ts';

export class TopOverlay {
  bid = 0;
  /** 0: the side is empty. */
  bidSize = 0;
  ask = 0;
  askSize = 0;
  seq = -1;
  venueAt = Number.NaN;
  #isNewer = false;

  /** Takes a best bid and offer unless the book or an earlier one is newer. Returns whether it was taken. */
  tryTake(top: BookFrame, bookSeq: number): boolean {
    // Without ids the order of arrival decides.
    const seq = lineOf(top);
    if (seq >= 0 && seq <= Math.max(bookSeq, this.seq)) return false;
    const bids = top.bids.values;
    const asks = top.asks.values;
    const hasBid = top.bids.count > 0;
    const hasAsk = top.asks.count > 0;
    this.bid = hasBid ? (bids[0] as number) : 0;
    this.bidSize = hasBid ? (bids[1] as number) : 0;
    this.ask = hasAsk ? (asks[0] as number) : 0;
    this.askSize = hasAsk ? (asks[1] as number) : 0;
    this.seq = seq;
    this.venueAt = top.venueAt;
    this.#isNewer = true;
    return true;
  }

  /** The book moved on to `bookSeq`. */
  onBook(bookSeq: number): void {
    if (this.seq < 0 || bookSeq < 0 || bookSeq >= this.seq) this.#isNewer = false;
  }

  /** A fresh book or connection: ids may start anew. */
  clear(): void {
    this.seq = -1;
    this.#isNewer = false;
  }

  /** Whether it stands before the book's own best levels. */
  get isNewer(): boolean {
    return this.#isNewer;
  }
}
