/** New orders in Kraken's words, by REST (`AddOrder`, all texts) and on the socket (`add_order`, typed JSON).
 *  Sources: https://docs.kraken.com/api/docs/rest-api/add-order and https://docs.kraken.com/api/docs/websocket-v2/add_order.
 *  What is documented but not simulated (triggers, margin, schedules, fees in base) is refused, not ignored. */
import type { Side } from '../../../core/units.ts';
import { amountOf, isPlainDecimal } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type { ExchangePort, PlaceRequest, SelfTradeMode, SimInstrument, SimTimeInForce } from '../../port.ts';
import { ERRORS, invalidArgument, unsupportedField, unsupportedPair, wrongType } from './errors.ts';
import { byRestName, bySocketName } from './names.ts';
import { msOf } from './times.ts';
import { plainText } from './wire-numbers.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface OrderTerms {
  readonly request: PlaceRequest;
  /** Wall ms after which the engine rejects it; absent: never. */
  readonly deadlineMs?: number;
  /** Checked only. */
  readonly validate: boolean;
}

export type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: string };
const bad = (error: string): { readonly ok: false; readonly error: string } => ({ ok: false, error });
const badArgument = (name: string) => bad(invalidArgument(name));

/** A UUID with dashes or without, or free ASCII text of up to 18 characters. */
const CLIENT_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[\x21-\x7e]{1,18})$/i;
const DEADLINE_MAX_MS = 60_000;
const TIFS: Readonly<Record<string, SimTimeInForce>> = { gtc: 'gtc', gtd: 'gtc', ioc: 'ioc', fok: 'fok' };
/** Least distance of an end by REST. */
const EXPIRE_MIN_SECONDS = 5;
/** Of REST with dashes. */
const STP: Readonly<Record<string, SelfTradeMode>> = {
  cancel_newest: 'expire-taker',
  cancel_oldest: 'expire-maker',
  cancel_both: 'expire-both',
};

/** Both languages, in one. */
interface Terms {
  readonly instrument: SimInstrument;
  readonly side: unknown;
  readonly orderType: unknown;
  /** Base size. */
  readonly size: string;
  /** Quote amount of a market buy. */
  readonly cash: string;
  readonly price: string;
  readonly tif: string;
  /** Unix ms of a `gtd` order's end; undefined: none was given. NaN: none that can be read. */
  readonly expireMs: number | undefined;
  readonly postOnly: boolean;
  readonly clientId: string;
  readonly userref: string;
  readonly deadline: string;
  readonly validate: boolean;
  readonly stp: string;
}

const isAmount = (text: string): boolean => isPlainDecimal(text) && amountOf(text) > 0n;

function readTerms(terms: Terms, nowMs: number): Read<OrderTerms> {
  const { instrument, side, orderType, size, cash, price, clientId, userref } = terms;
  if (side !== 'buy' && side !== 'sell') return badArgument('type');
  if (orderType !== 'limit' && orderType !== 'market') return badArgument('ordertype');
  const tif = lookup(TIFS, terms.tif.toLowerCase());
  if (tif === undefined) return badArgument('timeinforce');
  const { expireMs } = terms;
  const isTimed = terms.tif.toLowerCase() === 'gtd';
  if (isTimed !== (expireMs !== undefined) || (expireMs !== undefined && !(expireMs > nowMs))) {
    return badArgument('expiretm');
  }
  if (clientId !== '' && userref !== '') return badArgument('userref');
  if (clientId !== '' && !CLIENT_ID.test(clientId)) return badArgument('cl_ord_id');
  if (userref !== '' && !/^-?\d{1,10}$/.test(userref)) return badArgument('userref');
  const selfTrade = lookup(STP, terms.stp.replace('-', '_'));
  if (selfTrade === undefined) return badArgument('stptype');
  const deadlineMs = terms.deadline === '' ? undefined : msOf(terms.deadline);
  if (terms.deadline !== '' && deadlineMs === undefined) return badArgument('deadline');
  if (deadlineMs !== undefined && deadlineMs > nowMs + DEADLINE_MAX_MS) return badArgument('deadline');
  const base = {
    instrument,
    side: side as Side,
    selfTrade,
    ...(clientId === '' ? {} : { clientId }),
    ...(expireMs === undefined ? {} : { expiresAt: expireMs }),
    note: {
      ...(userref === '' ? {} : { userref }),
      ...(expireMs === undefined ? {} : { expireMs: String(expireMs) }),
    },
  };
  const good = (request: PlaceRequest): Read<OrderTerms> => ({
    ok: true,
    value: { request, validate: terms.validate, ...(deadlineMs === undefined ? {} : { deadlineMs }) },
  });
  if (orderType === 'market') {
    if (terms.postOnly) return badArgument('oflags');
    if (cash !== '' && side !== 'buy') return badArgument('viqc');
    if ((cash === '') === (size === '')) return badArgument('volume');
    if (!isAmount(cash === '' ? size : cash)) return badArgument('volume');
    return good({ ...base, type: 'market', tif: 'ioc', ...(cash === '' ? { size } : { quoteAmount: cash }) });
  }
  if (cash !== '') return badArgument('viqc');
  if (!isAmount(size)) return badArgument('volume');
  if (!isAmount(price)) return badArgument('price');
  if (terms.postOnly && tif !== 'gtc') return badArgument('oflags');
  return good({ ...base, type: 'limit', tif, postOnly: terms.postOnly, price, size });
}

// — REST —

const NOT_SIMULATED_BY_REST = ['price2', 'displayvol', 'close', 'starttm', 'asset_class'];

/** "0 = no expiration, +<n> = <n> seconds from now, minimum 5, <n> = unix timestamp". */
function restExpiry(text: string, nowMs: number): number | undefined {
  if (text === '' || text === '0') return undefined;
  const [, relative, seconds] = /^(\+?)(\d{1,12})$/.exec(text) ?? [];
  if (seconds === undefined || (relative === '+' && Number(seconds) < EXPIRE_MIN_SECONDS)) return Number.NaN;
  return Number(seconds) * 1000 + (relative === '+' ? nowMs : 0);
}

const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1';

/** A parameter as text; absent and empty are the same. */
export const textOf = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value === 'number') return plainText(value) ?? String(value);
  return typeof value === 'string' ? value : '';
};

export function readRestOrder(exchange: ExchangePort, fields: Fields): Read<OrderTerms> {
  for (const name of ['ordertype', 'type', 'volume', 'pair']) {
    if (textOf(fields, name) === '') return badArgument(name);
  }
  const instrument = byRestName(exchange, textOf(fields, 'pair'));
  if (instrument === undefined) return bad(ERRORS.unknownPair);
  const unable = NOT_SIMULATED_BY_REST.find((name) => !['', '0'].includes(textOf(fields, name)));
  if (unable !== undefined) return badArgument(unable);
  if (Object.keys(fields).some((name) => name.startsWith('close['))) return badArgument('close');
  if (!['', 'none'].includes(textOf(fields, 'leverage'))) return badArgument('leverage');
  if (isTrue(fields.reduce_only)) return badArgument('reduce_only');
  const flags = textOf(fields, 'oflags')
    .split(',')
    .filter((flag) => flag !== '');
  if (flags.some((flag) => !['post', 'fciq', 'nompp', 'viqc'].includes(flag))) return badArgument('oflags');
  const volume = textOf(fields, 'volume');
  const inQuote = flags.includes('viqc');
  return readTerms(
    {
      instrument,
      side: fields.type,
      orderType: fields.ordertype,
      size: inQuote ? '' : volume,
      cash: inQuote ? volume : '',
      price: textOf(fields, 'price'),
      tif: textOf(fields, 'timeinforce') || 'gtc',
      expireMs: restExpiry(textOf(fields, 'expiretm'), exchange.clock.wallMs()),
      postOnly: flags.includes('post'),
      clientId: textOf(fields, 'cl_ord_id'),
      userref: textOf(fields, 'userref'),
      deadline: textOf(fields, 'deadline'),
      validate: isTrue(fields.validate),
      stp: textOf(fields, 'stptype') || 'cancel_newest',
    },
    exchange.clock.wallMs(),
  );
}

// — the socket —

type FieldType = 'string' | 'number_float' | 'boolean' | 'integer' | 'object' | 'array';

const ADD_ORDER_FIELDS: Readonly<Record<string, FieldType>> = {
  order_type: 'string',
  side: 'string',
  symbol: 'string',
  token: 'string',
  order_qty: 'number_float',
  limit_price: 'number_float',
  limit_price_type: 'string',
  triggers: 'object',
  time_in_force: 'string',
  margin: 'boolean',
  post_only: 'boolean',
  reduce_only: 'boolean',
  effective_time: 'string',
  expire_time: 'string',
  deadline: 'string',
  cl_ord_id: 'string',
  order_userref: 'integer',
  conditional: 'object',
  display_qty: 'number_float',
  fee_preference: 'string',
  no_mpp: 'boolean',
  stp_type: 'string',
  cash_order_qty: 'number_float',
  validate: 'boolean',
  sender_sub_id: 'string',
};
const NOT_SIMULATED_ON_SOCKETS = ['triggers', 'effective_time', 'conditional', 'display_qty'];

function typeOf(value: unknown): FieldType | undefined {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number_float';
  if (typeof value === 'object' && value !== null) return 'object';
  return typeof value === 'string' || typeof value === 'boolean' ? (typeof value as 'string' | 'boolean') : undefined;
}

/** What is wrong with the names and types of a request's fields. */
export function wrongField(
  fields: Fields,
  allowed: Readonly<Record<string, FieldType>>,
  method: string,
): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const type = lookup(allowed, name);
    if (type === undefined) return unsupportedField(name, method);
    const given = typeOf(value);
    if (given !== type && !(type === 'number_float' && given === 'integer')) return wrongType(name, type);
  }
  return undefined;
}

export function readSocketOrder(exchange: ExchangePort, fields: Fields): Read<OrderTerms> {
  const wrong = wrongField(fields, ADD_ORDER_FIELDS, 'add_order');
  if (wrong !== undefined) return bad(wrong);
  for (const name of ['order_type', 'side', 'symbol']) if (fields[name] === undefined) return badArgument(name);
  const instrument = bySocketName(exchange, textOf(fields, 'symbol'));
  if (instrument === undefined) return bad(unsupportedPair(textOf(fields, 'symbol')));
  const unable = NOT_SIMULATED_ON_SOCKETS.find((name) => fields[name] !== undefined);
  if (unable !== undefined) return badArgument(unable);
  if (fields.margin === true) return badArgument('margin');
  if (fields.reduce_only === true) return badArgument('reduce_only');
  if (!['', 'static'].includes(textOf(fields, 'limit_price_type'))) return badArgument('limit_price_type');
  if (!['', 'quote'].includes(textOf(fields, 'fee_preference'))) return badArgument('fee_preference');
  // Recorded: "no_mpp order option is only available when ordertype = market".
  if (fields.no_mpp === true && fields.order_type !== 'market') {
    return badArgument('no_mpp order option is only available when ordertype = market');
  }
  return readTerms(
    {
      instrument,
      side: fields.side,
      orderType: fields.order_type,
      size: textOf(fields, 'order_qty'),
      cash: textOf(fields, 'cash_order_qty'),
      price: textOf(fields, 'limit_price'),
      tif: textOf(fields, 'time_in_force') || 'gtc',
      expireMs: fields.expire_time === undefined ? undefined : (msOf(textOf(fields, 'expire_time')) ?? Number.NaN),
      postOnly: fields.post_only === true,
      clientId: textOf(fields, 'cl_ord_id'),
      userref: fields.order_userref === undefined ? '' : String(fields.order_userref),
      deadline: textOf(fields, 'deadline'),
      validate: fields.validate === true,
      stp: textOf(fields, 'stp_type') || 'cancel_newest',
    },
    exchange.clock.wallMs(),
  );
}
