import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainSequence, PlainVenue } from './plain.ts';

interface KucoinDepth extends PlainDepth {
  readonly start: number;
  readonly end: number;
}

interface Body {
  readonly data: {
    readonly sequence: string;
    readonly bids: readonly PlainLevel[];
    readonly asks: readonly PlainLevel[];
  };
}

type Change = readonly [price: string, size: string, sequence: string];

interface Frame {
  readonly topic?: string;
  readonly data: {
    readonly symbol: string;
    readonly sequenceStart: number;
    readonly sequenceEnd: number;
    readonly changes: { readonly bids: readonly Change[]; readonly asks: readonly Change[] };
  };
}

/** In the order of their sequences; price zero is no level. */
const levelsOf = (changes: readonly Change[]): PlainLevel[] =>
  [...changes]
    .sort(([, , a], [, , b]) => Number(BigInt(a) - BigInt(b)))
    .filter(([price]) => Number(price) !== 0)
    .map(([price, size]) => [price, size]);

function depthsOf({ t, url = '', data = '' }: RecordedRow): readonly KucoinDepth[] {
  if (t === 'http' && url.includes('/market/orderbook/level2')) {
    const { sequence, bids, asks } = (JSON.parse(data) as Body).data;
    const symbol = new URL(url).searchParams.get('symbol') ?? '';
    return [{ symbol, isSnapshot: true, start: Number(sequence), end: Number(sequence), bids, asks }];
  }
  if (t !== 'recv') return [];
  const frame = JSON.parse(data) as Frame;
  if (frame.topic?.startsWith('/market/level2:') !== true) return [];
  const { symbol, sequenceStart: start, sequenceEnd: end, changes } = frame.data;
  return [{ symbol, isSnapshot: false, start, end, bids: levelsOf(changes.bids), asks: levelsOf(changes.asks) }];
}

/** An event follows when it starts at most one behind the last end. */
class Sequence implements PlainSequence {
  #end = -1;

  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap' {
    const { isSnapshot, start, end } = depth as KucoinDepth;
    if (!isSnapshot) {
      if (this.#end < 0 || end <= this.#end) return 'ignore';
      if (start > this.#end + 1) {
        this.#end = -1;
        return 'gap';
      }
    }
    this.#end = end;
    return 'apply';
  }

  reset(): void {
    this.#end = -1;
  }
}

export const kucoinPlain: PlainVenue = {
  venue: 'kucoin',
  recordings: ['level2_BCHSV_ANKR_FET_EQZ_COV_CAPP'],
  depthsOf,
  newSequence: () => new Sequence(),
  snapshotBody: (bids, asks, last) =>
    JSON.stringify({ code: '200000', data: { sequence: String((last as KucoinDepth).end), bids, asks } }),
};
