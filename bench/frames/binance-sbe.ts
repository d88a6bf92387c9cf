/** Frames for the decode rows of Binance's binary streams, of which no recording is public: the events of the JSON rows,
 *  encoded as the simulated exchange encodes them. */
import { parseDecimal } from '../../src/core/decimal.ts';
import { withMarketData } from '../../src/core/venue.ts';
import { bestBidAskFrame, depthDiffFrame, type MantissaLevel } from '../../src/sim/venues/binance/sbe-frames.ts';
import { binanceFrames } from './binance.ts';
import type { FrameSet, FrameSets } from './frame-set.ts';

interface JsonTicker {
  readonly u: number;
  readonly s: string;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

interface JsonDepth {
  readonly E: number;
  readonly s: string;
  readonly U: number;
  readonly u: number;
  readonly b: readonly (readonly [string, string])[];
  readonly a: readonly (readonly [string, string])[];
}

const DECIMALS = 8;
const EXPONENTS = { price: -DECIMALS, size: -DECIMALS };
/** JSON tickers have no time. */
const AT = 1_750_000_000_000;

const level = (price: string, size: string): MantissaLevel => [
  parseDecimal(price, DECIMALS),
  parseDecimal(size, DECIMALS),
];

function encoded(channel: string, encode: (event: never) => Uint8Array): FrameSet {
  const set = binanceFrames[channel]?.();
  if (set === undefined) throw new Error(`no frames of ${channel}`);
  const frames = set.frames.map((frame) => {
    const { data } = JSON.parse(frame.toString('utf8')) as { data: never };
    return Buffer.from(encode(data));
  });
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  return {
    ...set,
    frames,
    bytes,
    source: `${set.source}, encoded in SBE as ${Math.round(bytes / frames.length)}`,
    asJson: set.frames,
    view: (descriptor) => withMarketData(descriptor, { encoding: 'sbe', apiKey: '' }),
  };
}

export const binanceSbeFrames: FrameSets = {
  'sbe-bestBidAsk': () =>
    encoded('bookTicker', ({ u, s, b, B, a, A }: JsonTicker) =>
      bestBidAskFrame({ at: AT, updateId: u, bid: level(b, B), ask: level(a, A), symbol: s }, EXPONENTS),
    ),
  'sbe-depth': () =>
    encoded('depth', ({ E, s, U, u, b, a }: JsonDepth) => {
      const rows = (levels: JsonDepth['b']): MantissaLevel[] => levels.map(([price, size]) => level(price, size));
      return depthDiffFrame({ at: E, firstId: U, lastId: u, bids: rows(b), asks: rows(a), symbol: s }, EXPONENTS);
    }),
};
