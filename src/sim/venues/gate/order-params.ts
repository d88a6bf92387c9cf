/** An order in Gate's words, read and checked as far as needs no book and no balance.
 *  Source: https://www.gate.com/docs/developers/apiv4/en/#create-an-order. */
import type { Side } from '../../../core/units.ts';
import { amountOf, isPlainDecimal } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type { ExchangePort, OrderKey, PlaceRequest, SimInstrument, SimTimeInForce } from '../../port.ts';
import { type WireError, wireError } from './errors.ts';
import type { ActionMode } from './order-rows.ts';

export type Arguments = Readonly<Record<string, unknown>>;
export type Origin = 'rest' | 'socket';

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: WireError };
export const good = <Value>(value: Value): Read<Value> => ({ ok: true, value });
export const bad = <Value>(error: WireError): Read<Value> => ({ ok: false, error });

/** A `text` that a client may give: at most 28 bytes behind the prefix. */
const TEXT = /^t-[0-9A-Za-z_.-]{1,28}$/;
export const isClientText = (text: string): boolean => text.startsWith('t-');

/** The text of an order that was given none. */
const ORIGIN_TEXT: Readonly<Record<Origin, string>> = { rest: 'apiv4', socket: 'apiv4-ws' };

const TIFS: Readonly<Record<string, { readonly tif: SimTimeInForce; readonly postOnly: boolean }>> = {
  gtc: { tif: 'gtc', postOnly: false },
  ioc: { tif: 'ioc', postOnly: false },
  poc: { tif: 'gtc', postOnly: true },
  fok: { tif: 'fok', postOnly: false },
};
const MODES: Readonly<Record<string, ActionMode>> = { ACK: 'ACK', RESULT: 'RESULT', FULL: 'FULL' };
/** A value as text; objects and lists, whose own `toString` a client may have given, are none. Numbers are taken where
 *  texts are documented, as the official examples send them. */
export const plainText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
const textOf = (args: Arguments, name: string): string => plainText(args[name]);
export const isGiven = (args: Arguments, name: string): boolean =>
  args[name] !== undefined && args[name] !== null && args[name] !== '';
export const wrong = (args: Arguments, name: string): WireError =>
  wireError('INVALID_PARAM_VALUE', name, textOf(args, name));

/** The pair that arguments name. */
export function readPair(exchange: ExchangePort, args: Arguments): Read<SimInstrument> {
  if (!isGiven(args, 'currency_pair')) return bad(wireError('MISSING_REQUIRED_PARAM', 'currency_pair'));
  const instrument = exchange.instrumentBySymbol(textOf(args, 'currency_pair'));
  return instrument === undefined ? bad(wireError('INVALID_CURRENCY_PAIR')) : good(instrument);
}

/** A spot account has no other account to trade from. */
export const checkAccount = (args: Arguments): WireError | undefined =>
  isGiven(args, 'account') && textOf(args, 'account') !== 'spot' ? wrong(args, 'account') : undefined;

export function readMode(args: Arguments): Read<ActionMode> {
  if (!isGiven(args, 'action_mode')) return good('FULL');
  const mode = lookup(MODES, textOf(args, 'action_mode'));
  return mode === undefined ? bad(wrong(args, 'action_mode')) : good(mode);
}

/** By Gate's id, or by the text of the client. */
export function readKey(word: string): OrderKey {
  if (isClientText(word)) return { clientId: word };
  return { id: /^\d{1,15}$/.test(word) ? Number(word) : -1 };
}

/** What is documented and not simulated is refused, not ignored. Names that are not documented are ignored, as the
 *  venue does (ccxt sends one, and is served). */
function checkExtras(args: Arguments): WireError | undefined {
  if (isGiven(args, 'iceberg') && Number(textOf(args, 'iceberg') || 'none') !== 0) return wrong(args, 'iceberg');
  const flags = ['auto_borrow', 'auto_repay'].find((name) => isGiven(args, name) && args[name] !== false);
  if (flags !== undefined) return wrong(args, flags);
  // "When the user does not join the STP group, an error will be returned when passing the stp_act parameter."
  if (isGiven(args, 'stp_act') && args.stp_act !== '-') return wrong(args, 'stp_act');
  const more = ['fee_discount', 'stop_loss', 'take_profit'].find((name) => isGiven(args, name));
  return more === undefined ? undefined : wrong(args, more);
}

const isPositive = (text: string): boolean => isPlainDecimal(text) && amountOf(text) > 0n;

export function readOrder(exchange: ExchangePort, args: Arguments, origin: Origin): Read<PlaceRequest> {
  const pair = readPair(exchange, args);
  if (!pair.ok) return pair;
  const missing = ['side', 'amount'].find((name) => !isGiven(args, name));
  if (missing !== undefined) return bad(wireError('MISSING_REQUIRED_PARAM', missing));
  const refused = checkAccount(args) ?? checkExtras(args);
  if (refused !== undefined) return bad(refused);
  const side = textOf(args, 'side') as Side;
  if (side !== 'buy' && side !== 'sell') return bad(wrong(args, 'side'));
  const type = isGiven(args, 'type') ? textOf(args, 'type') : 'limit';
  if (type !== 'limit' && type !== 'market') return bad(wrong(args, 'type'));
  const word = isGiven(args, 'time_in_force') ? textOf(args, 'time_in_force') : 'gtc';
  const policy = lookup(TIFS, word);
  // "Only `ioc` and `fok` are supported when `type`=`market`", and `gtc` is what an order has that says nothing.
  if (policy === undefined || (type === 'market' && word !== 'ioc' && word !== 'fok')) {
    return bad(wireError('INVALID_PARAM_VALUE', 'time_in_force', word));
  }
  const text = isGiven(args, 'text') ? textOf(args, 'text') : '';
  if (isGiven(args, 'text') && !TEXT.test(text)) return bad(wrong(args, 'text'));
  const amount = textOf(args, 'amount');
  if (!isPositive(amount)) return bad(wrong(args, 'amount'));
  const base = {
    instrument: pair.value,
    side,
    type,
    ...policy,
    ...(text === '' ? {} : { clientId: text }),
    note: { tif: word, origin: ORIGIN_TEXT[origin] },
  } as const;
  if (type === 'market') return good(side === 'buy' ? { ...base, quoteAmount: amount } : { ...base, size: amount });
  if (!isGiven(args, 'price')) return bad(wireError('MISSING_REQUIRED_PARAM', 'price'));
  const price = textOf(args, 'price');
  return isPositive(price) ? good({ ...base, price, size: amount }) : bad(wrong(args, 'price'));
}
