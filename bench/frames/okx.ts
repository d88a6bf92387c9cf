import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const okxLevels = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, () => [price(1), size(8), '0', String(1 + random.int(9))]));
const OKX_BOOKS = 'okx/book_recordings/v5_books_BTC-USDT_UNI-USD-SWAP.jsonl';

export const okxFrames: FrameSets = {
  books: () =>
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
  // No recording holds this channel.
  'bbo-tbt': () =>
    made(
      (index) =>
        '{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{' +
        `"asks":${okxLevels(1)},"bids":${okxLevels(1)},"ts":"${1_750_000_000_000 + index}","seqId":${9_000_001 + index}}]}`,
    ),
};
