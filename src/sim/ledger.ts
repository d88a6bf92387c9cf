/** The ground truth of every order, fill and balance, in exact decimal texts, under the names that the venue's clients
 *  know. */
import { amountText, priceText, sizeText } from './amounts.ts';
import type { Exchange } from './exchange.ts';
import type { ClientNames, SimFill, SimOrder } from './port.ts';

export interface LedgerFill {
  readonly instrument: string;
  readonly symbol: string;
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientId: string;
  readonly account: string;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  /** price × size. */
  readonly quote: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly maker: boolean;
  /** Wall ms. */
  readonly at: number;
}

export interface LedgerOrder {
  readonly instrument: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly clientId: string;
  readonly account: string;
  readonly side: string;
  readonly type: string;
  readonly tif: string;
  /** Absent for market orders. */
  readonly price?: string;
  readonly size: string;
  readonly filled: string;
  readonly filledQuote: string;
  /** `new`, `partial`, `filled`, `canceled` or `expired`. */
  readonly status: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface LedgerBalance {
  readonly initial: string;
  readonly free: string;
  readonly locked: string;
  /** free + locked. */
  readonly total: string;
  /** total − initial. */
  readonly change: string;
}

export interface VenueLedger {
  /** Oldest first. */
  readonly orders: readonly LedgerOrder[];
  readonly fills: readonly LedgerFill[];
  /** By asset, of all accounts together. */
  readonly balances: Readonly<Record<string, LedgerBalance>>;
  /** Best prices now, by instrument. */
  readonly tops: Readonly<Record<string, { readonly bid?: string; readonly ask?: string }>>;
}

export interface Ledger {
  readonly at: number;
  readonly venues: Readonly<Record<string, VenueLedger>>;
}

export const readLedger = (exchanges: readonly Exchange[], at: number): Ledger => ({
  at,
  venues: Object.fromEntries(exchanges.map((exchange) => [exchange.venue, venueLedger(exchange)])),
});

function venueLedger(exchange: Exchange): VenueLedger {
  return {
    orders: exchange.accounts
      .flatMap((account) => exchange.allOrders(account))
      .sort((a, b) => a.id - b.id)
      .map((order) => orderRow(order, exchange.names)),
    fills: exchange.orders.fills.map((fill) => fillRow(fill, exchange.names)),
    balances: balances(exchange),
    tops: Object.fromEntries(
      exchange.instruments.map((instrument) => {
        const { bid, ask } = exchange.top(instrument);
        return [
          instrument.id,
          {
            ...(bid === undefined ? {} : { bid: priceText(instrument, bid.price) }),
            ...(ask === undefined ? {} : { ask: priceText(instrument, ask.price) }),
          },
        ];
      }),
    ),
  };
}

function balances(exchange: Exchange): Record<string, LedgerBalance> {
  const sums = new Map<string, { initial: bigint; free: bigint; locked: bigint }>();
  const sumOf = (asset: string): { initial: bigint; free: bigint; locked: bigint } => {
    const known = sums.get(asset) ?? { initial: 0n, free: 0n, locked: 0n };
    sums.set(asset, known);
    return known;
  };
  for (const account of exchange.accounts) {
    for (const [asset, amount] of account.initial) sumOf(asset).initial += amount;
    for (const [asset, { free, locked }] of account.holdings) {
      const sum = sumOf(asset);
      sum.free += free;
      sum.locked += locked;
    }
  }
  return Object.fromEntries(
    [...sums].map(([asset, { initial, free, locked }]) => [
      asset,
      {
        initial: amountText(initial),
        free: amountText(free),
        locked: amountText(locked),
        total: amountText(free + locked),
        change: amountText(free + locked - initial),
      },
    ]),
  );
}

/** As the venue's clients know them. */
const named = (row: SimOrder | SimFill, id: number, names: ClientNames) => ({
  instrument: row.instrument.id,
  symbol: names.symbol?.(row.instrument) ?? row.instrument.symbol,
  orderId: names.orderId?.(id) ?? String(id),
  clientId: names.clientId?.(row.clientId) ?? row.clientId,
});

const orderRow = (order: SimOrder, names: ClientNames): LedgerOrder => ({
  ...named(order, order.id, names),
  account: order.account.apiKey,
  side: order.side,
  type: order.type,
  tif: order.tif,
  ...(order.type === 'limit' ? { price: priceText(order.instrument, order.price) } : {}),
  size: sizeText(order.instrument, order.size),
  filled: sizeText(order.instrument, order.filled),
  filledQuote: amountText(order.filledQuote),
  status: order.status,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
});

const fillRow = (fill: SimFill, names: ClientNames): LedgerFill => ({
  ...named(fill, fill.orderId, names),
  tradeId: names.tradeId?.(fill) ?? String(fill.tradeId),
  account: fill.account.apiKey,
  side: fill.side,
  price: priceText(fill.instrument, fill.price),
  size: sizeText(fill.instrument, fill.size),
  quote: amountText(fill.quote),
  fee: amountText(fill.fee),
  feeAsset: fill.feeAsset,
  maker: fill.maker,
  at: fill.at,
});
