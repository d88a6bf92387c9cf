import { type FrameSets, made, price, recorded, size } from './frame-set.ts';

const KUCOIN_LEVEL2 = 'kucoin/book_recordings/level2_BCHSV_ANKR_FET_EQZ_COV_CAPP.jsonl';

export const kucoinFrames: FrameSets = {
  level2: () =>
    recorded(KUCOIN_LEVEL2, '2021-04', (text) => text.includes('"/market/level2:')) ??
    made(
      (index) =>
        '{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{' +
        `"asks":[["${price(1)}","${size(8)}","${9_000_001 + index}"]],"bids":[]},"sequenceEnd":${9_000_001 + index},` +
        `"sequenceStart":${9_000_001 + index},"symbol":"BTC-USDT","time":${1_750_000_000_000 + index}}}`,
    ),
  // No recording holds this channel.
  level1: () =>
    made(
      (index) =>
        '{"topic":"/spotMarket/level1:BTC-USDT","type":"message","subject":"level1","data":{' +
        `"asks":["${price(1)}","${size(8)}"],"bids":["${price(1)}","${size(8)}"],"timestamp":${1_750_000_000_000 + index}}}`,
    ),
};
