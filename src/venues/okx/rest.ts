/** OKX v5 over REST: what is the venue's own of a signed request and its reply.
 *  https://www.okx.com/docs-v5/en/#overview-rest-authentication */
import { type Json, objectsOf, parseObject, textOf } from '../../core/json.ts';
import type { HttpReply } from '../../core/socket.ts';
import type { Credentials, Endpoints } from '../../core/venue.ts';
import { bareError, type RestDialect, type RestResult, refused, retryAfterOf } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { restHeaders } from './sign.ts';

export type OkxResult = RestResult<readonly Json[]>;

/** Reads a reply. Orders are refused one by one inside a reply of code 0, 1 or 2: then the item's code counts. */
export function readReply(reply: HttpReply): OkxResult {
  const body = parseObject(reply.body.toString('utf8'));
  if (body === undefined || typeof body.code !== 'string') return { ok: false, error: bareError(reply) };
  const refusal = refusalOf(body);
  if (refusal !== undefined) {
    return refused(reply, venueError(refusal.code, refusal.message, retryAfterOf(reply)));
  }
  if (reply.status !== 200) return { ok: false, error: bareError(reply) };
  return { ok: true, value: objectsOf(body, 'data') };
}

/** An answer over the socket, read likewise. */
export function readAnswer(frame: Json): OkxResult {
  const refusal = refusalOf(frame);
  if (refusal !== undefined) return { ok: false, error: venueError(refusal.code, refusal.message) };
  return { ok: true, value: objectsOf(frame, 'data') };
}

/** The refusal in an answer (REST or WebSocket), if it is one. */
export function refusalOf(answer: Json): { code: string; message: string } | undefined {
  const item = objectsOf(answer, 'data')[0];
  const itemCode = item === undefined ? '' : textOf(item, 'sCode');
  if (item !== undefined && itemCode !== '' && itemCode !== '0') {
    return { code: itemCode, message: textOf(item, 'sMsg') };
  }
  const code = textOf(answer, 'code');
  return code === '0' ? undefined : { code, message: textOf(answer, 'msg') };
}

/** Demo trading lives on sockets of its own (`wspap.…`), but on the REST address of the real thing, told by a header. */
const isDemo = (endpoints: Endpoints): boolean => /^wss:\/\/ws[a-z]*pap\./.test(endpoints.wsPrivate);

export function restDialect(endpoints: Endpoints, credentials: Credentials): RestDialect<readonly Json[]> {
  const extraHeaders: Record<string, string> = isDemo(endpoints) ? { 'x-simulated-trading': '1' } : {};
  return {
    venue: 'okx',
    sign: ({ method, path, query, body }, nowMs) => {
      const target = query === '' ? path : `${path}?${query}`;
      const signed = restHeaders(credentials, new Date(nowMs).toISOString(), method, target, body);
      return { query, body, headers: { ...signed, 'Content-Type': 'application/json', ...extraHeaders } };
    },
    read: readReply,
    timePath: '/api/v5/public/time',
    readTime: (items) => Number(items[0]?.ts ?? Number.NaN),
  };
}
