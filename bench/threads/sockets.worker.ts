/** The far end of receive/150B and rtt/ws-150B: a WebSocket server and a plain TCP server on loopback, which send back
 *  what they get, and flood on demand. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { wireFrame } from '../e2e/exchange.ts';

export interface SocketPorts {
  readonly ws: number;
  readonly tcp: number;
}

/** Floods `count` messages of `bytes` over the newest connection of a kind. */
export interface Flood {
  readonly over: 'ws' | 'tcp';
  readonly count: number;
  readonly bytes: number;
}

const newest: { ws: Socket | undefined; tcp: Socket | undefined } = { ws: undefined, tcp: undefined };

const http = createHttpServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket, request) => {
  request.socket.setNoDelay(true);
  newest.ws = request.socket;
  socket.on('message', (data) => socket.send(data, { binary: false }));
});
const tcp = createTcpServer((socket) => {
  socket.setNoDelay(true);
  newest.tcp = socket;
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

parentPort?.on('message', ({ over, count, bytes }: Flood) => {
  const message = over === 'ws' ? wireFrame('x'.repeat(bytes)) : Buffer.alloc(bytes, 'x');
  newest[over]?.write(Buffer.concat(Array.from({ length: count }, () => message)));
});
const ports: SocketPorts = { ws: await listen(http), tcp: await listen(tcp) };
parentPort?.postMessage(ports);
