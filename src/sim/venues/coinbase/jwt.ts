/** The JSON Web Tokens of CDP keys, checked: signature, key name, times, and for REST the request that they are for.
 *  Source: https://docs.cdp.coinbase.com/get-started/authentication/jwt-authentication and
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-authentication. */
import { verify } from 'node:crypto';
import type { Json } from '../../../core/json.ts';
import { readObject } from '../../json-object.ts';
import type { ExchangePort, SimAccount } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { verifyKeyOf } from './keys.ts';

/** A token lives at most this long. */
const MAX_LIFE_S = 120;
/** Both are in the venue's own samples. */
const ISSUERS: readonly unknown[] = ['cdp', 'coinbase-cloud'];
/** The host that a production client signs for, whatever address it was given. */
const PRODUCTION_HOST = 'api.coinbase.com';

const decode = (part: string): Json | undefined => readObject(Buffer.from(part, 'base64url').toString('utf8'));

/** The account and claims behind a token, or undefined when anything is wrong with it. */
function open(token: string, exchange: ExchangePort, nowMs: number): { account: SimAccount; claims: Json } | undefined {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (rest.length > 0 || header === undefined || claims === undefined) return undefined;
  const { kid, alg } = header;
  const account = typeof kid === 'string' ? exchange.accountByKey(kid) : undefined;
  if (account === undefined || claims.sub !== kid || !ISSUERS.includes(claims.iss)) return undefined;
  const { alg: expected, key } = verifyKeyOf(account.secret);
  if (alg !== expected) return undefined;
  const signed = Buffer.from(`${head}.${body}`);
  const bytes = Buffer.from(signature, 'base64url');
  const isGood =
    expected === 'ES256'
      ? verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)
      : verify(null, signed, key, bytes);
  return isGood && isCurrent(claims, nowMs / 1000) ? { account, claims } : undefined;
}

function isCurrent({ nbf, exp }: Json, now: number): boolean {
  if (typeof nbf !== 'number' || typeof exp !== 'number') return false;
  return nbf <= now && now < exp && exp - nbf <= MAX_LIFE_S;
}

/** Checks the `Authorization: Bearer` of a REST request; its token names method, host and path. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): SimAccount | undefined {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer') return undefined;
  const opened = open(token, exchange, nowMs);
  if (opened === undefined) return undefined;
  const { uri, uris } = opened.claims;
  const named: readonly unknown[] = Array.isArray(uris) ? uris : [uri];
  // On loopback there is no TLS: a client that cuts `https://` off its address leaves `http://` in.
  const hosts = [PRODUCTION_HOST, request.headers.host ?? '', `http://${request.headers.host ?? ''}`];
  const wanted = hosts.map((host) => `${request.method} ${host}${request.path}`);
  return named.some((one) => typeof one === 'string' && wanted.includes(one)) ? opened.account : undefined;
}

/** Checks the `jwt` of a subscribe message; it names no request. */
export function checkSubscription(token: unknown, exchange: ExchangePort, nowMs: number): SimAccount | undefined {
  return typeof token === 'string' ? open(token, exchange, nowMs)?.account : undefined;
}
