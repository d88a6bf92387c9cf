/** One simulated exchange: takes, checks and cancels orders of its accounts, answers questions, and lets the synthetic
 *  maker quote. Venue-neutral; what differs between venues stands in its `ExchangePolicy`. Calls act at once and then
 *  announce what they changed. */
import type { Clock } from '../core/clock.ts';
import { opposite, type Side } from '../core/units.ts';
import { type AccountKeys, newAccount } from './account.ts';
import { instrumentOf } from './amounts.ts';
import { type ArrivalQueue, newArrivalQueue } from './arrival.ts';
import { checkRequest, crosses } from './checks.ts';
import type { VenueFaults } from './fault-port.ts';
import { type Market, Matching } from './matching.ts';
import { OrderFaults } from './order-faults.ts';
import { type OrderState, OrderStore } from './orders.ts';
import type {
  BookView,
  CancelResult,
  ClientNames,
  ExchangeEvent,
  ExchangePolicy,
  ExchangePort,
  InstrumentSpec,
  Level,
  OrderKey,
  PlaceRequest,
  PlaceResult,
  Refusal,
  SelfTradeMode,
  SimAccount,
  SimFill,
  SimInstrument,
  SimOrder,
  SimTrade,
  TopOfBook,
} from './port.ts';

export interface ExchangeOptions {
  readonly venue: string;
  readonly instruments: readonly InstrumentSpec[];
  readonly policy: ExchangePolicy;
  readonly names?: ClientNames;
  readonly clock: Clock;
  readonly faults: VenueFaults;
  /** Delay of the matching engine for one request, ms; 0 acts at once. */
  readonly latencyMs: () => number;
  /** Added to the numbers of orders and trades: no exchange repeats those of an earlier process; default 0. */
  readonly idsFrom?: number;
}

export class Exchange implements ExchangePort {
  readonly venue: string;
  readonly names: ClientNames;
  readonly instruments: readonly SimInstrument[];
  readonly policy: ExchangePolicy;
  readonly clock: Clock;
  readonly accounts: SimAccount[] = [];
  readonly orders: OrderStore;
  readonly #matching: Matching;
  readonly #bySymbol: ReadonlyMap<string, SimInstrument>;
  readonly #faults: VenueFaults;
  readonly #orderFaults: OrderFaults;
  readonly #arrivals: ArrivalQueue;

  constructor(options: ExchangeOptions) {
    this.venue = options.venue;
    this.policy = options.policy;
    this.names = options.names ?? {};
    this.clock = options.clock;
    this.#faults = options.faults;
    this.instruments = options.instruments.map(instrumentOf);
    this.#bySymbol = new Map(this.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.orders = new OrderStore(options.idsFrom);
    this.#matching = new Matching(this.instruments, options.policy, options.clock, this.orders, options.idsFrom);
    this.#orderFaults = new OrderFaults(options.faults, this.#matching, options.clock);
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
    return this.#matching.onEvent(listener);
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
    const market = this.#matching.market(request.instrument);
    const mode = this.#selfTradeMode(request);
    const order = this.orders.open(account, request, checked.ticket, mode, this.clock.wallMs());
    this.#matching.move(account, checked.ticket.lock.asset, -checked.ticket.lock.amount, checked.ticket.lock.amount);
    this.#matching.announceOrder('new', order);
    if (order.postOnly && this.#available(market, order) > 0) {
      this.#matching.close(order, 'expired');
      this.#matching.announceChanges(market);
      return { ok: true, order };
    }
    if (this.#orderFaults.tryFillLate(market, order, checked.ticket)) return { ok: true, order };
    const limit = this.#orderFaults.limitOf(market, order, checked.ticket);
    if (order.tif !== 'fok' || this.#available(market, order) >= order.size) {
      this.#matching.take(market, { side: order.side, order }, order.type === 'limit' ? order.price : undefined, limit);
    }
    this.#matching.settle(market, order);
    this.#matching.announceChanges(market);
    this.#lapseLater(order, request.expiresAt);
    return { ok: true, order };
  }

  #selfTradeMode(request: PlaceRequest): SelfTradeMode {
    return request.selfTrade ?? this.policy.selfTrade ?? 'expire-maker';
  }

  #lapseLater(order: OrderState, expiresAt: number | undefined): void {
    if (expiresAt === undefined || !isOpen(order)) return;
    this.clock.after(Math.max(expiresAt - this.clock.wallMs(), 0), () => {
      if (!isOpen(order)) return;
      order.lapsed = true;
      this.#end(order, 'expired');
    });
  }

  #check(account: SimAccount, request: PlaceRequest): ReturnType<typeof checkRequest> {
    const { clientId, instrument, side } = request;
    if (clientId !== undefined && this.orders.isTaken(account, clientId, this.policy.clientIds, instrument)) {
      return { ok: false, refusal: 'duplicate-client-id' };
    }
    const market = this.#matching.market(instrument);
    return checkRequest(
      account,
      request,
      this.policy,
      // What the account's own orders hold up or not is seen when they meet.
      this.#levelsFor(
        market,
        opposite(side),
        account,
        this.#selfTradeMode(request) === 'trade' ? 'trade' : 'expire-maker',
      ),
      this.#reference(market),
    );
  }

  cancel(account: SimAccount, instrument: SimInstrument, key: OrderKey): CancelResult {
    const order = this.orders.find(account, instrument, key);
    if (order === undefined) return { ok: false, refusal: 'unknown' };
    if (!isOpen(order)) return { ok: false, refusal: 'closed', order };
    this.#end(order, 'canceled');
    return { ok: true, order };
  }

  /** Takes a resting order from the book. */
  #end(order: OrderState, as: 'canceled' | 'expired'): void {
    const market = this.#matching.market(order.instrument);
    market.book.remove(order.side, order.price, order);
    this.#matching.close(order, as);
    this.#matching.announceChanges(market);
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
    return this.#matching.market(instrument).trades.slice(-limit);
  }

  top(instrument: SimInstrument): TopOfBook {
    return this.#matching.market(instrument).book.top();
  }

  book(instrument: SimInstrument, depth: number): BookView {
    const { book } = this.#matching.market(instrument);
    return { ...book.top(), bids: book.levels('buy', depth), asks: book.levels('sell', depth) };
  }

  // — the synthetic maker and taker, driven by market.ts —

  /** Replaces the synthetic maker's whole book. Its quotes that meet accounts' resting orders trade with them first,
   *  unless `crossed` asks for a book that a sound exchange would never show. */
  requote(instrument: SimInstrument, bids: readonly Level[], asks: readonly Level[], crossed = false): void {
    const market = this.#matching.market(instrument);
    // Old quotes leave first: the maker does not trade with itself.
    this.#clearMaker(market, 'buy', bids);
    this.#clearMaker(market, 'sell', asks);
    this.#quote(market, 'buy', bids, crossed);
    this.#quote(market, 'sell', asks, crossed);
    this.#matching.announceChanges(market);
  }

  makerSizeAt(instrument: SimInstrument, side: Side, price: number): number {
    return this.#matching.market(instrument).book.makerSizeAt(side, price);
  }

  /** Someone without an account takes up to `size` at the best price. */
  synthesizeTrade(instrument: SimInstrument, side: Side, size: number): void {
    const market = this.#matching.market(instrument);
    const best = market.book.bestPrice(opposite(side));
    if (best === undefined) return;
    this.#matching.take(market, { side, order: undefined }, best, size);
    this.#matching.announceChanges(market);
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
        size -= this.#matching.take(market, { side, order: undefined }, level.price, size);
        const still = market.book.bestPrice(opposite(side));
        if (still !== undefined && crosses(side, level.price, still)) size = 0;
      }
      market.book.setMaker(side, level.price, size);
    }
  }

  /** What price bands and market values are judged by; 0 where nothing was ever quoted or traded. */
  #reference(market: Market): number {
    const { bid, ask } = market.book.top();
    if (bid !== undefined && ask !== undefined) return (bid.price + ask.price) / 2;
    return bid?.price ?? ask?.price ?? market.lastPrice;
  }

  /** Levels of a side that an order of `account` could trade with: past its own orders where they go, up to the first of
   *  them where it goes itself. */
  #levelsFor(market: Market, side: Side, account: SimAccount, mode: SelfTradeMode): Level[] {
    const levels: Level[] = [];
    for (const price of market.book.prices(side)) {
      let size = 0;
      let isStopped = false;
      for (const entry of market.book.entries(side, price)) {
        if (mode === 'trade' || entry.order?.account !== account) size += entry.size;
        else if (mode !== 'expire-maker') isStopped = true;
        if (isStopped) break;
      }
      if (size > 0) levels.push({ price, size });
      if (isStopped) break;
    }
    return levels;
  }

  #available(market: Market, order: OrderState): number {
    let size = 0;
    for (const level of this.#levelsFor(market, opposite(order.side), order.account, order.selfTradeMode)) {
      if (order.type === 'limit' && !crosses(order.side, order.price, level.price)) break;
      size += level.size;
    }
    return size;
  }
}

const isOpen = ({ status }: OrderState): boolean => status === 'new' || status === 'partial';
