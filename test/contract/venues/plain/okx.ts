import { crc32 } from 'node:zlib';
import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';
import type { PlainDepth, PlainLevel, PlainVenue } from './plain.ts';

interface Frame {
  readonly arg?: { readonly channel: string; readonly instId: string };
  readonly action?: string;
  readonly data?: readonly { bids: readonly string[][]; asks: readonly string[][]; checksum?: number }[];
}

const levels = (list: readonly string[][]): PlainLevel[] => list.map(([price = '', size = '']) => [price, size]);

function depthsOf({ t, data = '' }: RecordedRow): readonly PlainDepth[] {
  if (t !== 'recv') return [];
  const { arg, action, data: books } = JSON.parse(data) as Frame;
  if (arg?.channel !== 'books' || action === undefined) return [];
  return (books ?? []).map(({ bids, asks, checksum = 0 }) => ({
    symbol: arg.instId,
    isSnapshot: action === 'snapshot',
    bids: levels(bids),
    asks: levels(asks),
    ...(checksum === 0 ? {} : { checksum }),
  }));
}

/** The recording of 2022 carries no ids: its checksum alone tells. */
export const okxPlain: PlainVenue = {
  venue: 'okx',
  recordings: ['v5_books_BTC-USDT_UNI-USD-SWAP'],
  depthsOf,
  newSequence: () => ({ judge: () => 'apply', reset: () => {} }),
  checksum: (bids, asks) => {
    const parts: string[] = [];
    for (let level = 0; level < 25; level++) {
      for (const each of [bids[level], asks[level]]) if (each !== undefined) parts.push(...each);
    }
    return crc32(parts.join(':')) | 0;
  },
};
