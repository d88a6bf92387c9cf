import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from './plain.ts';

interface Frame {
  readonly topic?: string;
  readonly type?: string;
  readonly data?: {
    readonly s: string;
    readonly b: readonly PlainLevel[];
    readonly a: readonly PlainLevel[];
    readonly u: number;
  };
}

/** Ids are not part of what depth says; they are kept beside it. */
const ids = new WeakMap<PlainDepth, number>();

function depthsOf({ t, data = '' }: RecordedRow): readonly PlainDepth[] {
  if (t !== 'recv') return [];
  const { topic = '', type, data: book } = JSON.parse(data) as Frame;
  const [channel, levels] = topic.split('.');
  // One level is the best bid and offer, on a line of its own.
  if (channel !== 'orderbook' || levels === '1' || book === undefined) return [];
  const depth = { symbol: book.s, isSnapshot: type === 'snapshot', bids: book.b, asks: book.a };
  ids.set(depth, book.u);
  return [depth];
}

/** Each update's `u` is one more than the last one's; a snapshot begins anew, whatever its `u`. */
class Sequence implements PlainSequence {
  #last: number | undefined;

  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap' {
    const id = ids.get(depth);
    if (id === undefined) throw new Error('a depth that is not of this venue');
    if (depth.isSnapshot) {
      this.#last = id;
      return 'apply';
    }
    if (this.#last === undefined || id === this.#last) return 'ignore';
    const follows = id === this.#last + 1;
    this.#last = follows ? id : undefined;
    return follows ? 'apply' : 'gap';
  }

  reset(): void {
    this.#last = undefined;
  }
}

export const bybitPlain: PlainVenue = {
  venue: 'bybit',
  recordings: ['v5_spot_BTCUSDT_linear_BTC_SOL'],
  depthsOf,
  newSequence: () => new Sequence(),
};
