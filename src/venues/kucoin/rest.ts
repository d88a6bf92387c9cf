/** KuCoin over REST: what is the venue's own of a signed request and its reply.
 *  https://www.kucoin.com/docs-new/authentication, …/docs-new/rate-limit */
import { parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { HttpReply } from '../../core/socket.ts';
import type { Credentials } from '../../core/venue.ts';
import { banned, bareError, type RestDialect, type RestResult, refused, retryAfterOf } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { UNSTAMPED } from './orders.ts';
import { restHeaders } from './sign.ts';

export type KucoinResult = RestResult<unknown>;

/** Some endpoints answer "200" where all others answer "200000". */
export const isSuccess = (code: string): boolean => code === '200000' || code === '200';

/** Milliseconds until the account's (or the address's) pool of weight is full again. */
function resetOf(reply: HttpReply): number | undefined {
  const ms = Number(reply.headers['gw-ratelimit-reset']);
  return Number.isFinite(ms) && ms > 0 ? ms : retryAfterOf(reply);
}

/** Reads a reply: the `data` of one with the code of success. */
export function readReply(reply: HttpReply): KucoinResult {
  const body = parseObject(reply.body.toString('utf8'));
  const code = body === undefined ? '' : textOf(body, 'code');
  if (body === undefined || code === '') return { ok: false, error: bodyless(reply) };
  if (isSuccess(code))
    return reply.status === 200 ? { ok: true, value: body.data } : { ok: false, error: bareError(reply) };
  const isLimit = reply.status === 429 || code === '429000';
  const error = venueError(code, textOf(body, 'msg'), isLimit ? resetOf(reply) : undefined);
  return refused(reply, error);
}

/** Who is kept out meets the network in front of the venue, which says "error code: 1015". */
function bodyless(reply: HttpReply): VenueError {
  const error = bareError(reply);
  return reply.status === 403 && reply.body.toString('utf8', 0, 200).includes('1015') ? banned(error) : error;
}

export function restDialect(credentials: Credentials): RestDialect<unknown> {
  return {
    venue: 'kucoin',
    sign: ({ method, path, query, body }, nowMs) => {
      const target = query === '' ? path : `${path}?${query}`;
      // The time from which an order's window counts must be the one in the header.
      const stamped = body.replace(UNSTAMPED, `"clientTimestamp":${nowMs}`);
      const headers = restHeaders(credentials, nowMs, method, target, stamped);
      return { query, body: stamped, headers: { ...headers, 'Content-Type': 'application/json' } };
    },
    read: readReply,
    timePath: '/api/v1/timestamp',
    readTime: (value) => (typeof value === 'number' ? value : Number.NaN),
  };
}
