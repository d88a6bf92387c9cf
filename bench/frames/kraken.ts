import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const krakenLevels = (count: number): string =>
  `[${Array.from({ length: count }, () => `{"price":${price(1)},"qty":${size(8)}}`).join(',')}]`;
const KRAKEN_BOOK = 'kraken/book_recordings/v2_kraken_btcusd_sample.jsonl';

export const krakenFrames: FrameSets = {
  book: () =>
    recorded(KRAKEN_BOOK, '2026-08', (text) => text.startsWith('{"channel":"book","type":"update"')) ??
    made(
      (index) =>
        '{"channel":"book","type":"update","data":[{"symbol":"BTC/USDT",' +
        `"bids":${krakenLevels(1 + random.int(2))},"asks":${krakenLevels(random.int(2))},` +
        `"checksum":${3_000_000_000 + index},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
  // No recording holds this channel.
  ticker: () =>
    made(
      (index) =>
        '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USDT",' +
        `"bid":${price(1)},"bid_qty":${size(8)},"ask":${price(1)},"ask_qty":${size(8)},"last":${price(1)},` +
        `"volume":${size(8)},"vwap":${price(1)},"low":${price(1)},"high":${price(1)},"change":-${price(1)},` +
        `"change_pct":-0.${10 + (index % 80)},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
};
