import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const BITGET_BOOKS = 'bitget/book_recordings/v2_wrapped_books_spot_5syms.jsonl';
/** As in September 2026, without the recording's checksum. */
const bitgetBook = (action: string, channel: string, asks: string, bids: string, index: number): string =>
  `{"action":"${action}","arg":{"instType":"SPOT","channel":"${channel}","instId":"BTCUSDT"},"data":[{"asks":${asks},` +
  `"bids":${bids},"ts":"${1_790_358_811_400 + index}","seq":${850_169_288_983 + index},` +
  `"pseq":${850_169_288_982 + index}}],"ts":${1_790_358_811_401 + index}}`;
const bitgetLevels = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => [price(2), size(6)]));

export const bitgetFrames: FrameSets = {
  books: () =>
    recorded(BITGET_BOOKS, '2022-04, in the envelope of v2', (text) => text.startsWith('{"action":"update"')) ??
    made((index) =>
      bitgetBook('update', 'books', bitgetLevels(1 + random.int(9)), bitgetLevels(1 + random.int(9)), index),
    ),
  // No recording holds this channel.
  books1: () => made((index) => bitgetBook('snapshot', 'books1', bitgetLevels(1), bitgetLevels(1), index)),
};
