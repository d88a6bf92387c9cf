/** What one trade moves: base, quote and a fee, in whatever asset the venue takes it. */
import type { Fill } from '../../../src/core/order.ts';
import { type Account, add, ONE, text, times } from './plain.ts';
import type { Tape } from './tape.ts';
import type { TrueOrder } from './true-order.ts';

export interface TradeTerms {
  /** The taker's rate. */
  readonly fee: bigint;
  /** Decimals of the value that moves in quote; absent: price × size, exact. */
  readonly valueDecimals?: number;
  readonly tape: Tape;
}

const LOT = ONE / 10_000n;
export const onLot = (amount: bigint): bigint => (amount / LOT) * LOT;

/** Trades at the order's price or better, and moves the accounts. */
export function trade(
  { clientId, isBuy, price }: TrueOrder,
  amount: bigint,
  tradeId: string,
  { tape, fee: rate, valueDecimals }: TradeTerms,
  accounts: Account,
): Fill {
  const better = (BigInt(tape.draw(4)) * ONE) / 100n;
  const at = isBuy ? price - better : price + better;
  const grain = valueDecimals === undefined ? 1n : ONE / 10n ** BigInt(valueDecimals);
  const value = (times(amount, at) / grain) * grain;
  const kind = tape.draw(16);
  const feeAsset = kind === 15 ? 'BNB' : kind === 14 || !isBuy ? 'USDT' : 'BTC';
  const fee = kind === 15 ? 12_345n : kind === 13 ? 0n : times(feeAsset === 'BTC' ? amount : value, rate);
  add(accounts, 'BTC', isBuy ? amount : -amount);
  add(accounts, 'USDT', isBuy ? -value : value);
  add(accounts, feeAsset, -fee);
  return {
    clientId,
    venueOrderId: `v-${clientId}`,
    tradeId,
    symbol: 'BTCUSDT',
    side: isBuy ? 'buy' : 'sell',
    price: text(at),
    size: text(amount),
    fee: text(fee),
    feeAsset,
    ...(valueDecimals === undefined ? {} : { value: text(value) }),
    maker: false,
    venueAt: 1,
  };
}
