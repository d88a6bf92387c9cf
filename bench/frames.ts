/** Frames for the decode rows, by row: `<venue>.<channel>`. The bytes of real recordings where the fixtures are at hand, else
 *  made ones of the same shape; each set says which. */
import { binanceFrames } from './frames/binance.ts';
import { binanceSbeFrames } from './frames/binance-sbe.ts';
import { bitgetFrames } from './frames/bitget.ts';
import { bybitFrames } from './frames/bybit.ts';
import { coinbaseFrames } from './frames/coinbase.ts';
import type { FrameSet, FrameSets } from './frames/frame-set.ts';
import { gateFrames } from './frames/gate.ts';
import { krakenFrames } from './frames/kraken.ts';
import { kucoinFrames } from './frames/kucoin.ts';
import { okxFrames } from './frames/okx.ts';

export type { FrameSet };

const VENUES: Readonly<Record<string, FrameSets>> = {
  binance: { ...binanceFrames, ...binanceSbeFrames },
  okx: okxFrames,
  bybit: bybitFrames,
  kucoin: kucoinFrames,
  bitget: bitgetFrames,
  kraken: krakenFrames,
  coinbase: coinbaseFrames,
  gate: gateFrames,
};

export const FRAME_SETS: FrameSets = Object.fromEntries(
  Object.entries(VENUES).flatMap(([venue, sets]) =>
    Object.entries(sets).map(([channel, load]) => [`${venue}.${channel}`, load]),
  ),
);
