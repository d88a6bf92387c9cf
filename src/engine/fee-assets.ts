/** In which asset a buy's fee will be taken. Pure.
 *
 *  An account may pay its fees in an asset of the venue's own (BNB, KCS, GT, BGB), for a discount, while it has enough of
 *  that; once it runs out the venue takes the full fee from what was bought, without asking. A sale that was sized for the
 *  one and meets the other is too large by the fee. So what was bought counts as less by its fee unless three things hold:
 *  the configuration says that the account pays otherwise, its own fills have shown it, and there is so much of the asset
 *  that no fee that is under way can use it up. To be wrong about it then only leaves base over, which is ours.
 *  https://www.binance.com/en/fee/schedule, https://www.kucoin.com/vip/level, https://www.gate.com/fee,
 *  https://www.bitget.com/fee */
import { baseFeeOfBuy, type FeeRates } from '../core/instrument.ts';
import type { Fill } from '../core/order.ts';
import { parseAmount } from './amounts.ts';

/** What is configured of one venue's account. */
export interface FeeAssetSetting {
  /** "BNB". */
  readonly asset: string;
  /** At ASSET_SCALE: with less than this free it is not counted on. At least what the fees of all orders that may be under
   *  way at once come to. */
  readonly floor: bigint;
}

/** What is known of one venue's account. */
export interface FeeAssetState {
  /** The asset of the fee of the last fill that told; undefined before the first. */
  readonly lastPaidIn: string | undefined;
  /** Free balance of the fee asset, at ASSET_SCALE. */
  readonly free: bigint;
}

/** `untold`: no fill has said yet. `elsewhere`: the last one paid in another asset. `low`: there is less than the floor. */
export type FeeStanding = 'untold' | 'elsewhere' | 'low' | 'apart';

export function feeStanding({ asset, floor }: FeeAssetSetting, { lastPaidIn, free }: FeeAssetState): FeeStanding {
  if (lastPaidIn === undefined) return 'untold';
  if (lastPaidIn !== asset) return 'elsewhere';
  return free < floor ? 'low' : 'apart';
}

/** Whether fees of these assets' trades tell of, and are paid by, the setting. Where the fee asset is itself traded, it is
 *  what the leg moves. */
export const isOutside = (
  { asset }: FeeAssetSetting,
  { base, quote }: { readonly base: string; readonly quote: string },
): boolean => asset !== base && asset !== quote;

/** The rate that a buy is taken to pay out of its base, decimal text. */
export const assumedBaseFee = (fees: FeeRates, isApart: boolean): string => (isApart ? '0' : baseFeeOfBuy(fees));

/** The asset that the account pays in, by what it paid last and a fill; one without a fee tells nothing. */
export const nextFeeAsset = (
  lastPaidIn: string | undefined,
  { fee, feeAsset }: Pick<Fill, 'fee' | 'feeAsset'>,
): string | undefined => (feeAsset === '' || parseAmount(fee) === 0n ? lastPaidIn : feeAsset);
