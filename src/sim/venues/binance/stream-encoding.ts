/** What differs between Binance's market streams in JSON and in SBE: names, speeds, and how events are written. */
import type { BookView, SimInstrument, SimTrade, TopOfBook } from '../../port.ts';

export type StreamFrame = string | Uint8Array;

/** Changes of one book, each level with its new size. */
export interface BookChanges {
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

/** Names of streams stand behind the symbol's, with their @. Times are wall ms. */
export interface StreamEncoding {
  /** Incremental depth, by name: ms from frame to frame. */
  readonly depthSpeeds: Readonly<Record<string, number>>;
  depth(instrument: SimInstrument, changes: BookChanges, at: number): StreamFrame;
  readonly topStream: string;
  top(instrument: SimInstrument, top: TopOfBook, at: number): StreamFrame;
  readonly trades: Readonly<Record<string, (trade: SimTrade) => StreamFrame>>;
  readonly partialSpeeds: readonly number[];
  /** What a stream of best levels asks for; undefined for any other stream. */
  partialDepth(
    stream: string,
  ): { readonly symbol: string; readonly levels: number; readonly speedMs: number } | undefined;
  partial(instrument: SimInstrument, book: BookView, at: number): StreamFrame;
  /** A frame as combined streams carry it. */
  inEnvelope(stream: string, frame: StreamFrame): StreamFrame;
}

/** The levels of one side, best first. */
export const sorted = (levels: ReadonlyMap<number, number>, side: 'bids' | 'asks'): [price: number, size: number][] =>
  [...levels].sort(([a], [b]) => (side === 'bids' ? b - a : a - b));
