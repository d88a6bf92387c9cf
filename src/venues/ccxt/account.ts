/** Order entry and account over one ccxt object. Thread: the ccxt worker. Numbers are texts all the way.
 *  Pushed orders count as they come; pushed trades only say that there are fills to ask for, since classes of ccxt read
 *  them with less care than the answers of REST (the sign of OKX's fees, for one), and a fee is money. */
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject } from '../../core/json.ts';
import {
  type Balance,
  type CancelOutcome,
  errorText,
  type Fill,
  type GatewayEvent,
  type OrderRef,
  type OrderReport,
  type OrderRequest,
  type PlaceOutcome,
  type QueryOutcome,
} from '../../core/order.ts';
import { type Redact, redactor } from '../../core/redact.ts';
import type { MonoNs } from '../../core/units.ts';
import { addsUp, cancelOutcome, queryOutcome } from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { OwnOrders } from '../../net/own-orders.ts';
import { guardQueues, within } from './deadline.ts';
import { venueErrorOf } from './errors.ts';
import { CCXT_EXCEPTIONS } from './exceptions.ts';
import { createExchange, marketOf } from './exchange.ts';
import { CCXT_EXCHANGES } from './exchanges.ts';
import { numberText } from './frames.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { idOf, readBalances, readFill, readOrder } from './orders.ts';
import { PrivateStream } from './private-stream.ts';
import type { CcxtWorkerData } from './protocol.ts';
import { Questions } from './questions.ts';
import { settle } from './settle.ts';
import { clientIdOf, type Track, Tracks } from './tracks.ts';

const PLACE_MS = 2_000;
const ASK_MS = 10_000;

export class Account {
  readonly #data: CcxtWorkerData;
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #tracks: Tracks;
  readonly #own: OwnOrders;
  readonly #stream: PrivateStream;
  readonly #questions: Questions;
  readonly #redact: Redact;
  readonly #clientIdParam: string;

  constructor(data: CcxtWorkerData, exchange: Exchange, clock: Clock, onEvent: (event: GatewayEvent) => void) {
    this.#data = data;
    this.#exchange = exchange;
    this.#clock = clock;
    this.#redact = redactor(data.credentials ?? { apiKey: '', secret: '' });
    this.#clientIdParam = CCXT_EXCEPTIONS[data.exchange]?.clientIdParam ?? 'clientOrderId';
    const own = new OwnOrders(data.venue);
    this.#own = own;
    const tracks = new Tracks((event) => {
      if (event.kind === 'OrderUpdated') own.onReport(event.report);
      onEvent(event);
    });
    this.#tracks = tracks;
    guardQueues(exchange, clock);
    const findsByClientId = CCXT_EXCHANGES.get(data.venue)?.findsByClientId === true;
    this.#questions = new Questions({ exchange, clock, tracks, findsByClientId });
    this.#stream = new PrivateStream(exchange, clock, {
      onOrders: (orders) => {
        for (const order of orders) this.#onPush(tracks.onOrder(order, false));
      },
      onTrades: (trades) => {
        for (const trade of trades) this.#onPush(tracks.find(trade), trade);
      },
      onUp: () => onEvent({ kind: 'GatewayUp' }),
      onDown: (reason) => onEvent({ kind: 'GatewayDown', reason: this.#redact(reason) }),
    });
  }

  static async open(data: CcxtWorkerData, clock: Clock, onEvent: (event: GatewayEvent) => void): Promise<Account> {
    const exchange = await createExchange(data, 'text');
    await exchange.loadMarkets();
    return new Account(data, exchange, clock, onEvent);
  }

  get isUp(): boolean {
    return this.#stream.isUp;
  }

  /** Balances first: they need the key, and a wrong one is refused in the venue's words. */
  async connect(): Promise<void> {
    this.#exchange.checkRequiredCredentials();
    await this.balances();
    await this.#stream.start();
  }

  async close(): Promise<void> {
    this.#stream.close();
    await this.#exchange.close();
  }

  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const { listing, clientId, side, type, tif, size, quoteSize, price } = order;
    const exchange = this.#exchange;
    let sentAt = this.#now();
    // A market buy by base size or by cost: classes of ccxt differ, and a wrong guess is another order.
    const refusal = unsentRefusal(this.#data.venue, order, ORDER_TRAITS) ?? this.#own.crossing(order);
    if (refusal !== undefined) return rejectedUnsent(refusal, sentAt);
    this.#own.sending(order);
    const track = this.#tracks.expect(clientId, listing.symbol, size ?? '');
    try {
      const market = this.#market(listing);
      if (quoteSize !== undefined && exchange.has.createMarketBuyOrderWithCost !== true) {
        throw new OffGrid('ccxt offers no market buy by what it costs there');
      }
      if (size !== undefined) this.#checkGrid(market, size, price);
      const overSocket = this.#stream.hasSocket && exchange.has.createOrderWs === true;
      const params = {
        [this.#clientIdParam]: clientId,
        ...(type === 'market' ? {} : { timeInForce: tif.toUpperCase() }),
      };
      const args = [market, type, side, size as never, price as never, params] as const;
      const call = (): Promise<unknown> => {
        if (quoteSize !== undefined) return exchange.createMarketBuyOrderWithCost(market, quoteSize as never, params);
        return overSocket ? exchange.createOrderWs(...args) : exchange.createOrder(...args);
      };
      sentAt = this.#now();
      const answer = await within(this.#clock, PLACE_MS, call, {
        isOrder: true,
        onLate: (late) => void this.#tracks.onOrder(late, true),
      });
      const ackedAt = this.#now();
      const venueOrderId = isObject(answer) ? idOf(answer.id) : '';
      if (venueOrderId === '') return { kind: 'unknown', reason: 'accepted without an order id', sentAt };
      this.#tracks.name(track, venueOrderId);
      this.#tracks.onOrder(answer, true);
      if (tif !== 'gtc' || type === 'market') this.#settle(track, this.#stream.hasOrders ? 'streamed' : 'alone');
      return { kind: 'acked', venueOrderId, sentAt, ackedAt };
    } catch (thrown) {
      const error = venueErrorOf(thrown, this.#redact);
      if (error.class === 'unknown-outcome') return { kind: 'unknown', reason: errorText(error), sentAt };
      this.#own.gone(clientId);
      return { kind: 'rejected', error, sentAt, ackedAt: this.#now() };
    }
  }

  async cancel({ clientId, listing }: OrderRef): Promise<CancelOutcome> {
    const track = this.#tracks.expect(clientId, listing.symbol, '');
    const market = this.#market(listing);
    try {
      if (track.orderId === '') {
        const found = await this.#questions.order(track, market);
        if (found === 'absent') return { kind: 'absent' };
        this.#tracks.onOrder(found.order, false);
      }
      await within(this.#clock, PLACE_MS, () => this.#exchange.cancelOrder(track.orderId, market), { isOrder: true });
      return { kind: 'cancelled' };
    } catch (thrown) {
      // Of an order that is over some venues say that it cannot be cancelled, not that there is none.
      if (await this.#isOver(track, market)) return { kind: 'absent' };
      return cancelOutcome({ ok: false, error: venueErrorOf(thrown, this.#redact) });
    } finally {
      this.#settle(track, this.#stream.hasOrders ? 'streamed' : 'alone');
    }
  }

  async #isOver(track: Track, market: string): Promise<boolean> {
    if (track.report !== undefined && track.report.status !== 'open') return true;
    const learned = await this.#questions.learn(track, market).catch(() => undefined);
    return learned !== undefined && (learned === 'absent' || learned.report.status !== 'open');
  }

  async query({ clientId, listing }: OrderRef): Promise<QueryOutcome> {
    const track = this.#tracks.expect(clientId, listing.symbol, '');
    const market = this.#market(listing);
    let fills: readonly Fill[] = [];
    const outcome = await queryOutcome({
      clock: this.#clock,
      order: async () => {
        try {
          const learned = await this.#questions.learn(track, market);
          if (learned !== 'absent') {
            fills = learned.fills;
            return { ok: true, value: learned.report };
          }
          return { ok: false, error: { class: 'unknown-order', code: 'OrderNotFound', message: 'no such order' } };
        } catch (thrown) {
          const error = venueErrorOf(thrown, this.#redact);
          // "Not found" is judged where it is known what was asked; here it is one list of several that failed.
          return { ok: false, error: error.class === 'unknown-order' ? { ...error, class: 'other' } : error };
        }
      },
      fills: async (report) => ({ ok: true, value: addsUp(fills, report.filled) ? fills : [...track.fills.values()] }),
    });
    if (outcome.kind === 'absent') this.#own.gone(clientId);
    return outcome;
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const reports: OrderReport[] = [];
    for (const { symbol } of this.#data.listings ?? []) {
      const market = this.#marketOf(symbol);
      for (const order of await this.#ask(() => this.#exchange.fetchOpenOrders(market))) {
        if (!isObject(order)) continue;
        const track = this.#tracks.ownerOf(order, idOf(order.id));
        const report = readOrder(order, { clientId: track?.clientId ?? clientIdOf(order), symbol }, '');
        if (report !== undefined) reports.push(report);
      }
    }
    return reports;
  }

  /** Fills of orders that this worker did not place have no client id where ccxt and the venue's message leave it out. */
  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const trades = await this.#ask(() => this.#exchange.fetchMyTrades(this.#market(listing), sinceMs));
    return trades.flatMap((trade) => {
      if (!isObject(trade)) return [];
      const clientId = this.#tracks.ownerOf(trade, idOf(trade.order))?.clientId ?? '';
      return readFill(trade, { clientId, symbol: listing.symbol }) ?? [];
    });
  }

  async balances(): Promise<readonly Balance[]> {
    return readBalances(await this.#ask(() => this.#exchange.fetchBalance()));
  }

  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const exchange = this.#exchange;
    const market = this.#market(listing);
    const { has } = exchange;
    let found: unknown;
    if (has.fetchTradingFee === true) found = await this.#ask(() => exchange.fetchTradingFee(market));
    else if (has.fetchTradingFees === true) found = (await this.#ask(() => exchange.fetchTradingFees()))[market];
    else found = exchange.markets?.[market];
    const rates = isObject(found) ? found : {};
    const [taker, maker] = [numberText(rates.taker), numberText(rates.maker)];
    if (taker === '' || maker === '') {
      throw new Fault('venue/refused', `${this.#data.venue}: ccxt tells no rates of ${listing.instrument}`, {});
    }
    return { taker, maker };
  }

  /** The stream has said something of an order of ours. */
  #onPush(track: Track | undefined, trade?: unknown): void {
    if (track === undefined) return;
    const { has } = this.#exchange;
    const canAsk = has.fetchOrderTrades === true || has.fetchMyTrades === true;
    if (trade !== undefined && !canAsk) this.#tracks.onTrade(trade, track);
    const isNew = trade !== undefined && isObject(trade) && !track.fills.has(idOf(trade.id));
    if (isNew && canAsk) track.hasNews = true;
    if (canAsk && (isNew || !this.#tracks.addsUp(track))) this.#settle(track, 'told');
  }

  #settle(track: Track, how: Parameters<typeof settle>[1]): void {
    settle(track, how, {
      clock: this.#clock,
      tracks: this.#tracks,
      ask: (each) => this.#questions.catchUp(each, this.#marketOf(each.symbol)),
    }).catch(() => {});
  }

  /** ccxt rounds silently; an order that would change by it is not sent. */
  #checkGrid(market: string, size: string, price: string | undefined): void {
    const exchange = this.#exchange;
    const off = (text: string, rounded: string | undefined): boolean => Number(rounded) !== Number(text);
    if (
      off(size, exchange.amountToPrecision(market, size)) ||
      (price !== undefined && off(price, exchange.priceToPrecision(market, price)))
    ) {
      throw new OffGrid(`${size} at ${price ?? 'market'} is not on the grid of ${market}`);
    }
  }

  #market({ symbol }: Listing): string {
    return this.#marketOf(symbol);
  }

  #marketOf(symbol: string): string {
    return String(marketOf(this.#exchange, symbol)?.symbol);
  }

  #ask<T>(call: () => Promise<T>): Promise<T> {
    return within(this.#clock, ASK_MS, call);
  }

  #now(): MonoNs {
    return this.#clock.monotonicNs();
  }
}

/** Classed like ccxt's error of that name. */
class InvalidOrder extends Error {}
class OffGrid extends InvalidOrder {}
