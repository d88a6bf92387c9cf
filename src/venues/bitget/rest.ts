/** Bitget v2 over REST: what is the venue's own of a signed request and its reply.
 *  https://www.bitget.com/api-doc/common/signature, …/common/demotrading/restapi */
import { isObject, parseObject, textOf } from '../../core/json.ts';
import type { HttpReply } from '../../core/socket.ts';
import type { Credentials, Endpoints } from '../../core/venue.ts';
import { bareError, type RestDialect, type RestResult, refused, retryAfterOf } from '../../net/signed-rest.ts';
import { codeOf, venueError } from './errors.ts';
import { restHeaders } from './sign.ts';

const SUCCESS = '00000';
/** "Invalid IP": this address may not come in. */
const ADDRESS_REFUSED = '40018';

/** The `data` of an answer, or the venue's refusal. */
export function readReply(reply: HttpReply): RestResult<unknown> {
  const body = parseObject(reply.body.toString('utf8'));
  const code = body === undefined ? '' : codeOf(body);
  if (body === undefined || code === '') return { ok: false, error: bareError(reply) };
  if (code !== SUCCESS) {
    const error = venueError(code, textOf(body, 'msg') || textOf(body, 'message'), retryAfterOf(reply));
    return refused(reply, code === ADDRESS_REFUSED ? { ...error, isBan: true } : error);
  }
  if (reply.status !== 200) return { ok: false, error: bareError(reply) };
  return { ok: true, value: body.data };
}

/** Demo trading lives on sockets of its own (`wspap.…`), but on the REST address of the real thing, told by a header. */
const isDemo = (endpoints: Endpoints): boolean => /^wss:\/\/wspap\./.test(endpoints.wsPrivate);

export function restDialect(endpoints: Endpoints, credentials: Credentials): RestDialect<unknown> {
  const extraHeaders: Record<string, string> = isDemo(endpoints) ? { paptrading: '1' } : {};
  return {
    venue: 'bitget',
    sign: ({ method, path, query, body }, nowMs) => {
      const target = query === '' ? path : `${path}?${query}`;
      const signed = restHeaders(credentials, String(nowMs), method, target, body);
      return {
        query,
        body,
        headers: { ...signed, 'Content-Type': 'application/json', locale: 'en-US', ...extraHeaders },
      };
    },
    read: readReply,
    timePath: '/api/v2/public/time',
    readTime: (value) => (isObject(value) ? Number(textOf(value, 'serverTime') || Number.NaN) : Number.NaN),
  };
}
