/** The simulated Coinbase over a still book, and a client's half of its tokens, written apart from the simulator's. */
import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { coinbase } from '../../../src/sim/venues/coinbase/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type Json, type ManualBench, manualVenue, settle } from './venue-bench.ts';

export interface TokenParts {
  readonly key?: KeyObject;
  readonly header?: Json;
  readonly claims?: Json;
}

const base64 = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Empty where the text is no JSON. */
  readonly body: Json;
}

export interface CoinbaseBench extends ManualBench {
  /** A token for a request, or without one for a subscription. */
  token(uri?: string, parts?: TokenParts): string;
  /** A signed request; an answer that is none (`hang`) rejects. */
  call(method: 'GET' | 'POST', target: string, body?: object, parts?: TokenParts): Promise<Answer>;
  place(order: Json): Promise<Json>;
  /** A limit order of BTC-USDT that stays open, or whatever `more` makes of it; its id. */
  rest(more?: Json): Promise<string>;
}

export const V3 = '/api/v3/brokerage';

export const limitOrder = (configuration: Json = {}, more: Json = {}, kind = 'limit_limit_gtc'): Json => ({
  client_order_id: randomUUID(),
  product_id: 'BTC-USDT',
  side: 'BUY',
  order_configuration: { [kind]: { base_size: '0.01', limit_price: '90000', ...configuration } },
  ...more,
});

export const marketOrder = (configuration: Json, more: Json = {}): Json => ({
  ...limitOrder({}, more),
  order_configuration: { market_market_ioc: configuration },
});

export function manualCoinbase(recording?: (clock: Clock) => RecordingPlayer): CoinbaseBench {
  const bench = manualVenue(coinbase, recording);
  const { account, clock, wire } = bench;
  const own = createPrivateKey(account.secret);

  const token: CoinbaseBench['token'] = (uri, { key = own, header = {}, claims = {} } = {}) => {
    const now = Math.floor(clock.wallMs() / 1000);
    const kid = account.apiKey;
    const head = base64({ alg: 'ES256', kid, nonce: randomUUID(), typ: 'JWT', ...header });
    const times = { iss: 'cdp', nbf: now, exp: now + 120 };
    const body = base64({ sub: kid, ...times, ...(uri === undefined ? {} : { uri }), ...claims });
    const data = Buffer.from(`${head}.${body}`);
    const isEd = key.asymmetricKeyType === 'ed25519';
    const signature = isEd ? sign(null, data, key) : sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
    return `${head}.${body}.${signature.toString('base64url')}`;
  };

  const call: CoinbaseBench['call'] = async (method, target, body, parts) => {
    const [path = '', query = ''] = target.split('?');
    const authorization = `Bearer ${token(`${method} api.coinbase.com${path}`, parts)}`;
    const headers = { authorization, host: '127.0.0.1', 'content-type': 'application/json' };
    const answer = await wire.onRequest({
      method,
      path,
      query,
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (typeof answer === 'string') throw new Error(answer);
    const isJson = answer.headers?.['content-type']?.startsWith('application/json') === true;
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      text: answer.body,
      body: isJson ? (JSON.parse(answer.body) as Json) : {},
    };
  };

  const place: CoinbaseBench['place'] = async (order) => {
    const { body } = await call('POST', `${V3}/orders`, order);
    await settle();
    return body;
  };

  const rest: CoinbaseBench['rest'] = async (more = {}) => {
    const { success_response: placed } = await place(limitOrder({}, more));
    return String((placed as Json).order_id);
  };

  return { ...bench, token, call, place, rest };
}

/** The one event of a message. */
export const eventOf = (message: Json | undefined): Json => (message?.events as Json[] | undefined)?.[0] ?? {};
