import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from './plain.ts';

interface BinanceDepth extends PlainDepth {
  readonly first: number;
  readonly last: number;
}

interface Body {
  readonly lastUpdateId: number;
  readonly bids: readonly PlainLevel[];
  readonly asks: readonly PlainLevel[];
}

interface Update {
  readonly e?: string;
  readonly s: string;
  readonly U: number;
  readonly u: number;
  readonly b: readonly PlainLevel[];
  readonly a: readonly PlainLevel[];
}

function depthsOf({ t, url = '', data = '' }: RecordedRow): readonly BinanceDepth[] {
  if (t === 'http' && url.includes('/depth?')) {
    const { lastUpdateId: last, bids, asks } = JSON.parse(data) as Body;
    const symbol = new URL(url).searchParams.get('symbol') ?? '';
    return [{ symbol, isSnapshot: true, first: last, last, bids, asks }];
  }
  if (t !== 'recv') return [];
  const { data: update } = JSON.parse(data) as { data?: Update };
  if (update?.e !== 'depthUpdate') return [];
  const { s: symbol, U: first, u: last, b: bids, a: asks } = update;
  return [{ symbol, isSnapshot: false, first, last, bids, asks }];
}

/** Spot: the first update behind a snapshot covers its id + 1; every later one follows on by one. */
class Sequence implements PlainSequence {
  #last = -1;
  #isBridged = false;

  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap' {
    const { isSnapshot, first, last } = depth as BinanceDepth;
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

export const binancePlain: PlainVenue = {
  venue: 'binance',
  recordings: ['spot_depth100ms_NKNUSDT_LRCBTC'],
  depthsOf,
  newSequence: () => new Sequence(),
  snapshotBody: (bids, asks, last) => JSON.stringify({ lastUpdateId: (last as BinanceDepth).last, bids, asks }),
};
