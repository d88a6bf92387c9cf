/** Binance's market streams in JSON (https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams). */
import type { SimInstrument } from '../../port.ts';
import { aggTradeFrame, bookTickerFrame, levelRows, priceOf, sizeOf, tradeFrame } from './bodies.ts';
import { type BookChanges, type StreamEncoding, sorted } from './stream-encoding.ts';

const PARTIAL_DEPTH = /^(.+)@depth(5|10|20)(@100ms)?$/;

export const jsonStreams: StreamEncoding = {
  depthSpeeds: { '@depth@100ms': 100, '@depth': 1000 },
  depth: (instrument, changes, at) => JSON.stringify(depthFrame(instrument, changes, at)),
  topStream: '@bookTicker',
  top: (instrument, top) => JSON.stringify(bookTickerFrame(instrument, top)),
  trades: {
    '@trade': (trade) => JSON.stringify(tradeFrame(trade)),
    '@aggTrade': (trade) => JSON.stringify(aggTradeFrame(trade)),
  },
  partialSpeeds: [100, 1000],
  partialDepth: (stream) => {
    const [, symbol, levels, fast] = PARTIAL_DEPTH.exec(stream) ?? [];
    return symbol === undefined
      ? undefined
      : { symbol, levels: Number(levels), speedMs: fast === undefined ? 1000 : 100 };
  },
  partial: (instrument, book) => {
    const rows = { bids: levelRows(instrument, book.bids), asks: levelRows(instrument, book.asks) };
    return JSON.stringify({ lastUpdateId: book.updateId, ...rows });
  },
  inEnvelope: (stream, frame) => `{"stream":${JSON.stringify(stream)},"data":${frame}}`,
};

function depthFrame(instrument: SimInstrument, changes: BookChanges, at: number): object {
  const rows = (side: 'bids' | 'asks'): [string, string][] =>
    sorted(changes[side], side).map(([price, size]) => [priceOf(instrument, price), sizeOf(instrument, size)]);
  return {
    e: 'depthUpdate',
    E: at,
    s: instrument.symbol,
    U: changes.firstId,
    u: changes.lastId,
    b: rows('bids'),
    a: rows('asks'),
  };
}
