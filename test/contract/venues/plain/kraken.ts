import { crc32 } from 'node:zlib';
import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainVenue } from './plain.ts';

/** Numbers of `price` and `qty` stay texts: a trailing zero counts in the checksum. */
const BOOK = /^\{"channel":"book"/;
const NUMBER = /"(price|qty)":(-?[0-9.]+)/g;

interface Frame {
  readonly channel?: string;
  readonly type?: string;
  readonly data?: readonly {
    readonly symbol: string;
    readonly bids: readonly Level[];
    readonly asks: readonly Level[];
    readonly checksum: number;
  }[];
}
interface Level {
  readonly price: string;
  readonly qty: string;
}

const levels = (list: readonly Level[]): PlainLevel[] => list.map(({ price, qty }) => [price, qty]);

function depthsOf({ t, data = '' }: RecordedRow): readonly PlainDepth[] {
  if (t !== 'recv') return [];
  JSON.parse(data);
  if (!BOOK.test(data)) return [];
  const { type, data: books = [] } = JSON.parse(data.replace(NUMBER, '"$1":"$2"')) as Frame;
  return books.map(({ symbol, bids, asks, checksum }) => ({
    symbol,
    isSnapshot: type === 'snapshot',
    bids: levels(bids),
    asks: levels(asks),
    checksum,
  }));
}

const digits = (list: readonly PlainLevel[]): string =>
  list
    .slice(0, 10)
    .flat()
    .map((text) => text.split('.').join('').replace(/^0+/, ''))
    .join('');

/** Updates have no numbers: the checksum of the best ten alone tells. */
export const krakenPlain: PlainVenue = {
  venue: 'kraken',
  recordings: ['v2_kraken_btcusd_sample', 'v2_kraken_xrpusd_sample'],
  depthsOf,
  newSequence: () => ({ judge: () => 'apply', reset: () => {} }),
  checksum: (bids, asks) => crc32(digits(asks) + digits(bids)),
  bookDepth: 25,
  sizedLevels: 10,
};
