/** Order entry in Bybit's words, the same for REST and WebSocket.
 *  Source: https://bybit-exchange.github.io/docs/v5/order/create-order, …/cancel-order, …/cancel-all. An answer says only
 *  that a request was taken: how an order ended (post-only, IOC, FOK) is told by the stream and by queries. */
import { decimalsOf } from '../../../core/decimal.ts';
import { amountOf, isPlainDecimal } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type {
  ExchangePort,
  OrderKey,
  PlaceRequest,
  SelfTradeMode,
  SimAccount,
  SimInstrument,
  SimOrder,
  SimTimeInForce,
} from '../../port.ts';
import { paramsError, refusalError, type WireError, wireError } from './errors.ts';
import { orderIdOf, orderIdTextOf } from './ids.ts';
import { detailOf } from './instruments.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The `result` of an operation, or why there is none. */
export type EntryResult =
  | { readonly ok: true; readonly result: object }
  | { readonly ok: false; readonly error: WireError };

type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: WireError };
const good = <Value>(value: Value): Read<Value> => ({ ok: true, value });
const bad = <Value>(error: WireError): Read<Value> => ({ ok: false, error });

const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/;
const TIMES_IN_FORCE: Readonly<Record<string, { readonly tif: SimTimeInForce; readonly postOnly: boolean }>> = {
  GTC: { tif: 'gtc', postOnly: false },
  IOC: { tif: 'ioc', postOnly: false },
  FOK: { tif: 'fok', postOnly: false },
  PostOnly: { tif: 'gtc', postOnly: true },
};
/** https://bybit-exchange.github.io/docs/v5/smp: for any account, whether or not it is in a group. */
const SMP_TYPES: Readonly<Record<string, SelfTradeMode>> = {
  None: 'trade',
  CancelTaker: 'expire-taker',
  CancelMaker: 'expire-maker',
  CancelBoth: 'expire-both',
};
/** Conditional orders are not simulated, so refused rather than taken for plain ones. */
const CONDITIONAL = ['triggerPrice', 'takeProfit', 'stopLoss', 'tpLimitPrice', 'slLimitPrice', 'slippageTolerance'];
const TEXTS = [
  'symbol',
  'side',
  'orderType',
  'qty',
  'price',
  'timeInForce',
  'marketUnit',
  'orderLinkId',
  'orderFilter',
  'smpType',
];

/** A text argument; absent, null and empty are the same. */
const textOf = (args: Arguments, name: string): string => {
  const value = args[name];
  return typeof value === 'string' ? value : '';
};
const isGiven = (args: Arguments, name: string): boolean =>
  args[name] !== undefined && args[name] !== null && args[name] !== '';

export function readInstrument(exchange: ExchangePort, args: Arguments): Read<SimInstrument> {
  if (!isGiven(args, 'category')) return bad(paramsError('category is required'));
  if (args.category !== 'spot') return bad(wireError('10001', 'Illegal category'));
  if (!isGiven(args, 'symbol')) return bad(paramsError('symbol is required'));
  const instrument = exchange.instrumentBySymbol(textOf(args, 'symbol'));
  return instrument === undefined ? bad(wireError('170121')) : good(instrument);
}

/** Reads and checks what needs no book and no balance. */
export function readOrder(exchange: ExchangePort, args: Arguments): Read<PlaceRequest> {
  const instrument = readInstrument(exchange, args);
  if (!instrument.ok) return instrument;
  const shape = checkShape(args);
  if (shape !== undefined) return bad(shape);
  const side = args.side === 'Buy' ? 'buy' : args.side === 'Sell' ? 'sell' : undefined;
  if (side === undefined) return bad(wireError('170117'));
  if (args.orderType !== 'Limit' && args.orderType !== 'Market') return bad(wireError('170116'));
  const qty = textOf(args, 'qty');
  if (qty === '') return bad(wireError('170105', 'qty'));
  if (!isPlainDecimal(qty)) return bad(wireError('170130', 'qty'));
  if (amountOf(qty) === 0n) return bad(wireError('170136'));
  const clientId = textOf(args, 'orderLinkId');
  const smpType = textOf(args, 'smpType') || 'None';
  const selfTrade = lookup(SMP_TYPES, smpType);
  if (selfTrade === undefined) return bad(wireError('170130', 'smpType'));
  const named = clientId === '' ? {} : { clientId };
  const base = { instrument: instrument.value, side, selfTrade, note: { smpType }, ...named } as const;
  return args.orderType === 'Market' ? readMarket(args, base, qty) : readLimit(args, base, qty);
}

/** What is of no type or kind that is served. */
function checkShape(args: Arguments): WireError | undefined {
  const wrong = TEXTS.find((name) => isGiven(args, name) && typeof args[name] !== 'string');
  if (wrong !== undefined) return paramsError(`${wrong} invalid`);
  if (isGiven(args, 'orderLinkId') && !LINK_ID.test(textOf(args, 'orderLinkId'))) {
    return wireError('170130', 'orderLinkId');
  }
  if (args.isLeverage === 1 || args.isLeverage === '1') return wireError('170036');
  const filter = textOf(args, 'orderFilter') || 'Order';
  if (filter === 'StopOrder' || filter === 'tpslOrder') return wireError('170227');
  if (filter !== 'Order') return wireError('170201');
  return CONDITIONAL.some((name) => isGiven(args, name)) ? wireError('170227') : undefined;
}

type OrderBase = Pick<PlaceRequest, 'instrument' | 'side' | 'clientId' | 'selfTrade' | 'note'>;

function readLimit(args: Arguments, base: OrderBase, qty: string): Read<PlaceRequest> {
  const price = textOf(args, 'price');
  if (price === '') return bad(wireError('170105', 'price'));
  if (!isPlainDecimal(price)) return bad(wireError('170130', 'price'));
  const timeInForce = textOf(args, 'timeInForce') || 'GTC';
  if (timeInForce === 'RPI') return bad(wireError('170355'));
  const force = lookup(TIMES_IN_FORCE, timeInForce);
  if (force === undefined) return bad(wireError('170115'));
  return good({
    ...base,
    type: 'limit',
    ...force,
    price,
    size: qty,
    note: { ...base.note, timeInForce, marketUnit: '' },
  });
}

/** "Spot: Market Buy order by value by default"; a market order is always IOC, whatever it says. */
function readMarket(args: Arguments, base: OrderBase, qty: string): Read<PlaceRequest> {
  const given = textOf(args, 'marketUnit');
  const marketUnit = given || (base.side === 'buy' ? 'quoteCoin' : 'baseCoin');
  if (marketUnit !== 'quoteCoin' && marketUnit !== 'baseCoin') return bad(wireError('170130', 'marketUnit'));
  const byValue = marketUnit === 'quoteCoin';
  if (byValue && decimalsOf(qty) > decimalsOf(detailOf(base.instrument).quotePrecision))
    return bad(wireError('170148'));
  const note = { ...base.note, timeInForce: 'IOC', marketUnit: given };
  return good({ ...base, type: 'market', tif: 'ioc', note, ...(byValue ? { quoteAmount: qty } : { size: qty }) });
}

/** `orderId` counts when both are there. */
export function readKey(args: Arguments): OrderKey | undefined {
  const orderId = textOf(args, 'orderId');
  if (orderId !== '') return { id: orderIdOf(orderId) };
  const clientId = textOf(args, 'orderLinkId');
  return clientId === '' ? undefined : { clientId };
}

const idsOf = (order: SimOrder): object => ({ orderId: orderIdTextOf(order), orderLinkId: order.clientId });
const fail = (error: WireError): EntryResult => ({ ok: false, error });

export class OrderEntry {
  readonly #exchange: ExchangePort;
  readonly #lastPrice: (instrument: SimInstrument) => string;

  constructor(exchange: ExchangePort, lastPrice: (instrument: SimInstrument) => string) {
    this.#exchange = exchange;
    this.#lastPrice = lastPrice;
  }

  /** Places one order now. `completed` is called for an order that ended without an event of its own. */
  place(account: SimAccount, args: Arguments, completed: (order: SimOrder) => void): EntryResult {
    const request = readOrder(this.#exchange, args);
    if (!request.ok) return fail(request.error);
    const basePrice = this.#lastPrice(request.value.instrument);
    const placed = this.#exchange.place(account, { ...request.value, note: { ...request.value.note, basePrice } });
    if (!placed.ok) return fail(refusalError(placed.refusal));
    if (placed.order.quoteAmount > 0n && placed.order.status === 'filled') completed(placed.order);
    return { ok: true, result: idsOf(placed.order) };
  }

  /** Unknown and closed orders get the same answer. */
  cancel(account: SimAccount, args: Arguments): EntryResult {
    const instrument = readInstrument(this.#exchange, args);
    if (!instrument.ok) return fail(instrument.error);
    const key = readKey(args);
    if (key === undefined) return fail(paramsError('OrderId or orderLinkId is required'));
    const canceled = this.#exchange.cancel(account, instrument.value, key);
    return canceled.ok ? { ok: true, result: idsOf(canceled.order) } : fail(wireError('170213'));
  }

  cancelAll(account: SimAccount, args: Arguments): EntryResult {
    const everything = !isGiven(args, 'symbol');
    const instrument = everything ? undefined : readInstrument(this.#exchange, args);
    if (everything && args.category !== 'spot') return fail(wireError('10001', 'Illegal category'));
    if (instrument?.ok === false) return fail(instrument.error);
    const open = this.#exchange.openOrders(account, instrument?.value);
    const canceled = open.filter(({ id, instrument: of }) => this.#exchange.cancel(account, of, { id }).ok);
    return { ok: true, result: { list: canceled.map(idsOf), success: '1' } };
  }

  /** Orders are not amended here: refused in a documented way. */
  amend(account: SimAccount, args: Arguments): EntryResult {
    const instrument = readInstrument(this.#exchange, args);
    if (!instrument.ok) return fail(instrument.error);
    const key = readKey(args);
    if (key === undefined) return fail(paramsError('OrderId or orderLinkId is required'));
    const order = this.#exchange.findOrder(account, instrument.value, key);
    return fail(wireError(order === undefined ? '170213' : '170312'));
  }
}
