import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from './plain.ts';

interface GateDepth extends PlainDepth {
  readonly first: number;
  readonly last: number;
}

interface Body {
  readonly id: number;
  readonly bids: readonly PlainLevel[];
  readonly asks: readonly PlainLevel[];
}

interface Frame {
  readonly channel?: string;
  readonly event?: string;
  readonly result?: {
    readonly s: string;
    readonly U?: number;
    readonly u: number;
    readonly full?: boolean;
    readonly b?: readonly PlainLevel[];
    readonly a?: readonly PlainLevel[];
  };
}

const DEPTH = ['spot.order_book_update', 'spot.obu'];

function depthsOf({ t, url = '', data = '' }: RecordedRow): readonly GateDepth[] {
  if (t === 'http' && url.includes('/spot/order_book?')) {
    const { id: last, bids, asks } = JSON.parse(data) as Body;
    const symbol = new URL(url).searchParams.get('currency_pair') ?? '';
    return [{ symbol, isSnapshot: true, first: last, last, bids, asks }];
  }
  if (t !== 'recv') return [];
  const { channel = '', event, result } = JSON.parse(data) as Frame;
  if (!DEPTH.includes(channel) || result === undefined || event === 'subscribe' || event === 'unsubscribe') return [];
  const { s, u: last, U: first = last, full = false, b: bids = [], a: asks = [] } = result;
  // A stream is named `ob.<pair>.<levels>`.
  const symbol = channel === 'spot.obu' ? (s.split('.')[1] ?? '') : s;
  return [{ symbol, isSnapshot: full, first, last, bids, asks }];
}

/** The first update behind a base covers its id + 1; every later one follows on by one. */
class Sequence implements PlainSequence {
  #last = -1;
  #isBridged = false;

  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap' {
    const { isSnapshot, first, last } = depth as GateDepth;
    if (isSnapshot) {
      this.#last = last;
      this.#isBridged = false;
      return 'apply';
    }
    if (last <= this.#last) return 'ignore';
    const follows = this.#isBridged ? first === this.#last + 1 : first <= this.#last + 1;
    if (!follows) return 'gap';
    this.#last = last;
    this.#isBridged = true;
    return 'apply';
  }

  reset(): void {
    this.#last = -1;
    this.#isBridged = false;
  }
}

export const gatePlain: PlainVenue = {
  venue: 'gate',
  recordings: ['v4_spot_book_update_6syms'],
  depthsOf,
  newSequence: () => new Sequence(),
  snapshotBody: (bids, asks, last) => JSON.stringify({ id: (last as GateDepth).last, asks, bids }),
};
