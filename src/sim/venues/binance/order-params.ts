/** Reads the parameters of a new order, with the checks that Binance makes before the matching engine sees it. */
import { amountOf } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type { PlaceRequest, SimInstrument, SimTimeInForce } from '../../port.ts';
import { SELF_TRADE_MODE, SELF_TRADE_MODES } from './bodies.ts';
import {
  badCombination,
  badSide,
  badTimeInForce,
  badType,
  filterFailure,
  illegal,
  missing,
  notRequired,
  orderRejected,
} from './errors.ts';
import { MAX_PRICE } from './instruments.ts';
import type { ResponseType } from './order-bodies.ts';
import type { Params } from './params.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const CLIENT_ID_RANGE = '^[\\.A-Z\\:/a-z0-9_-]{1,36}$';

/** Order types that exist, but not on these symbols. */
const UNSUPPORTED_TYPES: Readonly<Record<string, string>> = {
  STOP_LOSS: 'Stop loss orders are not supported for this symbol.',
  STOP_LOSS_LIMIT: 'Stop loss limit orders are not supported for this symbol.',
  TAKE_PROFIT: 'Take profit orders are not supported for this symbol.',
  TAKE_PROFIT_LIMIT: 'Take profit limit orders are not supported for this symbol.',
};

export interface NewOrder {
  readonly request: PlaceRequest;
  readonly responseType: ResponseType;
}

export function readClientId(params: Params, name: string): string | undefined {
  const id = params.text(name);
  if (id !== undefined && !CLIENT_ID.test(id)) throw illegal(name, CLIENT_ID_RANGE);
  return id;
}

/** @param nextClientId makes an id for an order that has none */
export function readNewOrder(params: Params, instrument: SimInstrument, nextClientId: () => string): NewOrder {
  const sideText = params.needed('side');
  if (sideText !== 'BUY' && sideText !== 'SELL') throw badSide();
  const side = sideText === 'BUY' ? 'buy' : 'sell';
  const type = params.needed('type');
  const unsupported = lookup(UNSUPPORTED_TYPES, type);
  if (unsupported !== undefined) throw orderRejected(unsupported);
  const clientId = readClientId(params, 'newClientOrderId') ?? nextClientId();
  const stp = params.text('selfTradePreventionMode');
  const selfTrade = lookup(SELF_TRADE_MODES, stp ?? SELF_TRADE_MODE);
  if (selfTrade === undefined) {
    throw orderRejected('This symbol does not allow the specified self-trade prevention mode.');
  }
  for (const name of ['stopPrice', 'icebergQty', 'trailingDelta']) {
    if (params.text(name) !== undefined) throw notRequired(name);
  }
  const given = params.oneOf('newOrderRespType', ['ACK', 'RESULT', 'FULL']);
  const common = { instrument, side, clientId, selfTrade, note: { stp: stp ?? SELF_TRADE_MODE } } as const;
  switch (type) {
    case 'LIMIT':
      return { request: { ...common, ...readLimit(params) }, responseType: given ?? 'FULL' };
    case 'LIMIT_MAKER':
      return { request: { ...common, ...readMaker(params) }, responseType: given ?? 'ACK' };
    case 'MARKET':
      return { request: { ...common, ...readMarket(params) }, responseType: given ?? 'FULL' };
    default:
      throw badType();
  }
}

type Terms = Omit<PlaceRequest, 'instrument' | 'side' | 'clientId' | 'selfTrade' | 'note'>;

function positive(params: Params, name: string, filter: string): string {
  const value = params.decimal(name);
  if (value === undefined) throw missing(name);
  if (/^[0.]*$/.test(value)) throw filterFailure(filter);
  return value;
}

function readPrice(params: Params): string {
  const price = positive(params, 'price', 'PRICE_FILTER');
  if (amountOf(price) > amountOf(MAX_PRICE)) throw filterFailure('PRICE_FILTER');
  return price;
}

function readLimit(params: Params): Terms {
  const tifText = params.needed('timeInForce');
  const tif = lookup<SimTimeInForce>({ GTC: 'gtc', IOC: 'ioc', FOK: 'fok' }, tifText);
  if (tif === undefined) throw badTimeInForce();
  if (params.text('quoteOrderQty') !== undefined) throw notRequired('quoteOrderQty');
  const size = positive(params, 'quantity', 'LOT_SIZE');
  return { type: 'limit', tif, size, price: readPrice(params) };
}

function readMaker(params: Params): Terms {
  if (params.text('timeInForce') !== undefined) throw notRequired('timeInForce');
  const size = positive(params, 'quantity', 'LOT_SIZE');
  return { type: 'limit', tif: 'gtc', postOnly: true, size, price: readPrice(params) };
}

function readMarket(params: Params): Terms {
  if (params.text('timeInForce') !== undefined) throw notRequired('timeInForce');
  if (params.text('price') !== undefined) throw notRequired('price');
  const hasSize = params.text('quantity') !== undefined;
  const hasQuote = params.text('quoteOrderQty') !== undefined;
  if (hasSize && hasQuote) throw badCombination();
  if (!hasSize && !hasQuote) throw missing('quantity');
  return hasSize
    ? { type: 'market', tif: 'ioc', size: positive(params, 'quantity', 'LOT_SIZE') }
    : { type: 'market', tif: 'ioc', quoteAmount: positive(params, 'quoteOrderQty', 'NOTIONAL') };
}
