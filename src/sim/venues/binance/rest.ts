/** Binance's REST API over the operations. */
import type { VenueFaults } from '../../fault-port.ts';
import type { SimAccount } from '../../port.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { RecordingPlayer } from '../../wire-port.ts';
import { BinanceRefusal, banned, overloaded, shutDown, tooMuchWeight } from './errors.ts';
import { WEIGHT_LIMIT } from './limits.ts';
import { type Desk, faultPlace, type Operation } from './operation.ts';
import { REST_OPERATIONS } from './operations.ts';
import { Params } from './params.ts';
import { accountOf, checkSignature, checkTiming, restPayload } from './sign.ts';

/** Names that signing brings along; no operation asks for them. */
const SECURITY_NAMES = ['timestamp', 'recvWindow', 'signature'] as const;

export interface RestContext {
  readonly desk: Desk;
  readonly faults: VenueFaults;
  readonly recording: RecordingPlayer | undefined;
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpOut => ({
  status,
  headers,
  body: JSON.stringify(body),
});

/** An exchange's answer to whatever was asked. */
export async function answerRest(context: RestContext, request: HttpIn): Promise<HttpAnswer> {
  const { desk, faults, recording } = context;
  const planted = plantedAnswer(faults, desk);
  if (planted !== undefined) return planted;
  if (request.path === '/api/v3/userDataStream') return goneAnswer();
  const recorded = recordedBody(recording, request);
  if (recorded !== undefined) return { status: 200, headers: desk.limits.headers(false), body: recorded };
  const key = `${request.method} ${request.path}`;
  const operation = REST_OPERATIONS[key];
  if (operation === undefined) {
    const known = Object.keys(REST_OPERATIONS).some((name) => name.endsWith(` ${request.path}`));
    return { status: known ? 405 : 404, headers: { 'content-type': 'text/html' }, body: '' };
  }
  const isOrder = key === 'POST /api/v3/order';
  const place = faultPlace(desk, symbolOf(request));
  if (isOrder && faults.take('timeout-before-accept', place) !== undefined) return 'hang';
  try {
    const body = await act(desk, operation, request);
    if (isOrder && faults.take('timeout-after-accept', place) !== undefined) return 'hang';
    return json(200, body, desk.limits.headers(operation.counts));
  } catch (thrown) {
    if (thrown instanceof BinanceRefusal) return refusalAnswer(thrown, desk, operation.counts);
    throw thrown;
  }
}

const symbolOf = ({ query, body }: HttpIn): string | null =>
  new URLSearchParams(query).get('symbol') ?? new URLSearchParams(body).get('symbol');

/** Listen keys were retired on 2026-02-20; the user data stream lives on the WebSocket API. */
const goneAnswer = (): HttpOut => ({ status: 410, headers: { 'content-type': 'text/html' }, body: '' });

function plantedAnswer(faults: VenueFaults, desk: Desk): HttpOut | undefined {
  if (faults.take('http-503') !== undefined) return refusalAnswer(overloaded(), desk, false);
  if (faults.peek('maintenance') !== undefined) return refusalAnswer(shutDown(), desk, false);
  const ban = faults.take('http-418');
  if (ban !== undefined) {
    return refusalAnswer(banned(desk.exchange.clock.wallMs() + Math.max(1000, ban.ms)), desk, false);
  }
  const limited = faults.take('http-429');
  if (limited === undefined) return undefined;
  const retryAt = desk.exchange.clock.wallMs() + Math.max(1000, limited.ms);
  return refusalAnswer(tooMuchWeight(WEIGHT_LIMIT, retryAt), desk, false);
}

function refusalAnswer(refusal: BinanceRefusal, desk: Desk, withOrders: boolean): HttpOut {
  const now = desk.exchange.clock.wallMs();
  const headers = {
    ...desk.limits.headers(withOrders),
    ...(refusal.retryAt === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil((refusal.retryAt - now) / 1000))) }),
  };
  return json(refusal.status, { code: refusal.code, msg: refusal.message }, headers);
}

function recordedBody(recording: RecordingPlayer | undefined, request: HttpIn): string | undefined {
  if (recording === undefined || request.method !== 'GET') return undefined;
  const symbol = new URLSearchParams(request.query).get('symbol');
  if (request.path === '/api/v3/depth' && symbol !== null) return recording.httpBody(request.path, `symbol=${symbol}`);
  return request.path === '/api/v3/exchangeInfo' ? recording.httpBody(request.path) : undefined;
}

function act(desk: Desk, operation: Operation, request: HttpIn): Promise<unknown> {
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? request.body !== '';
  const params = Params.fromQuery(request.query, form ? request.body : '');
  desk.limits.useWeight(operation.weight(params));
  let account: SimAccount | undefined;
  if (operation.security === 'signed') {
    account = accountOf(desk.exchange, request.headers['x-mbx-apikey']);
    checkTiming(params, desk.exchange.clock.wallMs());
    checkSignature(account, restPayload(request.query, form ? request.body : ''), params);
    for (const name of SECURITY_NAMES) params.text(name);
  }
  if (operation.counts) desk.limits.useOrder();
  if (!operation.matching) return Promise.resolve(operation.run(desk, params, account));
  return new Promise((resolve, reject) => {
    desk.exchange.arrive(() => {
      try {
        resolve(operation.run(desk, params, account));
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
}
