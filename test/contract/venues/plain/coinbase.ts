/** Coinbase's `level2` channel, read plainly. */
import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainSequence, PlainVenue } from './plain.ts';

interface Frame {
  readonly channel?: string;
  readonly sequence_num?: number;
  readonly events?: readonly {
    readonly type: string;
    readonly product_id: string;
    readonly updates: readonly { readonly side: string; readonly price_level: string; readonly new_quantity: string }[];
  }[];
}

const frameOf = (row: RecordedRow): Frame | undefined =>
  row.t === 'recv' && row.data !== undefined ? (JSON.parse(row.data) as Frame) : undefined;

/** Quantities are absolute and the numbers are the connection's: a symbol's own events tell of no gap. */
class AfterSnapshot implements PlainSequence {
  #hasBook = false;

  judge({ isSnapshot }: PlainDepth): 'apply' | 'ignore' {
    if (isSnapshot) this.#hasBook = true;
    return this.#hasBook ? 'apply' : 'ignore';
  }

  reset(): void {
    this.#hasBook = false;
  }
}

export const coinbasePlain: PlainVenue = {
  venue: 'coinbase',
  recordings: ['advtrade_l2_ETH-USD'],
  depthsOf(row) {
    const frame = frameOf(row);
    if (frame?.channel !== 'l2_data') return [];
    return (frame.events ?? []).map(({ type, product_id: symbol, updates }) => {
      const side = (name: string): [string, string][] =>
        updates.flatMap((update) =>
          update.side === name ? [[update.price_level, update.new_quantity] as [string, string]] : [],
        );
      return { symbol, isSnapshot: type === 'snapshot', bids: side('bid'), asks: side('offer') };
    });
  },
  newSequence: () => new AfterSnapshot(),
  connectionSeqOf: (row) => frameOf(row)?.sequence_num,
};
