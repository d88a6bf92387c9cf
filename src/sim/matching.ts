/** The matching engine: price-time matching, fills with their money, and the announcement of what changed. It trusts
 *  its caller to have checked the order and locked its funds. */
import type { Clock } from '../core/clock.ts';
import { opposite, type Side } from '../core/units.ts';
import { move } from './account.ts';
import { baseAmount, cutTo, feeOf, quoteAmount, tokenFeeOf } from './amounts.ts';
import { Book, type Entry } from './book.ts';
import { crosses, withQuoteFee } from './checks.ts';
import { type OrderState, type OrderStore, orderCopy } from './orders.ts';
import type {
  ExchangeEvent,
  ExchangePolicy,
  Level,
  OrderCause,
  SimAccount,
  SimFill,
  SimInstrument,
  SimTrade,
  TopOfBook,
} from './port.ts';

/** Public trades kept per instrument. */
const TRADES_KEPT = 1000;

export interface Market {
  readonly instrument: SimInstrument;
  readonly book: Book<OrderState>;
  readonly trades: SimTrade[];
  nextTradeId: number;
  lastPrice: number;
  top: TopOfBook;
}

/** Who takes from the book; the synthetic taker has no order. */
export interface Taker {
  readonly side: Side;
  readonly order: OrderState | undefined;
}

/** An entry that is an order of an account. */
type OwnEntry = Entry<OrderState> & { readonly order: OrderState };

/** Whether the order that comes and the one that rests belong to one account, and do not trade for it. */
const meetsOwn = (taker: OrderState, entry: Entry<OrderState>): entry is OwnEntry =>
  entry.order?.account === taker.account && taker.selfTradeMode !== 'trade';

export class Matching {
  readonly #markets: readonly Market[];
  readonly #policy: ExchangePolicy;
  readonly #clock: Clock;
  readonly #orders: OrderStore;
  readonly #listeners = new Set<(event: ExchangeEvent) => void>();
  /** Assets that moved since the last announcement, by account. */
  readonly #moved = new Map<SimAccount, Set<string>>();

  constructor(
    instruments: readonly SimInstrument[],
    policy: ExchangePolicy,
    clock: Clock,
    orders: OrderStore,
    idsFrom = 0,
  ) {
    this.#policy = policy;
    this.#clock = clock;
    this.#orders = orders;
    this.#markets = instruments.map((instrument) => {
      const book = new Book<OrderState>(1_000_000 * (instrument.index + 1));
      return { instrument, book, trades: [], nextTradeId: 1_000_001 + idsFrom, lastPrice: 0, top: book.top() };
    });
  }

  onEvent(listener: (event: ExchangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  market(instrument: SimInstrument): Market {
    const market = this.#markets[instrument.index];
    if (market === undefined) throw new Error(`${instrument.id} is not listed`);
    return market;
  }

  /** Takes up to `size` from the other side down to `limit`; returns how much. */
  take(market: Market, taker: Taker, limit: number | undefined, size: number): number {
    const side = opposite(taker.side);
    let left = size;
    while (left > 0) {
      const price = market.book.bestPrice(side);
      if (price === undefined || (limit !== undefined && !crosses(taker.side, limit, price))) break;
      const entry = market.book.entries(side, price)[0];
      if (entry === undefined) break;
      const { order } = taker;
      if (order !== undefined && meetsOwn(order, entry)) {
        left -= this.#meetOwn(market, order, entry, left);
        if (order.selfTrade) break;
        continue;
      }
      const traded = Math.min(left, entry.size);
      market.book.reduce(side, price, entry, traded);
      this.#trade(market, taker, entry, price, traded);
      left -= traded;
    }
    return size - left;
  }

  /** An account meets itself: what goes is marked as gone by that; the caller ends the taker. Returns how much smaller
   *  the taker became. */
  #meetOwn(market: Market, taker: OrderState, entry: OwnEntry, left: number): number {
    const { order: resting } = entry;
    const mode = taker.selfTradeMode;
    const shrinks = mode === 'decrement' ? Math.min(left, entry.size) : 0;
    taker.selfTrade = mode === 'expire-taker' || mode === 'expire-both' || shrinks === left;
    taker.size -= shrinks;
    // What is left of it may come to rest, with no more locked than that needs.
    if (taker.type === 'limit') this.#release(taker, shrinks);
    const gone = mode === 'expire-taker' ? 0 : shrinks || entry.size;
    const isLast = gone === entry.size;
    if (gone > 0) market.book.reduce(resting.side, resting.price, entry, gone);
    if (isLast) {
      resting.selfTrade = true;
      this.close(resting, 'expired');
    } else if (shrinks > 0) {
      resting.size -= shrinks;
      this.#release(resting, shrinks);
    }
    return shrinks;
  }

  /** Frees what `size` of a limit order had locked. */
  #release(order: OrderState, size: number): void {
    const { instrument, side, price } = order;
    const asset = side === 'buy' ? instrument.quote : instrument.base;
    const amount =
      side === 'buy'
        ? withQuoteFee(quoteAmount(instrument, price, size), this.#policy.fees)
        : baseAmount(instrument, size);
    this.move(order.account, asset, amount, -amount);
    order.locked -= amount;
  }

  #trade(market: Market, taker: Taker, entry: Entry<OrderState>, price: number, size: number): void {
    const { instrument } = market;
    const at = this.#clock.wallMs();
    const anonymous = this.#orders.anonymousId();
    const takerId = taker.order?.id ?? anonymous;
    const makerId = entry.order?.id ?? anonymous;
    const buys = taker.side === 'buy';
    const trade: SimTrade = {
      id: market.nextTradeId++,
      instrument,
      price,
      size,
      takerSide: taker.side,
      buyerOrderId: buys ? takerId : makerId,
      sellerOrderId: buys ? makerId : takerId,
      at,
    };
    market.lastPrice = price;
    market.trades.push(trade);
    if (market.trades.length > TRADES_KEPT) market.trades.shift();
    if (taker.order !== undefined) this.#fill(taker.order, trade, false);
    if (entry.order !== undefined) {
      this.#fill(entry.order, trade, true);
      if (entry.order.filled === entry.order.size) this.close(entry.order, 'filled');
    }
    this.announce({ kind: 'Traded', trade });
  }

  #fill(order: OrderState, trade: SimTrade, maker: boolean): void {
    const { instrument, account, side } = order;
    const { fees } = this.#policy;
    const quote = cutTo(quoteAmount(instrument, trade.price, trade.size), this.#policy.valueDecimals);
    const base = baseAmount(instrument, trade.size);
    const inQuote = fees.feeIn === 'quote';
    const received = side === 'buy' ? base : quote;
    const rate = maker ? fees.maker : fees.taker;
    const apart = this.#feeApart(account, instrument, quote, rate);
    const taken = apart === undefined ? feeOf(inQuote ? quote : received, rate, fees.truncateTo) : 0n;
    const onTop = inQuote && side === 'buy' ? taken : 0n;
    const paid = (side === 'buy' ? quote : base) + onTop;
    const [paidAsset, gotAsset] =
      side === 'buy' ? [instrument.quote, instrument.base] : [instrument.base, instrument.quote];
    // A limit buy locked its own price: what the better price saved comes free again.
    const released =
      side === 'buy' && order.type === 'limit'
        ? withQuoteFee(quoteAmount(instrument, order.price, trade.size), fees)
        : paid;
    this.move(account, paidAsset, released - paid, -released);
    this.move(account, gotAsset, received - (taken - onTop), 0n);
    if (apart !== undefined) this.move(account, apart.asset, -apart.fee, 0n);
    order.locked -= released;
    order.filled += trade.size;
    order.filledQuote += quote;
    order.updatedAt = trade.at;
    order.status = order.filled === order.size ? 'filled' : 'partial';
    const fill: SimFill = {
      tradeId: trade.id,
      orderId: order.id,
      clientId: order.clientId,
      account,
      instrument,
      side,
      price: trade.price,
      size: trade.size,
      quote,
      fee: apart?.fee ?? taken,
      feeAsset: apart?.asset ?? (inQuote ? instrument.quote : gotAsset),
      maker,
      at: trade.at,
    };
    order.fills.push(fill);
    this.#orders.fills.push(fill);
    this.announce({ kind: 'OrderChanged', cause: 'trade', order: orderCopy(order), fill });
  }

  /** The fee in the venue's own asset, where the account pays with that and has enough of it. */
  #feeApart(account: SimAccount, instrument: SimInstrument, value: bigint, rate: string) {
    const { token } = this.#policy.fees;
    if (token === undefined || !account.paysWithToken || instrument.quote !== token.quote) return undefined;
    const fee = tokenFeeOf(value, rate, token);
    const { asset } = token;
    return (account.holdings.get(asset)?.free ?? 0n) < fee ? undefined : { asset, fee };
  }

  /** After matching: a remainder rests, or expires. */
  settle(market: Market, order: OrderState): void {
    if (order.selfTrade) {
      this.close(order, 'expired');
    } else if (order.filled === order.size && order.filled > 0) {
      this.close(order, 'filled');
    } else if (order.type === 'limit' && order.tif === 'gtc') {
      market.book.add(order.side, order.price, order, order.size - order.filled);
    } else if (order.quoteAmount > 0n && order.filled > 0) {
      // By quote amount the size is what was bought; the change that no lot fits into goes back.
      order.size = order.filled;
      order.status = 'filled';
      this.close(order, 'filled');
    } else {
      this.close(order, 'expired');
    }
  }

  close(order: OrderState, status: 'filled' | 'canceled' | 'expired'): void {
    const asset = order.side === 'buy' ? order.instrument.quote : order.instrument.base;
    if (order.locked !== 0n) this.move(order.account, asset, order.locked, -order.locked);
    order.locked = 0n;
    order.status = status;
    order.updatedAt = this.#clock.wallMs();
    this.#orders.closed(order);
    if (status !== 'filled') this.announceOrder(status, order);
  }

  // — announcing —

  move(account: SimAccount, asset: string, free: bigint, locked: bigint): void {
    move(account, asset, free, locked);
    const assets = this.#moved.get(account) ?? new Set();
    assets.add(asset);
    this.#moved.set(account, assets);
  }

  announce(event: ExchangeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  announceOrder(cause: OrderCause, order: OrderState): void {
    this.announce({ kind: 'OrderChanged', cause, order: orderCopy(order) });
  }

  announceChanges(market: Market): void {
    const { instrument, book } = market;
    const at = this.#clock.wallMs();
    for (const [account, assets] of this.#moved) {
      this.announce({ kind: 'BalancesChanged', account, assets: [...assets], at });
    }
    this.#moved.clear();
    const { firstId, changes } = book.takeChanges();
    if (changes.length === 0) return;
    this.announce({ kind: 'BookChanged', instrument, firstId, lastId: book.updateId, changes, at });
    const before = market.top;
    market.top = book.top();
    if (!sameLevel(before.bid, market.top.bid) || !sameLevel(before.ask, market.top.ask)) {
      this.announce({ kind: 'TopChanged', instrument, top: market.top, at });
    }
  }
}

const sameLevel = (a: Level | undefined, b: Level | undefined): boolean => a?.price === b?.price && a?.size === b?.size;
