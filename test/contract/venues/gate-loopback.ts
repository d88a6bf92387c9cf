/** A server on loopback that speaks as much Gate as logging on and acknowledging orders needs, and keeps every frame. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../../src/core/venue.ts';

export interface ClientFrame {
  readonly time: number;
  readonly channel: string;
  readonly event: string;
  readonly payload?: Readonly<Record<string, unknown>> | readonly string[];
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface Loopback {
  readonly endpoints: Endpoints;
  readonly frames: ClientFrame[];
  readonly calls: HttpCall[];
  /** Cuts every open socket. */
  cut(): void;
  close(): Promise<void>;
}

const ORDER = { id: '1852454420', status: 'open', currency_pair: 'BTC_USDT', type: 'limit', side: 'buy', amount: '1' };

function answersTo(frame: ClientFrame): object[] {
  const { channel, event, payload } = frame;
  if (event !== 'api') return [{ time: 1, channel, event, payload, result: { status: 'success' } }];
  const { req_id } = payload as { req_id: string };
  const header = { response_time: String(Date.now()), status: '200', channel, event };
  const receipt = { request_id: req_id, ack: true, header, data: { result: payload } };
  const result = channel === 'spot.login' ? { api_key: 'k', uid: '1' } : { ...ORDER, left: '1', text: 't-p1e1s1' };
  const answer = { request_id: req_id, header, data: { result } };
  return channel === 'spot.order_place' ? [receipt, answer] : [answer];
}

export async function loopback(): Promise<Loopback> {
  const frames: ClientFrame[] = [];
  const calls: HttpCall[] = [];
  const open = new Set<WebSocket>();
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      calls.push({ method, url, headers, body: Buffer.concat(parts).toString() });
      const isTime = url.endsWith('/spot/time');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isTime ? { server_time: Date.now() } : { ...ORDER, left: '1' }));
    });
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame;
      frames.push(frame);
      for (const answer of answersTo(frame)) socket.send(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const sockets = `ws://127.0.0.1:${port}/ws/v4/`;
  return {
    endpoints: { rest: `http://127.0.0.1:${port}`, wsPublic: sockets, wsPrivate: sockets, wsTrade: sockets },
    frames,
    calls,
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
