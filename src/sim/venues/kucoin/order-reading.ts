/** Order arguments in KuCoin's words, the same for REST and the trading socket, read into the core's.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order. Unknown names are passed over, as the
 *  venue does; what it knows but is not simulated is refused rather than ignored. */
import type { Side } from '../../../core/units.ts';
import { amountOf, isPlainDecimal } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type { ExchangePort, PlaceRequest, SelfTradeMode, SimInstrument, SimTimeInForce } from '../../port.ts';
import { ERRORS, invalid, type WireError } from './errors.ts';
import { MAX_FUNDS, QUOTE_INCREMENT } from './listing.ts';

export type Arguments = Readonly<Record<string, unknown>>;
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: WireError };

const good = <Value>(value: Value): Read<Value> => ({ ok: true, value });
const bad = <Value>(error: WireError): Read<Value> => ({ ok: false, error });
const wrong = <Value>(what: string): Read<Value> => bad(invalid('createOrder', what));

const CLIENT_ID = /^[A-Za-z0-9_-]{1,40}$/;
const REMARK = /^[\x20-\x7e]{0,20}$/;
/** Cancel the newest, the oldest, both; decrease and cancel. */
const STP_MODES: Readonly<Record<string, SelfTradeMode>> = {
  '': 'trade',
  CN: 'expire-taker',
  CO: 'expire-maker',
  CB: 'expire-both',
  DC: 'decrement',
};
const TIMES_IN_FORCE: Readonly<Record<string, SimTimeInForce>> = {
  GTC: 'gtc',
  GTT: 'gtc',
  IOC: 'ioc',
  FOK: 'fok',
};

/** A text or number argument; absent, null and empty are the same. */
export function textOf(args: Arguments, name: string): string {
  const value = args[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The instrument that `symbol` names. */
export function readSymbol(exchange: ExchangePort, symbol: string, operation: string): Read<SimInstrument> {
  if (symbol === '') return bad(invalid(operation, 'symbolIsRequired'));
  const instrument = exchange.instrumentBySymbol(symbol);
  return instrument === undefined ? bad(ERRORS.unknownSymbol) : good(instrument);
}

/** An order that arrives after `clientTimestamp + allowMaxTimeWindow` fails. How it is answered is not documented. */
function checkWindow(args: Arguments, receivedAt: number): WireError | undefined {
  const [window, sentAt] = [textOf(args, 'allowMaxTimeWindow'), textOf(args, 'clientTimestamp')];
  if (window === '') return undefined;
  if (!/^\d{1,16}$/.test(window)) return invalid('createOrder', 'allowMaxTimeWindowIsInvalid');
  if (!/^\d{1,16}$/.test(sentAt)) return invalid('createOrder', 'clientTimestampIsRequired');
  return Number(sentAt) + Number(window) < receivedAt ? invalid('createOrder', 'timeWindowExceeded') : undefined;
}

/** Reads and checks what needs no book and no balance. @param needsClientId of the older endpoint */
export function readOrder(
  exchange: ExchangePort,
  args: Arguments,
  receivedAt: number,
  needsClientId: boolean,
): Read<PlaceRequest> {
  const late = checkWindow(args, receivedAt);
  if (late !== undefined) return bad(late);
  const clientId = textOf(args, 'clientOid');
  if (clientId === '' && needsClientId) return wrong('clientOidIsRequired');
  if (clientId !== '' && !CLIENT_ID.test(clientId)) return wrong('clientOidIsInvalid');
  const instrument = readSymbol(exchange, textOf(args, 'symbol'), 'createOrder');
  if (!instrument.ok) return instrument;
  const side = textOf(args, 'side');
  if (side === '') return wrong('sideIsRequired');
  if (side !== 'buy' && side !== 'sell') return wrong('sideIsInvalid');
  const [remark, tags] = [textOf(args, 'remark'), textOf(args, 'tags')];
  if (!REMARK.test(remark)) return wrong('remarkIsInvalid');
  if (!REMARK.test(tags)) return wrong('tagsIsInvalid');
  if (args.hidden === true || args.iceberg === true) return wrong('hiddenIsNotSupported');
  const stp = textOf(args, 'stp');
  const selfTrade = lookup(STP_MODES, stp);
  if (selfTrade === undefined) return wrong('stpIsInvalid');
  const base = { instrument: instrument.value, side, selfTrade, ...(clientId === '' ? {} : { clientId }) } as const;
  const note = { stp, remark, tags };
  switch (textOf(args, 'type') || 'limit') {
    case 'limit':
      return readLimit(args, base, note, receivedAt);
    case 'market':
      return readMarket(args, base, note);
    default:
      return wrong('typeIsInvalid');
  }
}

interface Base {
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly clientId?: string;
  readonly selfTrade: SelfTradeMode;
}
type Note = Readonly<Record<string, string>>;

function readLimit(args: Arguments, base: Base, note: Note, receivedAt: number): Read<PlaceRequest> {
  const [price, size] = [textOf(args, 'price'), textOf(args, 'size')];
  if (price === '') return wrong('priceIsRequired');
  if (size === '') return wrong('sizeIsRequired');
  if (!isPositive(price)) return wrong('priceIsInvalid');
  if (!isPositive(size)) return wrong('sizeIsInvalid');
  // Before the grid: the core counts no further.
  if (amountOf(size) > amountOf(base.instrument.spec.maxSize)) return bad(ERRORS.tooLarge);
  const timeInForce = textOf(args, 'timeInForce') || 'GTC';
  const tif = lookup(TIMES_IN_FORCE, timeInForce);
  if (tif === undefined) return wrong('timeInForceIsInvalid');
  // "Cancel after n seconds, the order timing strategy is GTT."
  const cancelAfter = textOf(args, 'cancelAfter');
  const isTimed = timeInForce === 'GTT' && cancelAfter !== '-1';
  if (isTimed && !/^[1-9]\d{0,7}$/.test(cancelAfter)) return wrong('cancelAfterIsInvalid');
  const timed = isTimed ? { expiresAt: receivedAt + Number(cancelAfter) * 1000 } : {};
  // "This is disabled when the order timing strategy is IOC or FOK."
  const postOnly = args.postOnly === true && tif === 'gtc';
  const words = { ...note, timeInForce, cancelAfter: isTimed ? cancelAfter : '0' };
  return good({ ...base, ...timed, type: 'limit', tif, postOnly, price, size, note: words });
}

function readMarket(args: Arguments, base: Base, note: Note): Read<PlaceRequest> {
  const [size, funds] = [textOf(args, 'size'), textOf(args, 'funds')];
  if ((size === '') === (funds === '')) return wrong('sizeOrFundsIsRequired');
  if (!isPositive(size || funds)) return wrong(funds === '' ? 'sizeIsInvalid' : 'fundsIsInvalid');
  const order = { ...base, type: 'market', tif: 'ioc', note: { ...note, timeInForce: 'GTC' } } as const;
  if (funds === '') return good({ ...order, size });
  if (amountOf(funds) % amountOf(QUOTE_INCREMENT) !== 0n) return bad(ERRORS.fundsIncrement);
  if (amountOf(funds) > amountOf(MAX_FUNDS)) return bad(ERRORS.tooLarge);
  return good({ ...order, quoteAmount: funds });
}

const isPositive = (text: string): boolean => isPlainDecimal(text) && amountOf(text) > 0n;
