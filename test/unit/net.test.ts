import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { backoffMs } from '../../src/core/backoff.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Fault } from '../../src/core/faults.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { HttpPort, SocketHandlers } from '../../src/core/socket.ts';
import { httpClient } from '../../src/net/http-client.ts';
import { wsSockets } from '../../src/net/ws-socket.ts';

const clock = systemClock();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

describe('backoffMs', () => {
  it('is uniform below a bound that doubles up to the limit', () => {
    const random = seededRandom(7);
    for (let attempt = 0; attempt < 40; attempt++) {
      const bound = Math.min(30_000, 250 * 2 ** attempt);
      const drawn = Array.from({ length: 200 }, () => backoffMs(attempt, random, { baseMs: 250, maxMs: 30_000 }));
      expect(Math.max(...drawn)).toBeLessThan(bound);
      expect(Math.max(...drawn)).toBeGreaterThan(bound * 0.9);
      expect(Math.min(...drawn)).toBeLessThan(bound * 0.1);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    }
  });
});

interface Seen {
  opened: number;
  pongs: number;
  frames: { bytes: string; at: number }[];
  closes: { code: number; reason: string }[];
}

function watch(): { seen: Seen; handlers: SocketHandlers } {
  const seen: Seen = { opened: 0, pongs: 0, frames: [], closes: [] };
  return {
    seen,
    handlers: {
      onOpen: () => seen.opened++,
      onPong: () => seen.pongs++,
      onFrame: (buffer, start, end, at) => {
        seen.frames.push({ bytes: Buffer.from(buffer.subarray(start, end)).toString('hex'), at });
      },
      onClose: (code, reason) => seen.closes.push({ code, reason }),
    },
  };
}

async function serve(onPeer: (peer: WebSocket, request: http.IncomingMessage) => void): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
  server.on('connection', onPeer);
  closers.push(() => {
    for (const client of server.clients) client.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${portOf(server)}`;
}

describe('wsSockets', () => {
  it('hands on text and binary frames as bytes, stamped by the read that brought them', async () => {
    const url = await serve((peer, request) => {
      expect(request.headers['sec-websocket-extensions']).toBeUndefined();
      expect(request.headers['x-test']).toBe('yes');
      peer.send('{"a":1}');
      peer.send(Buffer.from([0, 255, 10]));
    });
    const { seen, handlers } = watch();
    const before = clock.monotonicNs();
    const socket = wsSockets(clock).open(url, handlers, { headers: { 'x-test': 'yes' } });
    await vi.waitFor(() => expect(seen.frames).toHaveLength(2));
    expect(seen.frames.map((frame) => frame.bytes)).toEqual([Buffer.from('{"a":1}').toString('hex'), '00ff0a']);
    for (const frame of seen.frames) {
      expect(frame.at).toBeGreaterThan(before);
      expect(frame.at).toBeLessThanOrEqual(clock.monotonicNs());
    }
    socket.close();
    await vi.waitFor(() => expect(seen.closes).toHaveLength(1));
    expect(seen.opened).toBe(1);
  });

  it('answers pings, sends pings, and sends text and bytes as text', async () => {
    const got: { data: string; isBinary: boolean }[] = [];
    let pongs = 0;
    const url = await serve((peer) => {
      peer.on('message', (data, isBinary) => got.push({ data: String(data), isBinary }));
      peer.on('pong', () => pongs++);
      peer.ping();
    });
    const { seen, handlers } = watch();
    const socket = wsSockets(clock).open(url, handlers);
    expect(socket.send('too early')).toBe(false);
    await vi.waitFor(() => expect(pongs).toBe(1));
    expect(socket.send('one')).toBe(true);
    expect(socket.send(Buffer.from('two'))).toBe(true);
    socket.ping();
    await vi.waitFor(() => expect(seen.pongs).toBe(1));
    await vi.waitFor(() => expect(got).toHaveLength(2));
    expect(got).toEqual([
      { data: 'one', isBinary: false },
      { data: 'two', isBinary: false },
    ]);
    socket.terminate();
    await vi.waitFor(() => expect(seen.closes).toHaveLength(1));
    expect(socket.send('too late')).toBe(false);
  });

  it('closes once, with a reason, when the port is closed, the address is nonsense or the upgrade never comes', async () => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
    closers.push(() => silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const closed = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const closedPort = portOf(closed);
    await new Promise((resolve) => closed.close(resolve));
    const refusing = http.createServer((_request, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
    closers.push(() => refusing.close());
    await new Promise((resolve) => refusing.once('listening', resolve));
    const cases: [url: string, reason: RegExp][] = [
      [`ws://127.0.0.1:${closedPort}`, /ECONNREFUSED/],
      ['not an address', /URL/i],
      [`ws://127.0.0.1:${portOf(silent)}`, /timed out/],
      [`ws://127.0.0.1:${portOf(refusing)}`, /503/],
    ];
    for (const [url, reason] of cases) {
      const { seen, handlers } = watch();
      const socket = wsSockets(clock).open(url, handlers, { openTimeoutMs: 100 });
      await vi.waitFor(() => expect(seen.closes).toHaveLength(1), { timeout: 5_000 });
      expect(seen.closes[0]?.reason).toMatch(reason);
      expect(seen.opened).toBe(0);
      expect(socket.isOpen).toBe(false);
      socket.close();
      socket.terminate();
      expect(seen.closes).toHaveLength(1);
    }
  });

  it('gives up on a peer that does not answer the closing handshake', async () => {
    let raw: net.Socket | undefined;
    const url = await serve((_peer, request) => {
      raw = request.socket as net.Socket;
      raw.pause();
    });
    const { seen, handlers } = watch();
    const socket = wsSockets(clock).open(url, handlers);
    await vi.waitFor(() => expect(seen.opened).toBe(1));
    await vi.waitFor(() => expect(raw).toBeDefined());
    socket.close();
    await vi.waitFor(() => expect(seen.closes).toHaveLength(1), { timeout: 5_000 });
    expect(seen.closes[0]?.code).toBe(1006);
  });
});

async function listen(handler: http.RequestListener): Promise<{ url: string; server: http.Server }> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, server };
}

function client(): HttpPort {
  const port = httpClient();
  closers.push(() => port.close());
  return port;
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

describe('httpClient', () => {
  it('sends method, headers and body, resolves with any status, and keeps connections', async () => {
    const connections = new Set<unknown>();
    const { url } = await listen((request, response) => {
      connections.add(request.socket);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const echo = { method: request.method, key: request.headers['x-key'], body: Buffer.concat(chunks).toString() };
        response.writeHead(418, { 'retry-after': '3' }).end(JSON.stringify(echo));
      });
    });
    const port = client();
    for (let i = 0; i < 3; i++) {
      const reply = await port.request({ method: 'POST', url: `${url}/a?b=1`, headers: { 'x-key': 'k' }, body: 'é' });
      expect(reply.status).toBe(418);
      expect(reply.headers['retry-after']).toBe('3');
      expect(JSON.parse(reply.body.toString())).toEqual({ method: 'POST', key: 'k', body: 'é' });
    }
    expect(connections.size).toBe(1);
  });

  it('rejects with venue/unreachable, naming the place but never the query', async () => {
    const { url } = await listen((request, response) => {
      if (request.url?.startsWith('/silent')) return;
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    const port = client();
    const secret = 'signature=abc';
    for (const request of [
      { method: 'GET', url: `http://127.0.0.1:1/x?${secret}` },
      { method: 'GET', url: `nonsense?${secret}` },
      { method: 'GET', url: `${url}/silent?${secret}`, timeoutMs: 50 },
      { method: 'POST', url: `${url}/cut?${secret}` },
    ] as const) {
      const fault = await faultOf(port.request(request));
      expect(fault.code).toBe('venue/unreachable');
      expect(`${fault.message} ${JSON.stringify(fault.details)}`).not.toContain('abc');
    }
  });

  it('asks again after a kept connection was dropped, but only where asking twice is harmless', async () => {
    const served = new Map<unknown, number>();
    let requests = 0;
    const { url } = await listen((request, response) => {
      requests++;
      const nth = (served.get(request.socket) ?? 0) + 1;
      served.set(request.socket, nth);
      // The second request of any connection finds it dropped.
      if (nth === 2) request.socket.resetAndDestroy();
      else response.end('ok');
    });
    const port = client();
    await port.request({ method: 'GET', url });
    expect((await port.request({ method: 'GET', url })).body.toString()).toBe('ok');
    expect(requests).toBe(3);
    expect((await faultOf(port.request({ method: 'POST', url, body: 'order' }))).code).toBe('venue/unreachable');
    expect(requests).toBe(4);
  });
});
