/** A server on loopback that speaks as much Bitget as logging on, placing and cancelling need, and keeps what it is sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../../src/core/venue.ts';

export interface SentFrame {
  readonly op: string;
  readonly args: readonly Record<string, unknown>[];
}

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Loopback {
  readonly endpoints: Endpoints;
  readonly frames: SentFrame[];
  readonly requests: SentRequest[];
  readonly socketPaths: string[];
  /** Cuts every open socket. */
  cut(): void;
  close(): Promise<void>;
}

const dataFor = (path: string, symbols: readonly object[]): unknown => {
  if (path.endsWith('/public/symbols')) return symbols;
  if (path.endsWith('/time')) return { serverTime: String(Date.now()) };
  if (/\/(orderInfo|fills|currencies|contracts|coins)$/.test(path)) return [];
  return { orderId: '1001', clientOid: 'p1e1s1' };
};

/** @param symbols the list of symbols */
export async function loopback(symbols: readonly object[]): Promise<Loopback> {
  const frames: SentFrame[] = [];
  const requests: SentRequest[] = [];
  const socketPaths: string[] = [];
  const open = new Set<WebSocket>();
  const http = createServer((request, response) => {
    const { method = '', url: target = '', headers } = request;
    const path = target.split('?')[0] ?? '';
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      requests.push({ method, path, target, headers, body });
      response.setHeader('content-type', 'application/json');
      const requestTime = Date.now();
      response.end(JSON.stringify({ code: '00000', msg: 'success', requestTime, data: dataFor(path, symbols) }));
    });
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    socketPaths.push(request.url ?? '');
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('message', (data) => {
      const text = String(data);
      if (text === 'ping') return socket.send('pong');
      const frame = JSON.parse(text) as SentFrame;
      frames.push(frame);
      if (frame.op === 'login') socket.send('{"event":"login","code":0}');
      else for (const arg of frame.args) socket.send(JSON.stringify({ event: 'subscribe', arg }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const sockets = `ws://127.0.0.1:${port}/v2/ws`;
  return {
    endpoints: {
      rest: `http://127.0.0.1:${port}`,
      wsPublic: `${sockets}/public`,
      wsPrivate: `${sockets}/private`,
      wsTrade: `${sockets}/private`,
    },
    frames,
    requests,
    socketPaths,
    cut: () => {
      for (const socket of open) socket.terminate();
    },
    async close() {
      for (const socket of open) socket.terminate();
      server.close();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
