/** The plainest book there is: text → text, and what a careful reader makes of damaged frames. */
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from '../venues/plain/plain.ts';

const canonical = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

export class PlainBook {
  readonly #sides = { bids: new Map<string, PlainLevel>(), asks: new Map<string, PlainLevel>() };

  take(depth: PlainDepth): void {
    for (const name of ['bids', 'asks'] as const) {
      const side = this.#sides[name];
      if (depth.isSnapshot) side.clear();
      for (const level of depth[name]) {
        if (Number(level[1]) === 0) side.delete(canonical(level[0]));
        else side.set(canonical(level[0]), level);
      }
    }
  }

  cut(depth: number): void {
    for (const name of ['bids', 'asks'] as const) {
      const side = this.#sides[name];
      if (side.size <= depth) continue;
      const kept = this.levels(name, depth);
      side.clear();
      for (const level of kept) side.set(canonical(level[0]), level);
    }
  }

  /** Levels as sent, best first. */
  levels(name: 'bids' | 'asks', most = Number.POSITIVE_INFINITY): PlainLevel[] {
    const sign = name === 'bids' ? -1 : 1;
    const best: { readonly level: PlainLevel; readonly key: number }[] = [];
    for (const level of this.#sides[name].values()) {
      const key = sign * Number(level[0]);
      if (best.length === most && key >= (best.at(-1)?.key ?? 0)) continue;
      let at = best.length;
      while (at > 0 && (best[at - 1]?.key ?? 0) > key) at--;
      best.splice(at, 0, { level, key });
      if (best.length > most) best.pop();
    }
    return best.map(({ level }) => level);
  }

  get isCrossedOrLocked(): boolean {
    const [bid] = this.levels('bids', 1);
    const [ask] = this.levels('asks', 1);
    return bid === undefined || ask === undefined || Number(bid[0]) >= Number(ask[0]);
  }

  /** `price,size` of the best levels, without trailing zeros. */
  texts(name: 'bids' | 'asks', most: number): string[] {
    return this.levels(name, most).map(([price, size]) => `${canonical(price)},${canonical(size)}`);
  }
}

/** Frames of one symbol as they arrive → whether the book can be trusted, and what it then holds. */
export class PlainReader {
  readonly book = new PlainBook();
  isInSync = false;
  #connectionSeq = -1;
  readonly #venue: PlainVenue;
  readonly #sequence: PlainSequence;

  constructor(venue: PlainVenue) {
    this.#venue = venue;
    this.#sequence = venue.newSequence();
  }

  /** Something arrived that is no frame: it may have been one. */
  onGarbage(): void {
    this.isInSync = false;
  }

  onNewConnection(): void {
    this.isInSync = false;
    this.#connectionSeq = -1;
    this.#sequence.reset();
  }

  /** The frame's number on its connection. False: the frame was here before. */
  tryConnectionSeq(seq: number): boolean {
    if (this.#connectionSeq >= 0 && seq <= this.#connectionSeq) return false;
    if (this.#connectionSeq >= 0 && seq !== this.#connectionSeq + 1) this.isInSync = false;
    this.#connectionSeq = seq;
    return true;
  }

  onDepth(depth: PlainDepth): void {
    if (!depth.isSnapshot && !this.isInSync) return;
    const verdict = this.#sequence.judge(depth);
    if (verdict === 'ignore') return;
    if (verdict === 'gap') {
      this.isInSync = false;
      return;
    }
    this.isInSync = true;
    this.book.take(depth);
    const { bookDepth, checksum } = this.#venue;
    if (bookDepth !== undefined) this.book.cut(bookDepth);
    if (checksum === undefined || depth.checksum === undefined) return;
    if (checksum(this.book.levels('bids', 25), this.book.levels('asks', 25)) !== depth.checksum) this.isInSync = false;
  }
}
