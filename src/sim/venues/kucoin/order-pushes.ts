/** The rows of `/spotMarket/tradeOrdersV2` and `/spotMarket/tradeOrders`.
 *  Source: https://www.kucoin.com/docs-new/3470073w0 and 3470074w0. As recorded in January 2026, frames have `pt` (the
 *  push time, newer than the documentation), and those of the first version no `originSize` and no `canceledSize`. */
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { SimFill, SimOrder } from '../../port.ts';
import { orderIdText, tradeIdText } from './ids.ts';
import { nanos } from './numbers.ts';
import { amountsOf } from './order-rows.ts';

export const ORDER_TOPICS = ['/spotMarket/tradeOrdersV2', '/spotMarket/tradeOrders'] as const;
export type OrderTopic = (typeof ORDER_TOPICS)[number];

export type OrderPushType = 'received' | 'open' | 'match' | 'filled' | 'canceled';
const STATUS = { received: 'new', open: 'open', match: 'match', filled: 'done', canceled: 'done' } as const;

export interface OrderPush {
  readonly type: OrderPushType;
  /** As it stood at that moment. */
  readonly order: SimOrder;
  readonly fill?: SimFill;
  /** Wall ms. */
  readonly at: number;
}

/** Undefined: this version of the channel does not tell it. */
export function pushData(topic: OrderTopic, { type, order, fill, at }: OrderPush): object | undefined {
  const second = topic === '/spotMarket/tradeOrdersV2';
  if (type === 'received' && !second) return undefined;
  const byFunds = order.quoteAmount > 0n;
  const { funds, size, dealSize, remainSize, canceledSize, remainFunds, canceledFunds } = amountsOf(
    order,
    type === 'canceled',
  );
  const done = type === 'filled' || type === 'canceled';
  const price = order.type === 'limit' ? { price: priceText(order.instrument, order.price) } : {};
  const origin = byFunds ? { originFunds: amountText(funds) } : { originSize: size };
  const ends = byFunds ? { canceledFunds: amountText(canceledFunds) } : { canceledSize };
  const left = byFunds ? { remainFunds: amountText(remainFunds) } : { remainSize };
  const match = fill === undefined ? {} : matchOf(fill);
  const state =
    type === 'received'
      ? {}
      : {
          ...(second ? ends : {}),
          filledSize: dealSize,
          ...(byFunds ? { funds: amountText(funds) } : { size }),
          ...(done ? { remainFunds: '0', remainSize: '0' } : left),
          ...match,
        };
  return {
    clientOid: order.clientId,
    orderId: orderIdText(order.id),
    orderTime: order.createdAt,
    orderType: order.type,
    ...(second ? origin : {}),
    ...price,
    ...state,
    pt: at,
    side: order.side,
    status: STATUS[type],
    symbol: order.instrument.symbol,
    ts: nanos(order.updatedAt),
    type,
  };
}

const matchOf = (fill: SimFill): object => ({
  feeType: fill.maker ? 'makerFee' : 'takerFee',
  liquidity: fill.maker ? 'maker' : 'taker',
  matchPrice: priceText(fill.instrument, fill.price),
  matchSize: sizeText(fill.instrument, fill.size),
  tradeId: tradeIdText(fill.instrument, fill.tradeId),
});
