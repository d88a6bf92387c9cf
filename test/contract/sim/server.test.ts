/** The same cases against every implementation of the server port that loads here. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type {
  Connection,
  HttpAnswer,
  HttpIn,
  RunningServer,
  ServerHandlers,
  ServerKind,
} from '../../../src/sim/server.ts';
import { loadUws } from '../../../src/sim/server-uws.ts';
import { wsServer } from '../../../src/sim/server-ws.ts';
import { until } from './until.ts';

const uws = await loadUws();
const kinds: ServerKind[] = uws.kind === undefined ? [wsServer] : [wsServer, uws.kind];
if (uws.kind === undefined) console.warn(`skipped, uWebSockets.js does not load here: ${uws.reason}`);

interface Seen {
  readonly connections: Connection[];
  readonly messages: string[];
  pings: number;
  pongs: number;
  closes: number;
}

describe.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  let server: RunningServer;
  let reply: (request: HttpIn) => HttpAnswer | Promise<HttpAnswer>;
  let gateOpen: boolean;
  let seen: Seen;
  const requests: HttpIn[] = [];

  const handlers: ServerHandlers = {
    onRequest: (request) => {
      requests.push(request);
      return reply(request);
    },
    accepts: (path) => path.startsWith('/ws'),
    refusal: (path, headers) =>
      path === '/ws/keyed' && headers['x-key'] !== 'good'
        ? { status: 400, headers: { 'content-type': 'text/plain' }, body: 'no key' }
        : undefined,
    gate: () => gateOpen,
    onConnection: (connection) => {
      const own = seen;
      own.connections.push(connection);
      return {
        onMessage: (text) => {
          own.messages.push(text);
          connection.send(`echo ${text}`);
        },
        onPing: () => {
          own.pings++;
        },
        onPong: () => {
          own.pongs++;
        },
        onClose: () => {
          own.closes++;
        },
      };
    },
  };

  const http = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

  async function open(path = '/ws'): Promise<{ socket: WebSocket; connection: Connection }> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers: { 'X-Who': 'test' } });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    await until(() => expect(seen.connections).toHaveLength(1));
    const connection = seen.connections[0];
    if (connection === undefined) throw new Error('no connection');
    return { socket, connection };
  }

  const closed = (socket: WebSocket): Promise<{ code: number; reason: string }> =>
    new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });

  const next = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.once('message', (data) => resolve(data.toString()));
    });

  beforeAll(async () => {
    server = await kind.listen({ port: 0 }, handlers);
  });

  beforeEach(() => {
    reply = () => ({ status: 200, body: '{}' });
    gateOpen = true;
    seen = { connections: [], messages: [], pings: 0, pongs: 0, closes: 0 };
    requests.length = 0;
  });

  afterAll(() => server.close());

  it('hands a request over as it came: raw query, lower-case header names, whole body', async () => {
    const body = `a=1&b=${'x'.repeat(100_000)}`;
    await fetch(http('/api/v3/order?symbol=A%2FB&z=%20'), { method: 'POST', body, headers: { 'X-Key': 'Mixed' } });
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/api/v3/order', query: 'symbol=A%2FB&z=%20', body });
    expect(requests[0]?.headers['x-key']).toBe('Mixed');
    await fetch(http('/plain'));
    expect(requests[1]).toMatchObject({ method: 'GET', path: '/plain', query: '', body: '' });
  });

  it.each([200, 400, 404, 429, 503])('answers with status %i, its headers and its body', async (status) => {
    reply = () => Promise.resolve({ status, headers: { 'retry-after': '7' }, body: '{"ü":1}' });
    const response = await fetch(http('/x'));
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ ü: 1 });
  });

  it('cuts a connection when told to drop', async () => {
    reply = () => 'drop';
    await expect(fetch(http('/x'))).rejects.toThrow();
  });

  it('leaves a request unanswered when told to hang, and survives the client leaving', async () => {
    reply = () => 'hang';
    const abort = new AbortController();
    const hanging = fetch(http('/x'), { signal: abort.signal }).then(
      () => 'answered',
      () => 'left',
    );
    await until(() => expect(requests).toHaveLength(1));
    reply = () => ({ status: 200, body: '{}' });
    expect((await fetch(http('/y'))).status).toBe(200);
    abort.abort();
    expect(await hanging).toBe('left');
    expect((await fetch(http('/z'))).status).toBe(200);
  });

  it('refuses an upgrade that nobody serves with 404', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/other`);
    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.once('error', () => {});
    });
    expect(status).toBe(404);
    expect(seen.connections).toHaveLength(0);
  });

  it('refuses an upgrade with the status and words that its handler has for it', async () => {
    const url = `ws://127.0.0.1:${server.port}/ws/keyed`;
    const refused = new WebSocket(url);
    const answer = await new Promise((resolve) => {
      refused.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (data: Buffer) => {
          body += data.toString();
        });
        response.on('end', () => resolve([response.statusCode, response.headers['content-type'], body]));
      });
      refused.once('error', () => {});
    });
    expect(answer).toEqual([400, 'text/plain', 'no key']);
    expect(seen.connections).toHaveLength(0);
    const taken = new WebSocket(url, { headers: { 'X-Key': 'good' } });
    await new Promise((resolve) => taken.once('open', resolve));
    taken.terminate();
    await until(() => expect(seen.closes).toBe(1));
  });

  it('gives a connection its path, query and headers, and keeps messages in order', async () => {
    const { socket, connection } = await open('/ws/a?b=c%20d');
    expect(connection).toMatchObject({ path: '/ws/a', query: 'b=c%20d' });
    expect(connection.headers['x-who']).toBe('test');
    const got: string[] = [];
    socket.on('message', (data) => got.push(data.toString()));
    for (let i = 0; i < 200; i++) socket.send(String(i));
    await until(() => expect(got).toHaveLength(200));
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => `echo ${i}`));
    socket.terminate();
    await until(() => expect(seen.closes).toBe(1));
  });

  it('carries long messages both ways', async () => {
    const { socket } = await open();
    const text = 'é'.repeat(200_000);
    const echoed = next(socket);
    socket.send(text);
    expect(await echoed).toBe(`echo ${text}`);
    socket.terminate();
  });

  it('sends texts as text frames and bytes as binary ones, in order', async () => {
    const { socket, connection } = await open();
    const got: [boolean, string][] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => got.push([isBinary, data.toString('hex')]));
    const shared = Uint8Array.from([9, 0, 255, 10, 123, 9]);
    connection.send('{"id":1}');
    connection.send(shared.subarray(1, 5));
    connection.send(Buffer.alloc(0));
    connection.send('é');
    await until(() => expect(got).toHaveLength(4));
    expect(got).toEqual([
      [false, Buffer.from('{"id":1}').toString('hex')],
      [true, '00ff0a7b'],
      [true, ''],
      [false, 'c3a9'],
    ]);
    gateOpen = false;
    connection.send(shared);
    gateOpen = true;
    connection.send('open');
    await until(() => expect(got).toHaveLength(5));
    expect(got[4]?.[0]).toBe(false);
    socket.terminate();
  });

  it('answers pings, and says so; sends its own and hears the pong', async () => {
    const { socket, connection } = await open();
    const pong = new Promise<string>((resolve) => {
      socket.once('pong', (data) => resolve(data.toString()));
    });
    socket.ping('copy');
    expect(await pong).toBe('copy');
    expect(seen.pings).toBe(1);
    connection.ping();
    await until(() => expect(seen.pongs).toBe(1));
    socket.terminate();
  });

  it('closes with a code and a reason, and tells its handler once', async () => {
    const { socket, connection } = await open();
    const end = closed(socket);
    connection.close(4004, 'No data received');
    expect(await end).toEqual({ code: 4004, reason: 'No data received' });
    await until(() => expect(seen.closes).toBe(1));
    // Nothing of these may throw on a closed connection.
    connection.send('late');
    connection.ping();
    connection.terminate();
    expect(seen.closes).toBe(1);
  });

  it('terminates without a close frame', async () => {
    const { socket, connection } = await open();
    const end = closed(socket);
    connection.terminate();
    expect((await end).code).toBe(1006);
    await until(() => expect(seen.closes).toBe(1));
  });

  it('notices that a client went away', async () => {
    const { socket } = await open();
    socket.close(1000);
    await until(() => expect(seen.closes).toBe(1));
  });

  it('stays silent while the gate is shut, and hears', async () => {
    const { socket } = await open();
    gateOpen = false;
    const got: string[] = [];
    socket.on('message', (data) => got.push(data.toString()));
    socket.send('shut');
    await until(() => expect(seen.messages).toEqual(['shut']));
    gateOpen = true;
    const echoed = next(socket);
    socket.send('open');
    expect(await echoed).toBe('echo open');
    expect(got).toEqual(['echo open']);
    socket.terminate();
  });

  it('listens on loopback alone, and closing it cuts everything', async () => {
    const other = await kind.listen({ port: 0 }, handlers);
    const socket = new WebSocket(`ws://127.0.0.1:${other.port}/ws`);
    await new Promise((resolve) => socket.once('open', resolve));
    const end = closed(socket);
    await other.close();
    expect((await end).code).toBe(1006);
    const refused = await new Promise<string>((resolve) => {
      const probe = connect(other.port, '127.0.0.1');
      probe.once('connect', () => resolve('connected'));
      probe.once('error', () => resolve('refused'));
    });
    expect(refused).toBe('refused');
  });
});
