/** Gate v4 over REST: what is the venue's own of a signed request and its reply.
 *  https://www.gate.com/docs/developers/apiv4/en/#return-format */
import { isObject, parseJson, textOf } from '../../core/json.ts';
import type { HttpReply } from '../../core/socket.ts';
import type { Credentials } from '../../core/venue.ts';
import { bareError, type RestDialect, type RestResult, refused, retryAfterOf } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { restHeaders } from './sign.ts';

/** A reply holds an object, or a list of them. */
export type GateResult = RestResult<unknown>;

/** The wait until the venue's limit is reset, ms. The header says when: in seconds, or in milliseconds as its twin of the
 *  sockets does. */
export function waitUntil(reset: unknown, nowMs: number): number | undefined {
  const at = Number(reset);
  if (!Number.isFinite(at) || at <= 0) return undefined;
  const wait = (at < 1e11 ? at * 1000 : at) - nowMs;
  return wait > 0 ? wait : undefined;
}

/** @param nowMs the venue's time */
export function readReply(reply: HttpReply, nowMs: number): GateResult {
  const text = reply.body.toString('utf8');
  const body = parseJson(text);
  if (reply.status >= 200 && reply.status < 300) {
    return body === undefined ? { ok: false, error: bareError(reply) } : { ok: true, value: body };
  }
  const label = isObject(body) ? textOf(body, 'label') : '';
  if (!isObject(body) || label === '') return { ok: false, error: bareError(reply) };
  const wait = reply.status === 429 ? waitUntil(reply.headers['x-gate-ratelimit-reset-timestamp'], nowMs) : undefined;
  const error = venueError(label, textOf(body, 'message') || textOf(body, 'detail'), wait ?? retryAfterOf(reply));
  return refused(reply, error);
}

/** @param nowMs the venue's time */
export function restDialect(credentials: Credentials, nowMs: () => number): RestDialect<unknown> {
  return {
    venue: 'gate',
    sign: ({ method, path, query, body }, now) => {
      const plain = decodeURIComponent(query.replaceAll('+', ' '));
      const signed = restHeaders(credentials, method, path, plain, body, Math.floor(now / 1000));
      return {
        query,
        body,
        headers: { ...signed, Accept: 'application/json', 'Content-Type': 'application/json' },
      };
    },
    read: (reply) => readReply(reply, nowMs()),
    timePath: '/api/v4/spot/time',
    readTime: (value) => (isObject(value) ? Number(value.server_time ?? Number.NaN) : Number.NaN),
  };
}
