import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const GATE_UPDATES = 'gate/book_recordings/v4_spot_book_update_6syms.jsonl';
const gateHead = '"time_ms":1750000000123,"channel":"spot';
const gateLevels = (count: number): string => JSON.stringify(Array.from({ length: count }, () => [price(1), size(6)]));
const gateIds = (index: number): string => `"U":${27_000_000_001 + 3 * index},"u":${27_000_000_003 + 3 * index}`;

export const gateFrames: FrameSets = {
  // No recording holds this channel.
  obu: () =>
    made(
      (index) =>
        `{"channel":"spot.obu","result":{"t":${1_750_000_000_100 + index},"s":"ob.BTC_USDT.50",${gateIds(index)},` +
        `"b":${gateLevels(1 + random.int(6))},"a":${gateLevels(1 + random.int(6))}},"time_ms":1750000000123,"event":"update"}`,
    ),
  order_book_update: () =>
    recorded(
      GATE_UPDATES,
      '2021-04',
      (text) => text.includes('"spot.order_book_update"') && text.includes('"event":"update"'),
    ) ??
    made(
      (index) =>
        `{"time":1750000000,${gateHead}.order_book_update","event":"update","result":{"t":1750000000120,` +
        `"e":"depthUpdate","E":1750000000,"s":"BTC_USDT",${gateIds(index)},"b":${gateLevels(4)},"a":${gateLevels(4)}}}`,
    ),
  // No recording holds this channel.
  book_ticker: () =>
    made(
      (index) =>
        `{"time":1750000000,${gateHead}.book_ticker","event":"update","result":{"t":${1_750_000_000_100 + index},` +
        `"u":${27_000_000_001 + index},"s":"BTC_USDT","b":"${price(1)}","B":"${size(6)}","a":"${price(1)}","A":"${size(6)}"}}`,
    ),
};
