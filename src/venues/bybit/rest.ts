/** Bybit v5 over REST: what is the venue's own of a signed request and its reply.
 *  https://bybit-exchange.github.io/docs/v5/guide, …/v5/rate-limit */
import { isObject, type Json, objectsOf, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { HttpReply } from '../../core/socket.ts';
import type { Credentials } from '../../core/venue.ts';
import { banned, bareError, type RestDialect, type RestResult, refused } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { restHeaders } from './sign.ts';

export type BybitResult = RestResult<Json>;

export const ORDER_PATH = '/v5/order/create';
/** An order older than this is refused by the venue itself (`X-BAPI-RECV-WINDOW`), so that one given up on after this
 *  time cannot be accepted later. */
export const ORDER_WINDOW_MS = 2000;
/** The venue's own default. */
const WINDOW_MS = 5000;
/** "Terminate all HTTP sessions and wait for at least 10 minutes." */
const IP_BAN_MS = 600_000;
const RESET_HEADER = 'x-bapi-limit-reset-timestamp';

/** Reads a reply: `result`, or the venue's refusal. */
export function readReply(reply: HttpReply): BybitResult {
  const text = reply.body.toString('utf8');
  const body = parseObject(text);
  if (body === undefined || !isCode(body.retCode)) return { ok: false, error: unsaidError(reply, text) };
  if (body.retCode === 0 && reply.status === 200) {
    return isObject(body.result) ? { ok: true, value: body.result } : { ok: false, error: bareError(reply) };
  }
  if (body.retCode === 0) return { ok: false, error: bareError(reply) };
  const error = errorOf(body, Number(reply.headers[RESET_HEADER]) - Number(body.time));
  return refused(reply, error);
}

/** An answer on the trade socket: `data`, or the venue's refusal. */
export function answerOf(frame: Json): BybitResult {
  if (frame.retCode === 0) return { ok: true, value: isObject(frame.data) ? frame.data : {} };
  if (!isCode(frame.retCode)) {
    return { ok: false, error: { class: 'unknown-outcome', code: 'protocol', message: 'an answer without a code' } };
  }
  const header = isObject(frame.header) ? frame.header : {};
  return {
    ok: false,
    error: errorOf(frame, Number(header['X-Bapi-Limit-Reset-Timestamp']) - Number(header.Timenow)),
  };
}

/** The venue's refusal in an answer over REST or a socket. The wait that it names counts for rate limits alone: on all
 *  other answers the reset is just the time of the answer. */
function errorOf(answer: Json, resetInMs: number): VenueError {
  const code = String(answer.retCode);
  const error = venueError(code, textOf(answer, 'retMsg'));
  const isNamed = error.class === 'rate-limit' && Number.isFinite(resetInMs) && resetInMs > 0;
  return isNamed ? { ...error, retryAfterMs: resetInMs } : error;
}

export const isCode = (value: unknown): value is number => Number.isSafeInteger(value);

/** 403 is told in plain words, both to an address that asks too often and to one in the wrong country. */
function unsaidError(reply: HttpReply, text: string): VenueError {
  const error = bareError(reply);
  if (reply.status !== 403 || !/too frequent/i.test(text)) return error;
  return { ...banned(error), message: 'access too frequent', retryAfterMs: IP_BAN_MS };
}

/** The items of a page, and the way to the next one: '' at the end. The venue hands the cursor out in the encoding of a
 *  query, which ours gets as well. */
export function pageOf(result: Json): { readonly items: readonly Json[]; readonly cursor: string } {
  const items = objectsOf(result, 'list');
  const cursor = textOf(result, 'nextPageCursor');
  try {
    return { items, cursor: decodeURIComponent(cursor) };
  } catch {
    return { items, cursor };
  }
}

export function restDialect(credentials: Credentials): RestDialect<Json> {
  return {
    venue: 'bybit',
    sign: ({ method, path, query, body }, nowMs) => {
      const windowMs = path === ORDER_PATH ? ORDER_WINDOW_MS : WINDOW_MS;
      const signed = restHeaders(credentials, nowMs, windowMs, method === 'GET' ? query : body);
      // A GET with a body, even an empty JSON one, is forbidden.
      const headers = method === 'GET' ? signed : { ...signed, 'Content-Type': 'application/json' };
      return { query, body, headers };
    },
    read: readReply,
    timePath: '/v5/market/time',
    readTime: ({ timeNano }) => Number(typeof timeNano === 'string' ? timeNano : Number.NaN) / 1e6,
  };
}
