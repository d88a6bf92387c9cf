/** Order entry in Bitget's words: parameters in, an order or an error out. REST only: the socket takes orders of market
 *  makers and brokers, not of ordinary accounts.
 *  Source: https://www.bitget.com/api-doc/spot/trade/Place-Order and …/Cancel-Order. */
import { decimalsOf } from '../../../core/decimal.ts';
import type { Random } from '../../../core/random.ts';
import type { Side } from '../../../core/units.ts';
import { amountOf, integerOf, isPlainDecimal, priceText, quoteAmount } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type {
  ExchangePort,
  OrderKey,
  PlaceRequest,
  SelfTradeMode,
  SimAccount,
  SimInstrument,
  SimOrder,
} from '../../port.ts';
import { uuidText } from '../../random-text.ts';
import { refusalError, scaleError, type WireError, wireError } from './errors.ts';
import { listingOf, MAX_MARKET_VALUE, MAX_OPEN_ORDERS, MIN_TRADE_USDT, PRICE_RATIO } from './instruments.ts';

export type Params = Readonly<Record<string, unknown>>;

/** What came of one order of a request. */
export type EntryResult =
  | { readonly ok: true; readonly order: SimOrder }
  | { readonly ok: false; readonly error: WireError };

type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: WireError };
const bad = (error: WireError): { readonly ok: false; readonly error: WireError } => ({ ok: false, error });

const FORCES = ['gtc', 'post_only', 'fok', 'ioc'] as const;
type Force = (typeof FORCES)[number];
const STP_MODES: Readonly<Record<string, SelfTradeMode>> = {
  none: 'trade',
  cancel_taker: 'expire-taker',
  cancel_maker: 'expire-maker',
  cancel_both: 'expire-both',
};
const CLIENT_ID = /^[\x21-\x7e]{1,64}$/;
const WHOLE = 10_000;
/** Not simulated, so refused rather than ignored. */
const UNSUPPORTED = [
  'triggerPrice',
  'presetTakeProfitPrice',
  'executeTakeProfitPrice',
  'presetStopLossPrice',
  'executeStopLossPrice',
];

/** A parameter as text; its JSON reader takes numbers for texts. Absent and empty are the same. */
export const textOf = (params: Params, name: string): string => {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
/** There, but neither text nor number. */
const isOdd = (params: Params, name: string): boolean => {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return value !== undefined && value !== null && typeof value !== 'string' && typeof value !== 'number';
};

export function readSymbol(exchange: ExchangePort, params: Params): Read<SimInstrument> {
  const symbol = textOf(params, 'symbol');
  if (symbol === '') return bad(wireError('40019', 'symbol'));
  const instrument = exchange.instrumentBySymbol(symbol);
  return instrument === undefined ? bad(wireError('40034', symbol)) : { ok: true, value: instrument };
}

/** `orderId` counts when both are there. */
export function readKey(params: Params): OrderKey | undefined {
  const orderId = textOf(params, 'orderId');
  if (orderId !== '') return { id: /^\d{1,15}$/.test(orderId) ? Number(orderId) : -1 };
  const clientId = textOf(params, 'clientOid');
  return clientId === '' ? undefined : { clientId };
}

function readOrder(exchange: ExchangePort, params: Params): Read<PlaceRequest> {
  const named = readSymbol(exchange, params);
  if (!named.ok) return named;
  const instrument = named.value;
  for (const name of ['side', 'orderType', 'force', 'size', 'price', 'clientOid']) {
    if (isOdd(params, name)) return bad(wireError('40020', name));
  }
  for (const name of ['side', 'orderType', 'size']) {
    if (textOf(params, name) === '') return bad(wireError('40019', name));
  }
  const side = textOf(params, 'side') as Side;
  if (side !== 'buy' && side !== 'sell') return bad(wireError('40020', 'side'));
  const type = textOf(params, 'orderType');
  if (type !== 'limit' && type !== 'market') return bad(wireError('40020', 'orderType'));
  // Any case, as ccxt writes it; the documentation wants it of limit orders, and the venue does without it.
  const force = FORCES.find((one) => one === (textOf(params, 'force') || 'gtc').toLowerCase());
  if (force === undefined && type === 'limit') return bad(wireError('40020', 'force'));
  const clientOid = textOf(params, 'clientOid');
  if (clientOid !== '' && !CLIENT_ID.test(clientOid)) return bad(wireError('40305'));
  if (UNSUPPORTED.some((name) => textOf(params, name) !== '')) return bad(wireError('40805'));
  if ((textOf(params, 'tpslType') || 'normal') !== 'normal') return bad(wireError('40805'));
  const stpMode = textOf(params, 'stpMode') || 'none';
  const selfTrade = lookup(STP_MODES, stpMode);
  if (selfTrade === undefined) return bad(wireError('40020', 'stpMode'));
  const size = textOf(params, 'size');
  if (!isPlainDecimal(size) || amountOf(size) === 0n) return bad(wireError('40020', 'size'));
  const base = { instrument, side, selfTrade, clientId: clientOid, note: { force: force ?? 'gtc', stpMode } };
  return type === 'market' ? readMarket(base, size) : readLimit(base, size, textOf(params, 'price'), force ?? 'gtc');
}

interface Base {
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly clientId: string;
  readonly selfTrade: SelfTradeMode;
  readonly note: Readonly<Record<string, string>>;
}

function readLimit(base: Base, size: string, price: string, force: Force): Read<PlaceRequest> {
  if (price === '') return bad(wireError('40019', 'price'));
  if (!isPlainDecimal(price) || amountOf(price) === 0n) return bad(wireError('43011', 'price <= 0'));
  const tif = force === 'ioc' || force === 'fok' ? force : 'gtc';
  return { ok: true, value: { ...base, type: 'limit', tif, postOnly: force === 'post_only', price, size } };
}

/** A market buy is sized in quote units. */
function readMarket(base: Base, size: string): Read<PlaceRequest> {
  if (base.side === 'sell') return { ok: true, value: { ...base, type: 'market', tif: 'ioc', size } };
  const { quotePrecision } = listingOf(base.instrument);
  if (decimalsOf(size) > quotePrecision) return bad(scaleError('size', size, quotePrecision));
  return { ok: true, value: { ...base, type: 'market', tif: 'ioc', quoteAmount: size } };
}

export class OrderEntry {
  readonly #exchange: ExchangePort;
  readonly #random: Random;
  readonly #completed: (order: SimOrder) => void;

  /** @param completed is called for an order that ended filled without its last fill saying so */
  constructor(exchange: ExchangePort, random: Random, completed: (order: SimOrder) => void) {
    this.#exchange = exchange;
    this.#random = random;
    this.#completed = completed;
  }

  /** Places one order now (the caller has brought in the matching engine's delay). */
  place(account: SimAccount, params: Params): EntryResult {
    const read = readOrder(this.#exchange, params);
    if (!read.ok) return read;
    const request = read.value;
    const error = this.#checkPrice(request) ?? this.#checkValue(request) ?? this.#checkCount(account, request);
    if (error !== undefined) return bad(error);
    const clientId = request.clientId || this.#newClientId();
    const result = this.#exchange.place(account, { ...request, clientId });
    if (!result.ok) return bad(refusalError(result.refusal, this.#facts(request)));
    const { order } = result;
    if (order.quoteAmount > 0n && order.status === 'filled') this.#completed(order);
    return { ok: true, order };
  }

  /** Cancels one order now. Unknown and closed orders get the same answer. */
  cancel(account: SimAccount, params: Params): EntryResult {
    const instrument = readSymbol(this.#exchange, params);
    if (!instrument.ok) return instrument;
    const key = readKey(params);
    if (key === undefined) return bad(wireError('40924'));
    const result = this.#exchange.cancel(account, instrument.value, key);
    return result.ok ? { ok: true, order: result.order } : bad(wireError('43001'));
  }

  /** The dearest price of a buy, the cheapest of a sell; undefined where nothing is quoted. */
  #priceLimit({ instrument, side }: PlaceRequest): number | undefined {
    const { bid, ask } = this.#exchange.top(instrument);
    if (side === 'buy') return ask && Math.floor((ask.price * (WHOLE + PRICE_RATIO.bps)) / WHOLE);
    return bid && Math.ceil((bid.price * (WHOLE - PRICE_RATIO.bps)) / WHOLE);
  }

  #checkPrice(request: PlaceRequest): WireError | undefined {
    const { instrument, side, price } = request;
    if (price === undefined) return undefined;
    const asked = integerOf(price, instrument.priceDecimals);
    const limit = this.#priceLimit(request);
    if (asked === undefined || limit === undefined) return undefined;
    const within = side === 'buy' ? asked <= limit : asked >= limit;
    return within ? undefined : refusalError('price-out-of-range', this.#facts(request));
  }

  #checkValue({ instrument, type, quoteAmount: amount, size }: PlaceRequest): WireError | undefined {
    if (type !== 'market') return undefined;
    const price = this.#exchange.top(instrument).bid?.price ?? 0;
    const lots = integerOf(size ?? '0', instrument.sizeDecimals) ?? 0;
    const value = amount === undefined ? quoteAmount(instrument, price, lots) : amountOf(amount);
    return value > amountOf(MAX_MARKET_VALUE) ? wireError('45113') : undefined;
  }

  #checkCount(account: SimAccount, { instrument, type, tif }: PlaceRequest): WireError | undefined {
    if (type === 'market' || tif !== 'gtc') return undefined;
    const open = this.#exchange.openOrders(account, instrument).length;
    return open < MAX_OPEN_ORDERS ? undefined : wireError('43128', String(MAX_OPEN_ORDERS));
  }

  #facts(request: PlaceRequest) {
    const { instrument, side, price = '', size = '', quoteAmount: amount } = request;
    const { pricePrecision, quantityPrecision } = listingOf(instrument);
    return {
      side,
      price,
      size: amount ?? size,
      priceDecimals: pricePrecision,
      sizeDecimals: quantityPrecision,
      priceLimit: priceText(instrument, this.#priceLimit(request) ?? 0),
      quote: instrument.quote,
      minimum: MIN_TRADE_USDT,
    };
  }

  /** What the venue calls an order that its client gave no name. */
  #newClientId(): string {
    return uuidText(this.#random);
  }
}
