/** The error codes of Binance, classed once. Source: https://developers.binance.com/docs/binance-spot-api-docs/errors */
import { isObject, parseObject, textOf } from '../../core/json.ts';
import type { ErrorClass, VenueError } from '../../core/order.ts';

/** Every documented code, and those that the venue sends without documenting them any more. */
export const ERROR_CLASS: Readonly<Record<number, ErrorClass>> = {
  [-1000]: 'unknown-outcome', // UNKNOWN: nothing says how far the request came
  [-1001]: 'unknown-outcome', // DISCONNECTED
  [-1002]: 'auth', // UNAUTHORIZED
  [-1003]: 'rate-limit', // TOO_MANY_REQUESTS
  [-1004]: 'maintenance', // SERVER_BUSY of older documentation: the request was not taken
  [-1006]: 'unknown-outcome', // UNEXPECTED_RESP
  [-1007]: 'unknown-outcome', // TIMEOUT
  [-1008]: 'maintenance', // SERVER_BUSY: overloaded
  [-1010]: 'other', // ERROR_MSG_RECEIVED: its message says why
  [-1013]: 'filter', // INVALID_MESSAGE: filter failures, never reached the matching engine
  [-1014]: 'other', // UNKNOWN_ORDER_COMPOSITION
  [-1015]: 'rate-limit', // TOO_MANY_ORDERS
  [-1016]: 'maintenance', // SERVICE_SHUTTING_DOWN
  [-1020]: 'other', // UNSUPPORTED_OPERATION
  [-1021]: 'clock', // INVALID_TIMESTAMP
  [-1022]: 'auth', // INVALID_SIGNATURE
  [-1033]: 'other', // COMP_ID_IN_USE (FIX)
  [-1034]: 'rate-limit', // TOO_MANY_CONNECTIONS
  [-1099]: 'auth', // not found, authenticated or authorized
  [-1100]: 'other',
  [-1101]: 'other',
  [-1102]: 'other',
  [-1103]: 'other',
  [-1104]: 'other',
  [-1105]: 'other',
  [-1106]: 'other',
  [-1108]: 'other',
  [-1111]: 'filter', // BAD_PRECISION
  [-1112]: 'other', // NO_DEPTH
  [-1114]: 'other',
  [-1115]: 'other',
  [-1116]: 'other',
  [-1117]: 'other',
  [-1118]: 'other',
  [-1119]: 'other',
  [-1120]: 'other',
  [-1121]: 'other', // BAD_SYMBOL
  [-1122]: 'other',
  [-1125]: 'auth', // INVALID_LISTEN_KEY
  [-1127]: 'other',
  [-1128]: 'other',
  [-1130]: 'other',
  [-1131]: 'other',
  [-1134]: 'other',
  [-1135]: 'other',
  [-1139]: 'other',
  [-1145]: 'other',
  [-1151]: 'other',
  [-1152]: 'other',
  [-1153]: 'other',
  [-1155]: 'other',
  [-1160]: 'other',
  [-1161]: 'other',
  [-1165]: 'other',
  [-1166]: 'other',
  [-1167]: 'other',
  [-1168]: 'other',
  [-1169]: 'other',
  [-1170]: 'other',
  [-1171]: 'other',
  [-1172]: 'other',
  [-1173]: 'other',
  [-1174]: 'other',
  [-1175]: 'other',
  [-1176]: 'other',
  [-1177]: 'other',
  [-1178]: 'other',
  [-1179]: 'other',
  [-1180]: 'other',
  [-1181]: 'rate-limit', // TOO_MANY_MESSAGES
  [-1182]: 'other',
  [-1183]: 'other',
  [-1184]: 'other',
  [-1185]: 'other',
  [-1186]: 'other',
  [-1187]: 'other',
  [-1188]: 'other',
  [-1189]: 'other',
  [-1190]: 'other',
  [-1191]: 'rate-limit', // TOO_MANY_SUBSCRIPTIONS
  [-1194]: 'other',
  [-1196]: 'other',
  [-1197]: 'other',
  [-1198]: 'other',
  [-1199]: 'other',
  [-1210]: 'other',
  [-1211]: 'other',
  [-1220]: 'maintenance', // SYMBOL_DOES_NOT_MATCH_STATUS: the symbol is not trading
  [-1221]: 'other',
  [-1222]: 'other',
  [-1224]: 'other',
  [-2008]: 'auth', // BAD_API_ID
  [-2010]: 'other', // NEW_ORDER_REJECTED: its message says why
  [-2011]: 'other', // CANCEL_REJECTED: its message says why
  [-2013]: 'unknown-order', // NO_SUCH_ORDER
  [-2014]: 'auth', // BAD_API_KEY_FMT
  [-2015]: 'auth', // REJECTED_MBX_KEY
  [-2016]: 'maintenance', // NO_TRADING_WINDOW
  [-2021]: 'other', // cancel-replace partially failed
  [-2022]: 'other', // cancel-replace failed
  [-2026]: 'unknown-order', // ORDER_ARCHIVED: over 90 days old, with nothing filled
  [-2035]: 'other', // SUBSCRIPTION_ACTIVE
  [-2036]: 'other', // SUBSCRIPTION_INACTIVE
  [-2038]: 'other',
  [-2039]: 'other',
  [-2042]: 'other',
};

/** -1010, -2010 and -2011 say in words what they mean. */
const MESSAGE_CLASSES: readonly (readonly [part: string, class_: ErrorClass])[] = [
  ['insufficient balance', 'insufficient-funds'],
  ['duplicate order sent', 'duplicate-client-id'],
  ['unknown order sent', 'unknown-order'],
  ['market is closed', 'maintenance'],
  ['trading is not enabled', 'auth'],
  ['may not place or cancel orders', 'auth'],
  ['disabled on this account', 'auth'],
  ['not permitted for this account', 'auth'],
  ['restricted for this account', 'auth'],
  ['price * qty is zero or less', 'filter'],
  ['filter failure', 'filter'],
  ['order book liquidity is less than', 'filter'],
  ['too many new orders', 'rate-limit'],
];

/** HTTP 418 is an IP ban, 429 a broken limit, 403 the firewall's limit. */
const STATUS_CLASS: Readonly<Record<number, ErrorClass>> = {
  401: 'auth',
  403: 'rate-limit',
  418: 'rate-limit',
  429: 'rate-limit',
};

const STATUS_WORDS: Readonly<Record<number, string>> = {
  403: 'the firewall refused the request (a limit, or the location)',
  404: 'no such endpoint',
  410: 'the venue has removed this endpoint (REST listen keys went on 2026-02-20; user data comes through the WebSocket API)',
  418: 'this address is banned for ignoring the request limits',
  429: 'the request limit is used up',
  451: 'the venue does not serve this location',
};

/** The class of a code, its words and the HTTP status (WebSocket answers carry one too). */
export function classify(code: number, message: string, status: number): ErrorClass {
  // A 5xx never says whether the order reached the engine, whatever else it says.
  if (status >= 500) return 'unknown-outcome';
  const byStatus = STATUS_CLASS[status];
  if (byStatus === 'rate-limit') return byStatus;
  if (code === -1010 || code === -2010 || code === -2011) {
    const words = message.toLowerCase();
    for (const [part, class_] of MESSAGE_CLASSES) if (words.includes(part)) return class_;
  }
  return ERROR_CLASS[code] ?? byStatus ?? 'other';
}

/** The status of an address that went on after status 429. */
const BANNED = 418;

/** Builds a venue error from what the venue said. `retryAfterMs` is a wait, not a time. */
export function venueError(code: number, message: string, status: number, retryAfterMs?: number): VenueError {
  const class_ = classify(code, message, status);
  const waits = retryAfterMs !== undefined && (class_ === 'rate-limit' || class_ === 'maintenance' || status >= 500);
  return {
    class: class_,
    code: code === 0 ? `HTTP ${status}` : String(code),
    message,
    ...(waits ? { retryAfterMs: Math.max(0, retryAfterMs) } : {}),
    ...(status === BANNED ? { isBan: true as const } : {}),
  };
}

/** Reads a REST refusal: body `{code, msg}` (or a page of HTML), status and `Retry-After` in seconds. */
export function readRestError(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  text: string,
  nowMs: number,
): VenueError {
  const body = parseObject(text);
  const code = body !== undefined && Number.isInteger(body.code) ? (body.code as number) : 0;
  const said = body === undefined ? '' : textOf(body, 'msg');
  const words = STATUS_WORDS[status];
  const message = [words, said].filter((part) => part !== undefined && part !== '').join(': ') || `HTTP ${status}`;
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return venueError(code, message, status, Number.isFinite(seconds) ? seconds * 1000 : banWait(said, nowMs));
}

/** Reads the `error` of a WebSocket API answer: `{code, msg, data?: {serverTime, retryAfter}}`, both times in ms. */
export function readSocketError(status: number, error: unknown, nowMs: number): VenueError {
  const code = isObject(error) && Number.isInteger(error.code) ? (error.code as number) : 0;
  const said = isObject(error) && typeof error.msg === 'string' ? error.msg : '';
  const message = said === '' ? (STATUS_WORDS[status] ?? `status ${status} without an error`) : said;
  const data = isObject(error) && isObject(error.data) ? error.data : {};
  const retryAfter = data.retryAfter;
  const serverTime = typeof data.serverTime === 'number' ? data.serverTime : nowMs;
  return venueError(
    code,
    message,
    status,
    typeof retryAfter === 'number' ? retryAfter - serverTime : banWait(said, nowMs),
  );
}

/** "IP banned until 1660801715830." */
function banWait(message: string, nowMs: number): number | undefined {
  const until = /banned until (\d{13})/.exec(message)?.[1];
  return until === undefined ? undefined : Number(until) - nowMs;
}
