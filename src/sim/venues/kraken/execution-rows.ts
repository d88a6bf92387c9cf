/** Rows of the private channels `executions` and `balances`. An update tells what is new, not the whole order: only
 *  the first (`pending_new`) and the trades name symbol and side. Sources: recorded frames of January 2026 and
 *  https://docs.kraken.com/api/docs/websocket-v2/executions, …/balances. */
import { amountFixed, baseAmount } from '../../amounts.ts';
import type { SimAccount, SimFill, SimOrder } from '../../port.ts';
import { execIdOf, ledgerIdOf, orderIdOf } from './ids.ts';
import { assetOf, socketName } from './names.ts';
import { averageOf, feesOf, reasonOf, timeInForceOf } from './order-rows.ts';
import { rfc3339 } from './times.ts';
import { amountNumber, costNumber, priceNumber, sizeNumber, usdNumber, WireNumber } from './wire-numbers.ts';

/** The client's own names of an order, where it gave any. */
const clientNames = (order: SimOrder): object => ({
  ...(order.note.userref === undefined ? {} : { order_userref: Number(order.note.userref) }),
  ...(order.clientId === '' ? {} : { cl_ord_id: order.clientId }),
});

const averageNumber = (order: SimOrder): WireNumber =>
  new WireNumber(amountFixed(averageOf(order), order.instrument.priceDecimals));

const limitFields = (order: SimOrder): object =>
  order.type === 'limit' ? { limit_price_type: 'static', limit_price: priceNumber(order.instrument, order.price) } : {};

const sizeField = (order: SimOrder): object =>
  order.quoteAmount > 0n
    ? { cash_order_qty: costNumber(order.quoteAmount) }
    : { order_qty: sizeNumber(order.instrument, order.size) };

const sumFields = (order: SimOrder): object => ({
  cum_qty: sizeNumber(order.instrument, order.filled),
  cum_cost: costNumber(order.filledQuote),
  fee_usd_equiv: usdNumber(feesOf(order)),
  avg_price: averageNumber(order),
});

const terms = (order: SimOrder, execType: string): object => ({
  order_id: orderIdOf(order.id),
  symbol: socketName(order.instrument),
  ...sizeField(order),
  cum_cost: costNumber(order.filledQuote),
  time_in_force: timeInForceOf(order).toUpperCase(),
  exec_type: execType,
  side: order.side,
  order_type: order.type,
  ...clientNames(order),
  ...limitFields(order),
  stop_price: priceNumber(order.instrument, 0),
  ...(order.postOnly ? { post_only: true } : {}),
});

export const pendingRow = (order: SimOrder): object => ({
  ...terms(order, 'pending_new'),
  order_status: 'pending_new',
  fee_usd_equiv: usdNumber(0n),
  fee_ccy_pref: 'fciq',
  timestamp: rfc3339(order.createdAt),
});

export const newRow = (order: SimOrder): object => ({
  timestamp: rfc3339(order.createdAt),
  order_status: 'new',
  exec_type: 'new',
  ...clientNames(order),
  ...(order.postOnly ? { post_only: true } : {}),
  order_id: orderIdOf(order.id),
});

/** An open order in a snapshot. */
export const openRow = (order: SimOrder): object => ({
  ...terms(order, order.filled > 0 ? 'trade' : 'new'),
  cum_qty: sizeNumber(order.instrument, order.filled),
  avg_price: averageNumber(order),
  order_status: order.filled > 0 ? 'partially_filled' : 'new',
  amended: false,
  fee_usd_equiv: usdNumber(feesOf(order)),
  fee_ccy_pref: 'fciq',
  timestamp: rfc3339(order.updatedAt),
});

/** A trade. It says `partially_filled` even where it fills the order whole: a `filled` update follows. */
export const tradeUpdateRow = (order: SimOrder, fill: SimFill): object => ({
  ...fillFields(fill, order.type, clientNames(order)),
  order_status: 'partially_filled',
  ...sumFields(order),
  fee_usd_equiv: usdNumber(fill.fee),
  fees: feeList(fill),
});

/** A past trade in a snapshot. */
export const tradeSnapshotRow = (fill: SimFill, order: SimOrder | undefined): object => ({
  ...fillFields(fill, order?.type ?? 'limit', order === undefined ? {} : clientNames(order)),
  order_status: order?.status === 'filled' ? 'filled' : 'partially_filled',
  fee_usd_equiv: usdNumber(fill.fee),
  fees: feeList(fill),
});

const fillFields = (fill: SimFill, orderType: string, names: object): object => ({
  order_id: orderIdOf(fill.orderId),
  ...names,
  exec_id: execIdOf(fill),
  exec_type: 'trade',
  trade_id: fill.tradeId,
  symbol: socketName(fill.instrument),
  side: fill.side,
  last_qty: sizeNumber(fill.instrument, fill.size),
  last_price: priceNumber(fill.instrument, fill.price),
  liquidity_ind: fill.maker ? 'm' : 't',
  cost: costNumber(fill.quote),
  order_type: orderType,
  timestamp: rfc3339(fill.at),
});

const feeList = (fill: SimFill): readonly object[] => [{ asset: fill.feeAsset, qty: costNumber(fill.fee) }];

/** The end of an order. */
export function endRow(order: SimOrder, as: 'filled' | 'canceled' | 'expired'): object {
  const reason = as === 'filled' ? {} : { cancel_reason: reasonOf(order), reason: reasonOf(order) };
  return {
    timestamp: rfc3339(order.updatedAt),
    order_status: as,
    exec_type: as,
    ...sumFields(order),
    ...clientNames(order),
    ...reason,
    order_id: orderIdOf(order.id),
  };
}

// — balances —

const totalOf = (account: SimAccount, asset: string): WireNumber => {
  const { free, locked } = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
  return amountNumber(free + locked, assetOf(asset).decimals);
};

export const balanceRow = (account: SimAccount, asset: string): object => ({
  asset,
  asset_class: 'currency',
  wallets: [{ type: 'spot', id: 'main', balance: totalOf(account, asset) }],
  balance: totalOf(account, asset),
});

/** The two ledger entries of a fill. What open orders hold is not in them: totals move only when money does. */
export function ledgerRows(fill: SimFill): readonly object[] {
  const { instrument, account, side, quote, fee } = fill;
  const base = baseAmount(instrument, fill.size);
  const entry = (leg: 0 | 1, asset: string, amount: string, feeText: string): object => ({
    ledger_id: ledgerIdOf(fill, leg),
    ref_id: execIdOf(fill),
    timestamp: rfc3339(fill.at),
    type: 'trade',
    asset,
    asset_class: 'currency',
    category: 'trade',
    wallet_type: 'spot',
    wallet_id: 'main',
    amount: new WireNumber(amount),
    fee: new WireNumber(feeText),
    balance: totalOf(account, asset),
  });
  const sign = side === 'buy' ? 1n : -1n;
  const { decimals: baseDecimals } = assetOf(instrument.base);
  const { decimals: quoteDecimals } = assetOf(instrument.quote);
  return [
    entry(0, instrument.quote, amountFixed(-sign * quote, quoteDecimals), amountFixed(fee, quoteDecimals)),
    entry(1, instrument.base, amountFixed(sign * base, baseDecimals), amountFixed(0n, baseDecimals)),
  ];
}
