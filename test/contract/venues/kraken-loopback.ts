/** A server on loopback that speaks as much Kraken as logging on and acknowledging orders needs, and keeps every frame and
 *  form. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../../src/core/venue.ts';
import { PAIRS } from '../../unit/venues/kraken-fakes.ts';

export interface ClientFrame {
  readonly method: string;
  readonly req_id?: number;
  readonly params: Record<string, unknown>;
}

export interface ClientForm {
  readonly method: string;
  readonly body: string;
  readonly form: Record<string, string>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Loopback {
  readonly endpoints: Endpoints;
  readonly frames: ClientFrame[];
  readonly forms: ClientForm[];
  readonly paths: string[];
  /** Pushes to every open socket. */
  push(frame: object): void;
  /** Cuts every open socket. */
  cut(): void;
  close(): Promise<void>;
}

const RESULTS: Readonly<Record<string, () => object>> = {
  Time: () => ({ unixtime: Math.floor(Date.now() / 1000), rfc1123: '' }),
  AssetPairs: () => PAIRS,
  Assets: () => ({
    XXBT: { aclass: 'currency', altname: 'XBT', decimals: 10, display_decimals: 5, status: 'enabled' },
    USDT: { aclass: 'currency', altname: 'USDT', decimals: 8, display_decimals: 4, status: 'enabled' },
  }),
  GetWebSocketsToken: () => ({ token: 'the-token', expires: 900 }),
  AddOrder: () => ({ descr: { order: 'buy 0.01000000 XBTUSDT @ limit 60000.1' }, txid: ['OUF4EM-FRGI2-MQMWZD'] }),
  CancelOrder: () => ({ count: 1 }),
};

const TIMES = { time_in: '2026-08-02T03:35:50.983359Z', time_out: '2026-08-02T03:35:50.983398Z' };

function answerTo({ method, req_id, params = {} }: ClientFrame): object {
  const id = req_id === undefined ? {} : { req_id };
  if (method === 'subscribe') return { method, result: { channel: params.channel }, success: true, ...TIMES, ...id };
  return { method, result: { order_id: 'OUF4EM-FRGI2-MQMWZD' }, success: true, ...TIMES, ...id };
}

export async function loopback(): Promise<Loopback> {
  const frames: ClientFrame[] = [];
  const forms: ClientForm[] = [];
  const paths: string[] = [];
  const open = new Set<WebSocket>();
  const http = createServer((request, response) => {
    const method = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? '';
    paths.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      if (body !== '') {
        forms.push({ method, body, form: Object.fromEntries(new URLSearchParams(body)), headers: request.headers });
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ error: [], result: RESULTS[method]?.() ?? {} }));
    });
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    paths.push(`WS ${request.url}`);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame;
      if (frame.method === 'ping') return socket.send(JSON.stringify({ method: 'pong', ...TIMES }));
      frames.push(frame);
      socket.send(JSON.stringify(answerTo(frame)));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const secure = `ws://127.0.0.1:${port}/auth/v2`;
  return {
    endpoints: {
      rest: `http://127.0.0.1:${port}`,
      wsPublic: `ws://127.0.0.1:${port}/v2`,
      wsPrivate: secure,
      wsTrade: secure,
    },
    frames,
    forms,
    paths,
    push: (frame) => {
      for (const socket of open) socket.send(JSON.stringify(frame));
    },
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
