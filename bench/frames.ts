/** Frames for the decode rows: the bytes of real recordings where the fixtures are at hand, else made ones of the same
 *  shape. Each set says which. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decimalsOf } from '../src/core/decimal.ts';
import { seededRandom } from '../src/core/random.ts';
import type { SymbolEntry } from '../src/core/venue.ts';

export interface FrameSet {
  readonly frames: readonly Buffer[];
  readonly symbols: readonly SymbolEntry[];
  readonly bytes: number;
  /** `recorded 2021-10, 83 frames of 141 bytes` */
  readonly source: string;
}

const FIXTURES = resolve(process.env.PARALLAX_FIXTURES ?? join(import.meta.dirname, '../../shared/fixtures'));
const MADE = 128;

interface Recorded {
  readonly t: string;
  readonly data?: string;
}

/** Frames of one recording that `isWanted` picks; undefined when the recording is not there. */
function recorded(path: string, when: string, isWanted: (text: string) => boolean): FrameSet | undefined {
  const file = join(FIXTURES, path);
  if (!existsSync(file)) return undefined;
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded)
    .flatMap(({ t, data }) => (t === 'recv' && data !== undefined && isWanted(data) ? [data] : []));
  return texts.length === 0 ? undefined : frameSet(texts, `recorded ${when}`);
}

function frameSet(texts: readonly string[], kind: string): FrameSet {
  const frames = texts.map((text) => Buffer.from(text));
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const mean = Math.round(bytes / frames.length);
  return { frames, symbols: symbolsOf(texts), bytes, source: `${kind}, ${frames.length} frames of ${mean} bytes` };
}

const NAME = /(?:"(?:s|instId|symbol|product_id)":"|\/level[12]:)([^"]+)"/;
const NUMBER = /[":](\d+\.\d+)\b/g;

/** Every symbol in the frames, on a grid that holds every decimal in them. */
function symbolsOf(texts: readonly string[]): SymbolEntry[] {
  const decimals = new Map<string, number>();
  for (const text of texts) {
    const symbol = NAME.exec(text)?.[1];
    if (symbol === undefined) throw new Error(`a frame without a symbol: ${text.slice(0, 100)}`);
    const needed = Array.from(text.matchAll(NUMBER), ([, number]) => decimalsOf(number ?? '0'));
    decimals.set(symbol, Math.max(decimals.get(symbol) ?? 0, ...needed));
  }
  return [...decimals].map(([symbol, each]) => ({ symbol, priceDecimals: each, sizeDecimals: each }));
}

const random = seededRandom(7);
const price = (decimals: number): string => (60_000 + random.next() * 10).toFixed(decimals);
const size = (decimals: number): string => (random.next() * 5).toFixed(decimals);

const binanceLevels = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => [price(8), size(8)]));
const okxLevels = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => [price(1), size(8), '0', String(1 + random.int(9))]));

const krakenLevels = (count: number): string =>
  `[${Array.from({ length: count }, () => `{"price":${price(1)},"qty":${size(8)}}`).join(',')}]`;

const made = (make: (index: number) => string): FrameSet =>
  frameSet(
    Array.from({ length: MADE }, (_, index) => make(index)),
    'made',
  );

const BINANCE_SPOT = 'binance/book_recordings/spot_depth100ms_NKNUSDT_LRCBTC.jsonl';
const BYBIT_BOOKS = 'bybit/book_recordings/v5_spot_BTCUSDT_linear_BTC_SOL.jsonl';
const COINBASE_BOOK = 'coinbase/book_recordings/advtrade_l2_ETH-USD.jsonl';
const KUCOIN_LEVEL2 = 'kucoin/book_recordings/level2_BCHSV_ANKR_FET_EQZ_COV_CAPP.jsonl';
const KRAKEN_BOOK = 'kraken/book_recordings/v2_kraken_btcusd_sample.jsonl';
const OKX_BOOKS = 'okx/book_recordings/v5_books_BTC-USDT_UNI-USD-SWAP.jsonl';

const bybitBook = (depth: number, type: string, bids: string, asks: string, index: number): string =>
  `{"topic":"orderbook.${depth}.BTCUSDT","ts":${1_786_310_816_618 + index},"type":"${type}","data":{"s":"BTCUSDT",` +
  `"b":${bids},"a":${asks},"u":${62_505_425 + index},"seq":${112_488_545_865 + index}},"cts":${1_786_310_816_585 + index}}`;
const bybitLevels = (count: number): string => JSON.stringify(Array.from({ length: count }, () => [price(1), size(6)]));

/** By decode row: `<venue>.<channel>`. */
export const FRAME_SETS: Readonly<Record<string, () => FrameSet>> = {
  'binance.bookTicker': () =>
    recorded(BINANCE_SPOT, '2021-10', (text) => text.includes('@bookTicker"')) ??
    made(
      (index) =>
        `{"stream":"btcusdt@bookTicker","data":{"u":${500_000_000 + index},"s":"BTCUSDT",` +
        `"b":"${price(8)}","B":"${size(8)}","a":"${price(8)}","A":"${size(8)}"}}`,
    ),
  'binance.depth': () =>
    recorded(BINANCE_SPOT, '2021-10', (text) => text.includes('@depth@')) ??
    made(
      (index) =>
        `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${1_750_000_000_000 + index},"s":"BTCUSDT",` +
        `"U":${500_000_000 + index},"u":${500_000_000 + index},` +
        `"b":${binanceLevels(1 + random.int(4))},"a":${binanceLevels(1 + random.int(4))}}}`,
    ),
  'bybit.orderbook': () =>
    recorded(
      BYBIT_BOOKS,
      '2026-08',
      (text) => text.startsWith('{"topic":"orderbook.200.BTCUSDT","ts":') && text.includes('"type":"delta"'),
    ) ?? made((index) => bybitBook(50, 'delta', bybitLevels(1 + random.int(6)), bybitLevels(1 + random.int(6)), index)),
  // No recording holds this channel.
  'bybit.orderbook.1': () => made((index) => bybitBook(1, 'snapshot', bybitLevels(1), bybitLevels(1), index)),
  'kucoin.level2': () =>
    recorded(KUCOIN_LEVEL2, '2021-04', (text) => text.includes('"/market/level2:')) ??
    made(
      (index) =>
        '{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{' +
        `"asks":[["${price(1)}","${size(8)}","${9_000_001 + index}"]],"bids":[]},"sequenceEnd":${9_000_001 + index},` +
        `"sequenceStart":${9_000_001 + index},"symbol":"BTC-USDT","time":${1_750_000_000_000 + index}}}`,
    ),
  // No recording holds this channel.
  'kucoin.level1': () =>
    made(
      (index) =>
        '{"topic":"/spotMarket/level1:BTC-USDT","type":"message","subject":"level1","data":{' +
        `"asks":["${price(1)}","${size(8)}"],"bids":["${price(1)}","${size(8)}"],"timestamp":${1_750_000_000_000 + index}}}`,
    ),
  'kraken.book': () =>
    recorded(KRAKEN_BOOK, '2026-08', (text) => text.startsWith('{"channel":"book","type":"update"')) ??
    made(
      (index) =>
        '{"channel":"book","type":"update","data":[{"symbol":"BTC/USDT",' +
        `"bids":${krakenLevels(1 + random.int(2))},"asks":${krakenLevels(random.int(2))},` +
        `"checksum":${3_000_000_000 + index},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
  // No recording holds this channel.
  'kraken.ticker': () =>
    made(
      (index) =>
        '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USDT",' +
        `"bid":${price(1)},"bid_qty":${size(8)},"ask":${price(1)},"ask_qty":${size(8)},"last":${price(1)},` +
        `"volume":${size(8)},"vwap":${price(1)},"low":${price(1)},"high":${price(1)},"change":-${price(1)},` +
        `"change_pct":-0.${10 + (index % 80)},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
  'okx.books': () =>
    recorded(
      OKX_BOOKS,
      '2022-05',
      (text) => text.includes('"channel":"books"') && text.includes('"action":"update"'),
    ) ??
    made(
      (index) =>
        '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{' +
        `"asks":${okxLevels(1 + random.int(16))},"bids":${okxLevels(1 + random.int(16))},` +
        `"ts":"${1_750_000_000_000 + index}","checksum":0,"seqId":${9_000_001 + index},"prevSeqId":${9_000_000 + index}}]}`,
    ),
  'coinbase.level2': () =>
    recorded(COINBASE_BOOK, '2026-08', (text) => text.includes('"l2_data"') && text.includes('"type":"update"')) ??
    made((index) => {
      const updates = Array.from({ length: 1 + random.int(8) }, (_, at) => ({
        side: at % 2 === 0 ? 'bid' : 'offer',
        event_time: '2026-08-09T21:05:48.464857Z',
        price_level: price(2),
        new_quantity: size(8),
      }));
      const events = [{ type: 'update', product_id: 'BTC-USD', updates }];
      const timestamp = '2026-08-09T21:05:48.628879425Z';
      return JSON.stringify({ channel: 'l2_data', timestamp, sequence_num: index, events });
    }),
  // No recording holds this channel.
  'okx.bbo-tbt': () =>
    made(
      (index) =>
        '{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{' +
        `"asks":${okxLevels(1)},"bids":${okxLevels(1)},"ts":"${1_750_000_000_000 + index}","seqId":${9_000_001 + index}}]}`,
    ),
};
