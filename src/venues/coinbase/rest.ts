/** Coinbase Advanced Trade over REST: what is the venue's own of a signed request and its reply.
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/introduction */
import { isObject, type Json, objectsOf, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { HttpReply } from '../../core/socket.ts';
import { bareError, type RestDialect, type RestResult, refused, retryAfterOf } from '../../net/signed-rest.ts';
import { classOf, venueError } from './errors.ts';

export type CoinbaseResult = RestResult<Json>;

export const API = '/api/v3/brokerage';

/** Reads a reply. A refused order comes with status 200 and `success: false`. */
export function readReply(reply: HttpReply): CoinbaseResult {
  const body = parseObject(reply.body.toString('utf8'));
  if (body === undefined) return { ok: false, error: bodyless(reply) };
  const refusal = refusalOf(body, reply.status);
  if (refusal === undefined) return { ok: true, value: body };
  const error = venueError(refusal.code, refusal.message, retryAfterOf(reply));
  return refused(reply, reply.status === 429 ? { ...error, class: 'rate-limit' } : error);
}

/** A token that is refused is answered with the plain text `Unauthorized`. */
function bodyless(reply: HttpReply): VenueError {
  const error = bareError(reply);
  return reply.status === 401 || reply.status === 403
    ? {
        ...error,
        class: classOf(error.code),
        message: reply.body.toString('utf8', 0, 200).trim() || error.message,
        // In plain text it is the edge that turns an address away.
        ...(reply.status === 403 ? { isBan: true as const } : {}),
      }
    : error;
}

function refusalOf(body: Json, status: number): { code: string; message: string } | undefined {
  if (isObject(body.error_response) && body.success !== true) return reasonOf(body.error_response);
  if (body.success === false) return reasonOf(body);
  if (status === 200) return undefined;
  const [first] = objectsOf(body, 'errors');
  if (first !== undefined) return { code: textOf(first, 'id') || `http-${status}`, message: textOf(first, 'message') };
  const code = textOf(body, 'error') || `http-${status}`;
  const message = textOf(body, 'message') || textOf(body, 'error_details');
  // The API gateway's word for what it has none for.
  const isMissingOrder = code === 'unknown' && /\border\b.*\bnot found\b/i.test(message);
  return { code: isMissingOrder ? 'ORDER_NOT_FOUND' : code, message };
}

/** Of the places where a reason may stand, the first that has one; newer ones first. */
const REASONS = ['new_order_failure_reason', 'preview_failure_reason', 'error', 'failure_reason'] as const;

function reasonOf(refusal: Json): { code: string; message: string } {
  const codes = REASONS.map((key) => textOf(refusal, key)).filter((code) => code !== '');
  const code = codes.find((each) => !each.startsWith('UNKNOWN_')) ?? codes[0] ?? 'UNKNOWN_FAILURE_REASON';
  const words = [textOf(refusal, 'message'), textOf(refusal, 'error_details')].filter((text) => text !== '');
  return { code, message: [...new Set(words)].join(': ') };
}

/** @param bearer a token for the request; undefined when the account has no usable key */
export function restDialect(
  bearer: (method: string, path: string, nowMs: number) => Promise<string | undefined>,
): RestDialect<Json> {
  return {
    venue: 'coinbase',
    sign: async ({ method, path, query, body }, nowMs) => {
      const token = await bearer(method, path, nowMs);
      const signed: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      return { query, body, headers: { ...signed, 'Content-Type': 'application/json' } };
    },
    read: readReply,
    timePath: `${API}/time`,
    readTime: (body) => Number(textOf(body, 'epochMillis') || Number.NaN),
  };
}
