/** The admin API over real HTTP, on fakes of its ports. */
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import type { TSchema } from 'typebox';
import Schema from 'typebox/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LATER_ROUTES } from '../../../src/api/routes-later.ts';
import { type RunningApi, startApi } from '../../../src/api/server.ts';
import { Fault } from '../../../src/core/faults.ts';
import { type FakeEngine, fakeEngine, fakeStatus, fault, legSet, opportunity, order, TOKEN } from './fake-engine.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const READS = 'status venues instruments quotes opportunities orders trades inventory pnl config faults audit'.split(
  ' ',
);
const ACTS = 'pause resume drain halt unhalt'.split(' ');

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

let engine: FakeEngine;
let api: RunningApi;

beforeEach(async () => {
  engine = fakeEngine();
  api = await startApi(engine, LOOPBACK);
});

afterEach(() => api.close());

async function call(method: string, path: string, init: { token?: string; body?: string; type?: string } = {}) {
  const headers: Record<string, string> = {};
  if (init.token !== undefined) headers.authorization = `Bearer ${init.token}`;
  if (init.type !== undefined) headers['content-type'] = init.type;
  const response = await fetch(`${api.url}${path}`, { method, headers, body: init.body ?? null });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body } satisfies Answer;
}

const get = (path: string) => call('GET', path, { token: TOKEN });
const post = (path: string, body?: object) =>
  call('POST', path, { token: TOKEN, ...(body && { body: JSON.stringify(body), type: 'application/json' }) });

function expectError({ status, headers, body }: Answer, wanted: { status: number; code: string }) {
  expect({ status, code: (body.error as { code?: unknown }).code }).toEqual(wanted);
  expect(headers.get('content-type')).toContain('application/json');
  expect(Object.keys(body)).toEqual(['error']);
  expect(body.error).toEqual({ code: wanted.code, message: expect.any(String), details: expect.any(Object) });
  expect((body.error as { message: string }).message).not.toBe('');
}

describe('without a token', () => {
  it('answers health, readiness, metrics and the description', async () => {
    expect((await call('GET', '/healthz')).body).toEqual({ status: 'ok' });
    expect((await call('GET', '/readyz')).body).toEqual({ ready: true });
    expect((await call('GET', '/docs/json')).body.openapi).toBe('3.1.0');
    const metrics = await fetch(`${api.url}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toBe(await engine.view.metrics());
  });

  it('says why it is not ready', async () => {
    engine.ready = { ready: false, reasons: ['okx: no live row', 'paused'] };
    const answer = await call('GET', '/readyz');
    expectError(answer, { status: 503, code: 'not-ready' });
    expect(answer.body.error).toMatchObject({ details: { reasons: ['okx: no live row', 'paused'] } });
  });

  it.each([
    ...READS.map((name) => ['GET', `/v1/${name}`]),
    ...ACTS.map((name) => ['POST', `/v1/${name}`]),
    ...LATER_ROUTES.map(([method, url]) => [String(method), url]),
    ['GET', '/v1/nothing-here'],
    ['GET', '/%761/status'],
  ])('refuses %s %s', async (method, path) => {
    for (const token of [undefined, 'wrong', `${TOKEN}x`, TOKEN.slice(0, -1)]) {
      const answer = await call(method, path, token === undefined ? {} : { token });
      expectError(answer, { status: 401, code: 'unauthorized' });
      expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
    }
    expect(engine.calls).toEqual([]);
    expect(engine.entries).toEqual([]);
  });

  it('refuses other schemes and an empty bearer', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN} ${TOKEN}`]) {
      const answer = await fetch(`${api.url}/v1/status`, { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      await answer.body?.cancel();
    }
  });
});

describe('reading', () => {
  it('answers the status whole, no field lost', async () => {
    expect(await get('/v1/status')).toMatchObject({ status: 200, body: fakeStatus() });
    expect((await get('/v1/status')).body).toEqual(fakeStatus());
  });

  it('answers what the engine holds', async () => {
    const { view } = engine;
    expect((await get('/v1/venues')).body).toEqual({ venues: fakeStatus().venues });
    expect((await get('/v1/instruments')).body).toEqual({ instruments: view.instruments() });
    expect((await get('/v1/quotes')).body).toEqual({ quotes: view.quotes(), edges: view.edges() });
    expect((await get('/v1/inventory')).body).toEqual({ inventory: view.inventory() });
    expect((await get('/v1/config')).body).toEqual({ config: view.config() });
    const { run, pnl, valued, fees, legSets } = fakeStatus();
    expect((await get('/v1/pnl')).body).toEqual({ run, pnl, valued, fees, legSets });
  });

  it('answers what the journal holds, newest first, no field lost', async () => {
    expect((await get('/v1/opportunities')).body).toEqual({ opportunities: [4, 3, 2, 1].map(opportunity) });
    expect((await get('/v1/orders')).body).toEqual({ orders: [2, 1].map(order) });
    expect((await get('/v1/faults')).body).toEqual({ faults: [2, 1].map(fault) });
  });

  it('answers as trades only leg sets that filled, however many did not', async () => {
    expect((await get('/v1/trades')).body).toEqual({ trades: [3, 2, 1].map((n) => legSet(n)) });
    expect((await get('/v1/trades?limit=2')).body).toEqual({ trades: [3, 2].map((n) => legSet(n)) });
  });

  it('filters by instrument, time and number', async () => {
    const ids = async (query: string) =>
      ((await get(`/v1/opportunities?${query}`)).body.opportunities as { id: string }[]).map(({ id }) => id);
    expect(await ids('instrument=BTC-USDT')).toEqual(['r0001-4', 'r0001-2']);
    expect(await ids('limit=1')).toEqual(['r0001-4']);
    expect(await ids('from=1750000000002&to=1750000000003')).toEqual(['r0001-3', 'r0001-2']);
    // 1,750,000,000 s is 2025-06-15T15:06:40Z.
    expect(await ids('from=2025-06-15T15:06:40.002Z&to=2025-06-15T15:06:40.003')).toEqual(['r0001-3', 'r0001-2']);
    expect(await ids('from=2025-06-16')).toEqual([]);
    expect((await get('/v1/instruments?instrument=ETH-USDT')).body.instruments).toHaveLength(1);
    expect((await get('/v1/quotes?instrument=ETH-USDT')).body).toMatchObject({
      quotes: [{ instrument: 'ETH-USDT' }],
      edges: [{ instrument: 'ETH-USDT' }],
    });
  });

  it.each([
    ['/v1/orders?limit=0', ['querystring.limit']],
    ['/v1/orders?limit=1001', ['querystring.limit']],
    ['/v1/orders?limit=many&instrument=btc', ['querystring.limit', 'querystring.instrument']],
    ['/v1/orders?from=yesterday&to=2025-13-01', ['querystring.from', 'querystring.to']],
    ['/v1/orders?from=2025-01-02&to=2025-01-01', ['querystring.from']],
    ['/v1/quotes?colour=red', ['querystring.colour']],
    ['/v1/status?limit=5', ['querystring.limit']],
  ])('refuses %s, naming every mistake', async (path, paths) => {
    const answer = await get(path);
    expectError(answer, { status: 400, code: 'invalid-request' });
    const { problems } = (answer.body.error as { details: { problems: { path: string }[] } }).details;
    expect(problems.map((problem) => problem.path).sort()).toEqual([...paths].sort());
  });
});

describe('steering', () => {
  it('pauses, resumes, halts, unhalts and drains, and says who asked', async () => {
    expect((await post('/v1/pause')).body).toEqual({ action: 'pause', state: 'paused', reasons: ['api 127.0.0.1'] });
    expect((await post('/v1/resume')).body).toMatchObject({ action: 'resume', state: 'running' });
    expect((await post('/v1/halt', { reason: 'strange prices' })).body).toEqual({
      action: 'halt',
      state: 'halted',
      reasons: ['strange prices'],
    });
    expect((await post('/v1/unhalt')).body).toMatchObject({ action: 'unhalt', state: 'paused' });
    expect((await post('/v1/drain')).body).toMatchObject({ action: 'drain', state: 'draining' });
    expect(engine.calls).toEqual([
      'pause api 127.0.0.1',
      'resume api 127.0.0.1',
      'halt api 127.0.0.1 strange prices',
      'unhalt api 127.0.0.1',
      'drain api 127.0.0.1',
    ]);
    const trail = (await get('/v1/audit?limit=3')).body.audit;
    expect(trail).toEqual([
      expect.objectContaining({ action: 'drain', outcome: 'done', who: '127.0.0.1', details: {} }),
      expect.objectContaining({ action: 'unhalt' }),
      expect.objectContaining({ action: 'halt', details: { reason: 'strange prices' }, at: engine.clock.wallMs() }),
    ]);
  });

  it('does not resume a halted engine, and keeps the attempt in the trail', async () => {
    engine.status = fakeStatus({ state: 'halted', reasons: ['budget'] });
    const answer = await post('/v1/resume');
    expectError(answer, { status: 409, code: 'wrong-state' });
    expect(engine.calls).toEqual([]);
    expect(engine.entries[0]).toMatchObject({ action: 'resume', outcome: 'refused' });
  });

  it('halts even when the trail cannot be written', async () => {
    await api.close();
    engine = fakeEngine({
      audit: {
        append: () => {
          throw new Error('no space left on device');
        },
        read: () => [],
      },
    });
    api = await startApi(engine, LOOPBACK);
    expect((await post('/v1/halt')).status).toBe(200);
    expect(engine.calls).toHaveLength(1);
  });

  it('takes an announced but empty body, and refuses bad ones', async () => {
    expect((await call('POST', '/v1/pause', { token: TOKEN, type: 'application/json' })).status).toBe(200);
    const bad = async (body: string, type = 'application/json') =>
      call('POST', '/v1/halt', { token: TOKEN, body, type });
    expectError(await bad('{"reason":'), { status: 400, code: 'invalid-request' });
    expectError(await bad('{"reason":""}'), { status: 400, code: 'invalid-request' });
    expectError(await bad('{"reason":"x","why":1}'), { status: 400, code: 'invalid-request' });
    expectError(await bad('[1]'), { status: 400, code: 'invalid-request' });
    expectError(await bad('<xml/>', 'text/xml'), { status: 415, code: 'unsupported-media-type' });
    expectError(await bad(JSON.stringify({ reason: 'x'.repeat(70_000) })), { status: 413, code: 'too-large' });
    expect(engine.calls).toEqual(['pause api 127.0.0.1']);
  });
});

describe('errors', () => {
  it('answers 404 for what is not there', async () => {
    expectError(await call('GET', '/nothing'), { status: 404, code: 'not-found' });
    expectError(await get('/v1/nothing'), { status: 404, code: 'not-found' });
    expectError(await get('/v1/pause'), { status: 404, code: 'not-found' });
  });

  it.each(LATER_ROUTES)('says that %s %s is not there yet', async (method, url) => {
    const answer = await call(String(method), url.replace(':id', 'okx'), { token: TOKEN });
    expectError(answer, { status: 501, code: 'not-implemented' });
  });

  it('keeps causes to itself and coded faults not', async () => {
    await api.close();
    const failing = (thrown: Error) => ({
      read: () => {
        throw thrown;
      },
      close() {},
    });
    const logged: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (details: object) => void logged.push(details) };
    engine = fakeEngine({ journal: failing(new Error('secret path /root/x')), log });
    api = await startApi(engine, LOOPBACK);
    const answer = await get('/v1/orders');
    expectError(answer, { status: 500, code: 'internal' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(logged).toEqual([expect.objectContaining({ cause: 'secret path /root/x' })]);
    await api.close();
    api = await startApi(fakeEngine({ journal: failing(new Fault('record/corrupt', 'torn', { at: 1 })) }), LOOPBACK);
    const coded = await get('/v1/orders');
    expectError(coded, { status: 500, code: 'record/corrupt' });
    expect(coded.body.error).toMatchObject({ message: 'torn', details: { at: 1 } });
  });

  it('survives what is not HTTP', async () => {
    const { port } = new URL(api.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', method: 'GET', path: '/%zz' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.once('error', reject).end();
    });
    expect(status).toBe(400);
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  it('slows down the many, and never those who hold the token for the sake of those who do not', async () => {
    await api.close();
    engine = fakeEngine({ requestsPerMinute: 5 });
    api = await startApi(engine, LOOPBACK);
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await call('GET', '/v1/status')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    for (let n = 0; n < 5; n++) expect((await get('/v1/status')).status).toBe(200);
    const limited = await get('/v1/status');
    expectError(limited, { status: 429, code: 'rate-limited' });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post('/v1/halt')).status).toBe(200);
    const missing = [];
    for (let n = 0; n < 6; n++) missing.push((await call('GET', `/missing-${n}`)).status);
    expect(missing).toContain(429);
  });

  it('says in one message that its port is taken', async () => {
    const { port } = new URL(api.url);
    const second = startApi(fakeEngine(), { host: '127.0.0.1', port: Number(port) });
    await expect(second).rejects.toThrow(Fault);
    await expect(second).rejects.toMatchObject({
      code: 'api/bind',
      message: `The admin API cannot listen on 127.0.0.1:${port}: another program has that port. Set api.port to another one, or to 0 for any that is free`,
    });
  });

  it('says that its host is not here', async () => {
    await expect(startApi(fakeEngine(), { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'api/bind' });
  });

  it('leaves its port when closed, kept-alive connections or not', async () => {
    await get('/v1/status');
    const { port } = new URL(api.url);
    await api.close();
    const again = createServer();
    await new Promise<void>((resolve, reject) =>
      again.once('error', reject).listen(Number(port), '127.0.0.1', resolve),
    );
    await new Promise((resolve) => again.close(resolve));
  });
});

describe('OpenAPI', () => {
  interface Operation {
    readonly operationId: string;
    readonly summary: string;
    readonly security?: unknown[];
    readonly parameters?: { name: string; in: string; schema: object }[];
    readonly responses: Record<string, { description: string; content: Record<string, { schema: TSchema }> }>;
  }
  const read = async () =>
    (await call('GET', '/docs/json')).body as { paths: Record<string, Record<string, Operation>> };
  const operations = async () =>
    Object.entries((await read()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );

  it('lists exactly the routes that are there', async () => {
    const listed = (await operations()).map(({ method, path }) => `${method} ${path}`).sort();
    const wanted = [
      ...['healthz', 'readyz', 'metrics'].map((name) => `GET /${name}`),
      ...READS.map((name) => `GET /v1/${name}`),
      ...ACTS.map((name) => `POST /v1/${name}`),
    ];
    expect(listed).toEqual(wanted.sort());
  });

  it('is well formed', async () => {
    const all = await operations();
    const document = await read();
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: expect.any(String), version: expect.any(String) },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    });
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
    expect(JSON.stringify(document)).not.toContain('"$ref"');
    for (const { path, operation } of all) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses).sort()).toEqual(['200', '4XX', '5XX']);
      if (!path.startsWith('/v1')) expect(operation.security).toEqual([]);
      for (const response of Object.values(operation.responses)) {
        expect(response.description).toEqual(expect.any(String));
        expect(Object.values(response.content)).toHaveLength(1);
      }
      for (const parameter of operation.parameters ?? []) expect(parameter.in).toBe('query');
    }
  });

  it('describes the answers that are given', async () => {
    await post('/v1/pause');
    for (const { path, method, operation } of await operations()) {
      if (path === '/metrics') continue;
      const { status, body } = await call(method, path, { token: TOKEN });
      const schema = operation.responses[status === 200 ? '200' : '4XX']?.content['application/json']?.schema;
      expect(schema, path).toBeDefined();
      if (schema !== undefined) expect(Schema.Errors(schema, body), path).toEqual([true, []]);
    }
  });
});
