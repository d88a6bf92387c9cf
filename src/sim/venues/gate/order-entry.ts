/** Placing, canceling and looking up one order, the same for REST and WebSocket.
 *  Sources: https://www.gate.com/docs/developers/apiv4/en/#create-an-order, …/#cancel-single-order,
 *  …/#query-single-order-details. */
import { amountOf, amountText, priceText } from '../../amounts.ts';
import type { ExchangePort, PlaceRequest, SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import { refusalError, tooSmall, type WireError, wireError } from './errors.ts';
import { MARKET_MAX_MONEY, minNotionalText } from './instruments.ts';
import {
  type Arguments,
  bad,
  checkAccount,
  good,
  isClientText,
  isGiven,
  type Origin,
  plainText,
  type Read,
  readKey,
  readOrder,
  readPair,
} from './order-params.ts';

/** How long a finished order is found by its text. */
const TEXT_KEPT_MS = 3_600_000;

const isFinished = ({ status }: SimOrder): boolean => status !== 'new' && status !== 'partial';

export class OrderEntry {
  readonly #exchange: ExchangePort;
  readonly #completed: (order: SimOrder) => void;

  /** @param completed is told of market buys by quote amount that are done */
  constructor(exchange: ExchangePort, completed: (order: SimOrder) => void) {
    this.#exchange = exchange;
    this.#completed = completed;
  }

  /** Places one order now (the caller has brought in the matching engine's delay). */
  place(account: SimAccount, args: Arguments, origin: Origin): Read<SimOrder> {
    const request = readOrder(this.#exchange, args, origin);
    if (!request.ok) return request;
    const { quoteAmount, instrument } = request.value;
    if (quoteAmount !== undefined) {
      if (amountOf(quoteAmount) > amountOf(MARKET_MAX_MONEY)) return bad(wireError('AMOUNT_TOO_MUCH'));
      if (amountOf(quoteAmount) < instrument.minNotional) return bad(this.#tooSmall(instrument, quoteAmount));
    }
    const result = this.#exchange.place(account, request.value);
    if (!result.ok) return bad(refusalError(result.refusal, this.#refused(request.value)));
    const { order } = result;
    // It was taken and ended at once; what the client hears is the refusal.
    if (order.tif === 'fok' && order.status === 'expired') return bad(wireError('FOK_NOT_FILL'));
    if (order.quoteAmount > 0n && order.status === 'filled') this.#completed(order);
    return good(order);
  }

  cancel(account: SimAccount, args: Arguments, word: string): Read<SimOrder> {
    const pair = readPair(this.#exchange, args);
    if (!pair.ok) return pair;
    const refused = checkAccount(args);
    if (refused !== undefined) return bad(refused);
    const result = this.#exchange.cancel(account, pair.value, readKey(word));
    if (result.ok) return good(result.order);
    // A text is known for as long as its order is open.
    if (result.order === undefined || isClientText(word)) return bad(notFound(word));
    return bad(wireError(result.order.status === 'filled' ? 'ORDER_CLOSED' : 'ORDER_CANCELLED'));
  }

  /** All open orders of a pair, or of one of its sides. */
  cancelAll(account: SimAccount, args: Arguments): Read<readonly SimOrder[]> {
    const instrument = isGiven(args, 'currency_pair') ? readPair(this.#exchange, args) : good(undefined);
    if (!instrument.ok) return instrument;
    const refused = checkAccount(args);
    if (refused !== undefined) return bad(refused);
    const { side } = args;
    if (isGiven(args, 'side') && side !== 'buy' && side !== 'sell') {
      return bad(wireError('INVALID_PARAM_VALUE', 'side', plainText(side)));
    }
    const meant = this.#exchange
      .openOrders(account, instrument.value)
      .filter((order) => !isGiven(args, 'side') || order.side === side);
    return good(
      meant.flatMap((order) => {
        const result = this.#exchange.cancel(account, order.instrument, { id: order.id });
        return result.ok ? [result.order] : [];
      }),
    );
  }

  find(account: SimAccount, args: Arguments, word: string): Read<SimOrder> {
    const pair = readPair(this.#exchange, args);
    if (!pair.ok) return pair;
    const refused = checkAccount(args);
    if (refused !== undefined) return bad(refused);
    const order = this.#exchange.findOrder(account, pair.value, readKey(word));
    const forgotten =
      order !== undefined &&
      isClientText(word) &&
      isFinished(order) &&
      this.#exchange.clock.wallMs() - order.updatedAt > TEXT_KEPT_MS;
    return order === undefined || forgotten ? bad(notFound(word)) : good(order);
  }

  #tooSmall(instrument: SimInstrument, value: string): WireError {
    return tooSmall(value, instrument.quote, minNotionalText(instrument));
  }

  #refused(request: PlaceRequest): Parameters<typeof refusalError>[1] {
    const { instrument, side, type, price, size = '0', quoteAmount } = request;
    const { bid, ask } = this.#exchange.top(instrument);
    const touch = (side === 'buy' ? ask?.price : bid?.price) ?? 0;
    const at = price === undefined ? priceText(instrument, touch) : price;
    const value = quoteAmount === undefined ? amountText((amountOf(at) * amountOf(size)) / amountOf('1')) : quoteAmount;
    return {
      market: type === 'market',
      size,
      value,
      base: instrument.base,
      quote: instrument.quote,
      minSize: instrument.spec.minSize,
      minValue: minNotionalText(instrument),
      priceLimit: priceText(instrument, touch),
    };
  }
}

const notFound = (word: string): WireError =>
  isClientText(word) ? wireError('CLIENT_ID_NOT_FOUND', word) : wireError('ORDER_NOT_FOUND');
