import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const BYBIT_BOOKS = 'bybit/book_recordings/v5_spot_BTCUSDT_linear_BTC_SOL.jsonl';
const bybitBook = (depth: number, type: string, bids: string, asks: string, index: number): string =>
  `{"topic":"orderbook.${depth}.BTCUSDT","ts":${1_786_310_816_618 + index},"type":"${type}","data":{"s":"BTCUSDT",` +
  `"b":${bids},"a":${asks},"u":${62_505_425 + index},"seq":${112_488_545_865 + index}},"cts":${1_786_310_816_585 + index}}`;
const bybitLevels = (count: number): string => JSON.stringify(Array.from({ length: count }, () => [price(1), size(6)]));

export const bybitFrames: FrameSets = {
  orderbook: () =>
    recorded(
      BYBIT_BOOKS,
      '2026-08',
      (text) => text.startsWith('{"topic":"orderbook.200.BTCUSDT","ts":') && text.includes('"type":"delta"'),
    ) ?? made((index) => bybitBook(50, 'delta', bybitLevels(1 + random.int(6)), bybitLevels(1 + random.int(6)), index)),
  // No recording holds this channel.
  'orderbook.1': () => made((index) => bybitBook(1, 'snapshot', bybitLevels(1), bybitLevels(1), index)),
};
