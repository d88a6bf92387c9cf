import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const binanceLevels = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => [price(8), size(8)]));
const BINANCE_SPOT = 'binance/book_recordings/spot_depth100ms_NKNUSDT_LRCBTC.jsonl';

export const binanceFrames: FrameSets = {
  bookTicker: () =>
    recorded(BINANCE_SPOT, '2021-10', (text) => text.includes('@bookTicker"')) ??
    made(
      (index) =>
        `{"stream":"btcusdt@bookTicker","data":{"u":${500_000_000 + index},"s":"BTCUSDT",` +
        `"b":"${price(8)}","B":"${size(8)}","a":"${price(8)}","A":"${size(8)}"}}`,
    ),
  depth: () =>
    recorded(BINANCE_SPOT, '2021-10', (text) => text.includes('@depth@')) ??
    made(
      (index) =>
        `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${1_750_000_000_000 + index},"s":"BTCUSDT",` +
        `"U":${500_000_000 + index},"u":${500_000_000 + index},` +
        `"b":${binanceLevels(1 + random.int(4))},"a":${binanceLevels(1 + random.int(4))}}}`,
    ),
};
