import { describe, expect, it } from 'vitest';
import { FrameBatch } from '../../../src/core/frame.ts';
import { SbeParser } from '../../../src/venues/binance/sbe-parse.ts';
import { HEAP_BOUND, heapGrowthOf } from '../../support/heap-growth.ts';
import { encodeMessage, layoutOf } from '../../support/sbe-layout.ts';

const UPDATES = 200_000;
const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 5 },
  { symbol: 'SHIBUSDT', priceDecimals: 8, sizeDecimals: 0 },
];
const level = (n: number) => ({ price: 6_000_000_000_000n + BigInt(n) * 1_000_000n, qty: BigInt(n) * 100_000_000n });
/** Sizes past 2^53 at eight decimals, as of coins that cost next to nothing. */
const wide = (n: number) => ({ price: 1_234n + BigInt(n), qty: 9_000_000_000n * 10n ** 8n + BigInt(n) * 10n ** 8n });

const depth = (symbol: string, make: typeof level): Buffer =>
  encodeMessage(layoutOf('DepthDiffStreamEvent'), {
    fields: {
      eventTime: 1_750_000_000_123_456n,
      firstBookUpdateId: 50_000_000_000n,
      lastBookUpdateId: 50_000_000_007n,
      priceExponent: -8,
      qtyExponent: -8,
    },
    groups: { bids: [1, 2, 3, 4].map(make), asks: [5, 6, 7].map(make) },
    data: { symbol },
  });
const top = encodeMessage(layoutOf('BestBidAskStreamEvent'), {
  fields: {
    eventTime: 1_750_000_000_123_456n,
    bookUpdateId: 50_000_000_007n,
    priceExponent: -2,
    qtyExponent: -5,
    bidPrice: 6_000_000,
    bidQty: 3,
    askPrice: 6_000_001,
    askQty: 4,
  },
  data: { symbol: 'BTCUSDT' },
});

describe('binance SBE decoder, memory', { timeout: 60_000 }, () => {
  it.each([
    ['depth', depth('BTCUSDT', level), 7],
    ['depth of sizes past 2^53', depth('SHIBUSDT', wide), 7],
    ['best bid and ask', top, 2],
  ] as const)('allocates nothing in frames of %s', async (_name, bytes, count) => {
    const parser = new SbeParser(SYMBOLS);
    const batch = new FrameBatch();
    let levels = 0;
    const growth = await heapGrowthOf((updates) => {
      for (let n = 0; n < updates; n++) {
        parser.parse(bytes, 0, bytes.length, batch);
        levels += batch.at(0).bids.count + batch.at(0).asks.count;
      }
    }, UPDATES);
    expect(levels % count).toBe(0);
    expect(batch.at(0)).toMatchObject({ saturated: false, neededPriceDecimals: 0, neededSizeDecimals: 0 });
    expect(growth).toBeLessThan(HEAP_BOUND);
  });
});
