/** One simulated exchange: accounts, books, price-time matching, exact balances and fees, events. Venue-neutral; what
 *  differs between venues stands in its `ExchangePolicy`. Calls act at once and then announce what they changed. */
import type { Clock } from '../core/clock.ts';
import { opposite, type Side } from '../core/units.ts';
import { type AccountKeys, move, newAccount } from './account.ts';
import { baseAmount, feeOf, instrumentOf, quoteAmount } from './amounts.ts';
import { type ArrivalQueue, newArrivalQueue } from './arrival.ts';
import { Book, type Entry } from './book.ts';
import { checkRequest, crosses, type Ticket } from './checks.ts';
import { type OrderState, OrderStore, orderCopy } from './orders.ts';
import type {
  BookView,
  CancelResult,
  ExchangeEvent,
  ExchangePolicy,
  ExchangePort,
  InstrumentSpec,
  Level,
  OrderCause,
  OrderKey,
  PlaceRequest,
  PlaceResult,
  Refusal,
  SimAccount,
  SimFill,
  SimInstrument,
  SimOrder,
  SimTrade,
  TopOfBook,
  VenueFaults,
} from './port.ts';

export interface ExchangeOptions {
  readonly venue: string;
  readonly instruments: readonly InstrumentSpec[];
  readonly policy: ExchangePolicy;
  readonly clock: Clock;
  readonly faults: VenueFaults;
  /** Delay of the matching engine for one request, ms; 0 acts at once. */
  readonly latencyMs: () => number;
}

/** Public trades kept per instrument. */
const TRADES_KEPT = 1000;

interface Market {
  readonly instrument: SimInstrument;
  readonly book: Book<OrderState>;
  readonly trades: SimTrade[];
  nextTradeId: number;
  lastPrice: number;
  top: TopOfBook;
}

/** Who takes from the book; the synthetic taker has no order. */
interface Taker {
  readonly side: Side;
  readonly order: OrderState | undefined;
}

export class Exchange implements ExchangePort {
  readonly venue: string;
  readonly instruments: readonly SimInstrument[];
  readonly policy: ExchangePolicy;
  readonly clock: Clock;
  readonly accounts: SimAccount[] = [];
  readonly orders = new OrderStore();
  readonly #markets: readonly Market[];
  readonly #bySymbol: ReadonlyMap<string, SimInstrument>;
  readonly #faults: VenueFaults;
  readonly #arrivals: ArrivalQueue;
  readonly #listeners = new Set<(event: ExchangeEvent) => void>();
  readonly #moved = new Map<SimAccount, Set<string>>();

  constructor(options: ExchangeOptions) {
    this.venue = options.venue;
    this.policy = options.policy;
    this.clock = options.clock;
    this.#faults = options.faults;
    this.instruments = options.instruments.map(instrumentOf);
    this.#bySymbol = new Map(this.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.#markets = this.instruments.map((instrument) => {
      const book = new Book<OrderState>(1_000_000 * (instrument.index + 1));
      return { instrument, book, trades: [], nextTradeId: 1_000_001, lastPrice: 0, top: book.top() };
    });
    this.#arrivals = newArrivalQueue(
      options.clock,
      () => options.latencyMs() + (this.#faults.take('slow', { scope: 'private' })?.ms ?? 0),
    );
  }

  addAccount(keys: AccountKeys, initial: ReadonlyMap<string, bigint>): SimAccount {
    const account = newAccount(this.accounts.length, keys, initial);
    this.accounts.push(account);
    return account;
  }

  instrumentBySymbol(symbol: string): SimInstrument | undefined {
    return this.#bySymbol.get(symbol);
  }

  accountByKey(apiKey: string): SimAccount | undefined {
    return this.accounts.find((account) => account.apiKey === apiKey);
  }

  arrive(task: () => void): void {
    this.#arrivals.push(task);
  }

  onEvent(listener: (event: ExchangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // — orders —

  check(account: SimAccount, request: PlaceRequest): Refusal | undefined {
    const checked = this.#check(account, request);
    return checked.ok ? undefined : checked.refusal;
  }

  place(account: SimAccount, request: PlaceRequest): PlaceResult {
    const rejected = this.#faults.take('reject', { instrument: request.instrument.id });
    if (rejected !== undefined) return { ok: false, refusal: rejected.reason };
    const checked = this.#check(account, request);
    if (!checked.ok) return checked;
    const market = this.#market(request.instrument);
    const order = this.orders.open(account, request, checked.ticket, this.clock.wallMs());
    this.#move(account, checked.ticket.lock.asset, -checked.ticket.lock.amount, checked.ticket.lock.amount);
    this.#announceOrder('new', order);
    if (order.postOnly && this.#available(market, order) > 0) {
      this.#close(order, 'expired');
      this.#announceChanges(market);
      return { ok: true, order };
    }
    const limit = this.#limitOfPartialFault(market, order, checked.ticket);
    if (order.tif !== 'fok' || this.#available(market, order) >= order.size) {
      this.#take(market, { side: order.side, order }, order.type === 'limit' ? order.price : undefined, limit);
    }
    this.#settle(market, order);
    this.#announceChanges(market);
    return { ok: true, order };
  }

  #check(account: SimAccount, request: PlaceRequest): ReturnType<typeof checkRequest> {
    const { clientId, instrument, side } = request;
    if (clientId !== undefined && this.orders.isTaken(account, clientId, this.policy.clientIds, instrument)) {
      return { ok: false, refusal: 'duplicate-client-id' };
    }
    const market = this.#market(instrument);
    return checkRequest(
      account,
      request,
      this.policy,
      this.#levelsFor(market, opposite(side), account),
      this.#reference(market),
    );
  }

  cancel(account: SimAccount, instrument: SimInstrument, key: OrderKey): CancelResult {
    const order = this.orders.find(account, instrument, key);
    if (order === undefined) return { ok: false, refusal: 'unknown' };
    if (order.status !== 'new' && order.status !== 'partial') return { ok: false, refusal: 'closed', order };
    const market = this.#market(instrument);
    market.book.remove(order.side, order.price, order);
    this.#close(order, 'canceled');
    this.#announceChanges(market);
    return { ok: true, order };
  }

  findOrder(account: SimAccount, instrument: SimInstrument, key: OrderKey): SimOrder | undefined {
    return this.orders.find(account, instrument, key);
  }

  openOrders(account: SimAccount, instrument?: SimInstrument): readonly SimOrder[] {
    return this.orders.openOf(account, instrument);
  }

  allOrders(account: SimAccount, instrument?: SimInstrument): readonly SimOrder[] {
    return this.orders.allOf(account, instrument);
  }

  fills(account: SimAccount, instrument?: SimInstrument): readonly SimFill[] {
    return this.orders.fills.filter(
      (fill) => fill.account === account && (instrument === undefined || fill.instrument === instrument),
    );
  }

  // — market data —

  trades(instrument: SimInstrument, limit: number): readonly SimTrade[] {
    return this.#market(instrument).trades.slice(-limit);
  }

  top(instrument: SimInstrument): TopOfBook {
    return this.#market(instrument).book.top();
  }

  book(instrument: SimInstrument, depth: number): BookView {
    const { book } = this.#market(instrument);
    return { ...book.top(), bids: book.levels('buy', depth), asks: book.levels('sell', depth) };
  }

  // — the synthetic maker and taker (driven by market.ts) —

  /** Replaces the synthetic maker's whole book. Its quotes that meet accounts' resting orders trade with them first,
   *  unless `crossed` asks for a book that a sound exchange would never show. */
  requote(instrument: SimInstrument, bids: readonly Level[], asks: readonly Level[], crossed = false): void {
    const market = this.#market(instrument);
    // Old quotes leave first: the maker does not trade with itself.
    this.#clearMaker(market, 'buy', bids);
    this.#clearMaker(market, 'sell', asks);
    this.#quote(market, 'buy', bids, crossed);
    this.#quote(market, 'sell', asks, crossed);
    this.#announceChanges(market);
  }

  makerSizeAt(instrument: SimInstrument, side: Side, price: number): number {
    return this.#market(instrument).book.makerSizeAt(side, price);
  }

  /** Someone without an account takes up to `size` at the best price. */
  synthesizeTrade(instrument: SimInstrument, side: Side, size: number): void {
    const market = this.#market(instrument);
    const best = market.book.bestPrice(opposite(side));
    if (best === undefined) return;
    this.#take(market, { side, order: undefined }, best, size);
    this.#announceChanges(market);
  }

  #clearMaker(market: Market, side: Side, wanted: readonly Level[]): void {
    const keep = new Set(wanted.map((level) => level.price));
    for (const price of [...market.book.prices(side)]) {
      if (!keep.has(price)) market.book.setMaker(side, price, 0);
    }
  }

  #quote(market: Market, side: Side, levels: readonly Level[], crossed: boolean): void {
    for (const level of levels) {
      let size = level.size;
      const best = market.book.bestPrice(opposite(side));
      if (!crossed && best !== undefined && crosses(side, level.price, best)) {
        size -= this.#take(market, { side, order: undefined }, level.price, size);
        const still = market.book.bestPrice(opposite(side));
        if (still !== undefined && crosses(side, level.price, still)) size = 0;
      }
      market.book.setMaker(side, level.price, size);
    }
  }

  // — matching —

  #market(instrument: SimInstrument): Market {
    const market = this.#markets[instrument.index];
    if (market === undefined) throw new Error(`${this.venue} does not list ${instrument.id}`);
    return market;
  }

  /** What price bands and market values are judged by; 0 where nothing was ever quoted or traded. */
  #reference(market: Market): number {
    const { bid, ask } = market.book.top();
    if (bid !== undefined && ask !== undefined) return (bid.price + ask.price) / 2;
    return bid?.price ?? ask?.price ?? market.lastPrice;
  }

  /** Levels of a side without `account`'s own orders. */
  #levelsFor(market: Market, side: Side, account: SimAccount): Level[] {
    const levels: Level[] = [];
    for (const price of market.book.prices(side)) {
      let size = 0;
      for (const entry of market.book.entries(side, price)) if (entry.order?.account !== account) size += entry.size;
      if (size > 0) levels.push({ price, size });
    }
    return levels;
  }

  #available(market: Market, order: OrderState): number {
    let size = 0;
    for (const level of this.#levelsFor(market, opposite(order.side), order.account)) {
      if (order.type === 'limit' && !crosses(order.side, order.price, level.price)) break;
      size += level.size;
    }
    return size;
  }

  /** A `partial` fault: how much of this order may fill. For a limit order the synthetic maker withdraws the rest,
   *  so that no remainder is left standing across the book. */
  #limitOfPartialFault(market: Market, order: OrderState, ticket: Ticket): number {
    const fault = this.#faults.take('partial', { instrument: order.instrument.id });
    if (fault === undefined) return ticket.size;
    const { lot } = order.instrument;
    const share = Math.floor((ticket.size * fault.fraction) / lot) * lot;
    if (order.type === 'market') return share;
    const side = opposite(order.side);
    let left = share;
    for (const price of [...market.book.prices(side)]) {
      if (!crosses(order.side, order.price, price)) break;
      const standing = market.book.makerSizeAt(side, price);
      const kept = Math.min(left, standing);
      market.book.setMaker(side, price, kept);
      left -= kept;
    }
    return ticket.size;
  }

  /** Takes up to `size` from the other side down to `limit`; returns how much. */
  #take(market: Market, taker: Taker, limit: number | undefined, size: number): number {
    const side = opposite(taker.side);
    let left = size;
    while (left > 0) {
      const price = market.book.bestPrice(side);
      if (price === undefined || (limit !== undefined && !crosses(taker.side, limit, price))) break;
      const entry = market.book.entries(side, price)[0];
      if (entry === undefined) break;
      if (entry.order !== undefined && entry.order.account === taker.order?.account) {
        this.#expireOwn(market, entry.order, price, entry);
        continue;
      }
      const traded = Math.min(left, entry.size);
      market.book.reduce(side, price, entry, traded);
      this.#trade(market, taker, entry, price, traded);
      left -= traded;
    }
    return size - left;
  }

  /** Both venues' default for an account that meets itself: the resting order goes, the taker goes on. */
  #expireOwn(market: Market, resting: OrderState, price: number, entry: Entry<OrderState>): void {
    market.book.reduce(resting.side, price, entry, entry.size);
    resting.selfTrade = true;
    this.#close(resting, 'expired');
  }

  #trade(market: Market, taker: Taker, entry: Entry<OrderState>, price: number, size: number): void {
    const { instrument } = market;
    const at = this.clock.wallMs();
    const anonymous = this.orders.anonymousId();
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
      if (entry.order.filled === entry.order.size) this.#close(entry.order, 'filled');
    }
    this.#announce({ kind: 'Traded', trade });
  }

  #fill(order: OrderState, trade: SimTrade, maker: boolean): void {
    const { instrument, account, side } = order;
    const { fees } = this.policy;
    const quote = quoteAmount(instrument, trade.price, trade.size);
    const base = baseAmount(instrument, trade.size);
    const received = side === 'buy' ? base : quote;
    const fee = feeOf(received, maker ? fees.maker : fees.taker, fees.truncateTo);
    const paid = side === 'buy' ? quote : base;
    const [paidAsset, gotAsset] =
      side === 'buy' ? [instrument.quote, instrument.base] : [instrument.base, instrument.quote];
    // A limit buy locked its own price: what the better price saved comes free again.
    const released = side === 'buy' && order.type === 'limit' ? quoteAmount(instrument, order.price, trade.size) : paid;
    this.#move(account, paidAsset, released - paid, -released);
    this.#move(account, gotAsset, received - fee, 0n);
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
      fee,
      feeAsset: gotAsset,
      maker,
      at: trade.at,
    };
    order.fills.push(fill);
    this.orders.fills.push(fill);
    this.#announce({ kind: 'OrderChanged', cause: 'trade', order: orderCopy(order), fill });
  }

  /** After matching: a remainder rests, or expires. */
  #settle(market: Market, order: OrderState): void {
    if (order.filled === order.size && order.filled > 0) {
      this.#close(order, 'filled');
    } else if (order.type === 'limit' && order.tif === 'gtc') {
      market.book.add(order.side, order.price, order, order.size - order.filled);
    } else if (order.quoteAmount > 0n && order.filled > 0) {
      // By quote amount the size is what was bought; the change that no lot fits into goes back.
      order.size = order.filled;
      order.status = 'filled';
      this.#close(order, 'filled');
    } else {
      this.#close(order, 'expired');
    }
  }

  #close(order: OrderState, status: 'filled' | 'canceled' | 'expired'): void {
    const asset = order.side === 'buy' ? order.instrument.quote : order.instrument.base;
    if (order.locked !== 0n) this.#move(order.account, asset, order.locked, -order.locked);
    order.locked = 0n;
    order.status = status;
    order.updatedAt = this.clock.wallMs();
    this.orders.closed(order);
    if (status !== 'filled') this.#announceOrder(status, order);
  }

  // — announcing —

  #move(account: SimAccount, asset: string, free: bigint, locked: bigint): void {
    move(account, asset, free, locked);
    const assets = this.#moved.get(account) ?? new Set();
    assets.add(asset);
    this.#moved.set(account, assets);
  }

  #announce(event: ExchangeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #announceOrder(cause: OrderCause, order: OrderState): void {
    this.#announce({ kind: 'OrderChanged', cause, order: orderCopy(order) });
  }

  #announceChanges(market: Market): void {
    const { instrument, book } = market;
    const at = this.clock.wallMs();
    for (const [account, assets] of this.#moved) {
      this.#announce({ kind: 'BalancesChanged', account, assets: [...assets], at });
    }
    this.#moved.clear();
    const { firstId, changes } = book.takeChanges();
    if (changes.length === 0) return;
    this.#announce({ kind: 'BookChanged', instrument, firstId, lastId: book.updateId, changes, at });
    const before = market.top;
    market.top = book.top();
    if (!sameLevel(before.bid, market.top.bid) || !sameLevel(before.ask, market.top.ask)) {
      this.#announce({ kind: 'TopChanged', instrument, top: market.top, at });
    }
  }
}

const sameLevel = (a: Level | undefined, b: Level | undefined): boolean => a?.price === b?.price && a?.size === b?.size;
