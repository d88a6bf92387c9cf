/** A server on loopback that speaks as much OKX as logging on and acknowledging orders needs, and keeps every frame. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../../src/core/venue.ts';

export interface ClientFrame {
  readonly id?: string | number;
  readonly op: string;
  readonly args: Record<string, unknown>[];
  readonly [key: string]: unknown;
}

export interface Loopback {
  readonly endpoints: Endpoints;
  /** `ws://…/ws/v5`, to which clients append `/public` or `/private`. */
  readonly sockets: string;
  readonly frames: ClientFrame[];
  readonly paths: string[];
  /** Pushes to every open socket. */
  push(frame: object): void;
  /** Cuts every open socket. */
  cut(): void;
  close(): Promise<void>;
}

const answerTo = (frame: ClientFrame): object[] => {
  switch (frame.op) {
    case 'login':
      return [{ event: 'login', code: '0', msg: '', connId: 'a4d3ae55' }];
    case 'subscribe':
      return frame.args.map((arg) => ({ event: 'subscribe', arg, connId: 'a4d3ae55' }));
    default: {
      const item = { clOrdId: frame.args[0]?.clOrdId, ordId: '312269865356374016', ts: '1', sCode: '0', sMsg: '' };
      const times = { inTime: '1695190491421339', outTime: '1695190491423240' };
      return [{ id: frame.id, op: frame.op, code: '0', msg: '', data: [item], ...times }];
    }
  }
};

export async function loopback(): Promise<Loopback> {
  const frames: ClientFrame[] = [];
  const paths: string[] = [];
  const open = new Set<WebSocket>();
  const http = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ code: '0', msg: '', data: [{ ts: String(Date.now()) }] }));
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    paths.push(`WS ${request.url}`);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('message', (data) => {
      const text = String(data);
      if (text === 'ping') return socket.send('pong');
      const frame = JSON.parse(text) as ClientFrame;
      frames.push(frame);
      for (const answer of answerTo(frame)) socket.send(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const sockets = `ws://127.0.0.1:${port}/ws/v5`;
  const secure = `${sockets}/private`;
  return {
    endpoints: {
      rest: `http://127.0.0.1:${port}`,
      wsPublic: `${sockets}/public`,
      wsPrivate: secure,
      wsTrade: secure,
    },
    sockets,
    frames,
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
