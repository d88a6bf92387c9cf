import { expect, it } from 'vitest';
import { binance } from '../../src/venues/binance/index.ts';
import { FeedHarness } from './feeds-harness.ts';

it('reads the book of a bundled coin in single units', async () => {
  const harness = new FeedHarness({
    stream: binance.stream,
    symbols: [{ symbol: '1000SATSUSDT', tick: '0.0000000001', lot: '1000', exponent: 3 }],
  });
  harness.acknowledge();
  harness.feed.start();
  harness.socket.accept();
  const frame = (first: number, last: number, b: string[][], a: string[][]): string =>
    JSON.stringify({
      stream: '1000satsusdt@depth@100ms',
      data: { e: 'depthUpdate', E: harness.clock.wallMs(), s: '1000SATSUSDT', U: first, u: last, b, a },
    });
  harness.socket.frame(frame(5, 6, [['0.0002345', '12']], []));
  await harness.settle();
  await harness.answer(
    JSON.stringify({ lastUpdateId: 5, bids: [['0.0002344', '1.000']], asks: [['0.0002346', '0.001']] }),
  );
  await harness.warm();
  expect(harness.trust()).toBe('live');
  // Prices count 10^-10, sizes single coins.
  expect(harness.side('bids')).toEqual([
    [2345, 12_000],
    [2344, 1_000],
  ]);
  expect(harness.side('asks')).toEqual([[2346, 1]]);
  await harness.feed.stop();
});
