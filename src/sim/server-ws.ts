/** The server port on `node:http` and `ws`. */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type {
  Connection,
  HttpAnswer,
  HttpIn,
  HttpOut,
  ListenOptions,
  RunningServer,
  ServerHandlers,
  ServerKind,
} from './server.ts';

const HOST = '127.0.0.1';
/** Longest request body and WebSocket message taken. */
export const MAX_MESSAGE_BYTES = 1_048_576;

export const wsServer: ServerKind = { name: 'ws', listen };

async function listen(options: ListenOptions, handlers: ServerHandlers): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void answer(request, response, handlers);
  });
  // Nagle's algorithm would hold small frames back.
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    // Pongs go through the gate.
    autoPong: false,
  });
  let nextId = 1;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { path } = split(request.url ?? '/');
    if (!handlers.accepts(path)) {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const refusal = handlers.refusal?.(path, plainHeaders(request));
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request, nextId++, handlers));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function refuse(socket: Duplex, { status, headers, body }: HttpOut): void {
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}\r\n${lines.join('')}\r\n${body}`);
}

function split(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function answer(request: IncomingMessage, response: ServerResponse, handlers: ServerHandlers): Promise<void> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_MESSAGE_BYTES) {
        request.destroy();
        return;
      }
      chunks.push(chunk);
    }
  } catch {
    return; // The client went away in the middle of its body.
  }
  const incoming: HttpIn = {
    method: request.method ?? 'GET',
    ...split(request.url ?? '/'),
    headers: plainHeaders(request),
    body: Buffer.concat(chunks).toString('utf8'),
  };
  const reply: HttpAnswer = await handlers.onRequest(incoming);
  if (reply === 'hang') return;
  if (reply === 'drop') {
    request.socket.destroy();
    return;
  }
  const bytes = Buffer.from(reply.body, 'utf8');
  response.writeHead(reply.status, {
    'content-type': 'application/json;charset=UTF-8',
    ...reply.headers,
    'content-length': String(bytes.length),
  });
  response.end(bytes);
}

function serve(webSocket: WebSocket, request: IncomingMessage, id: number, handlers: ServerHandlers): void {
  const open = (): boolean => handlers.gate?.(connection) ?? true;
  const connection: Connection = {
    id,
    ...split(request.url ?? '/'),
    headers: plainHeaders(request),
    send: (message) => {
      if (webSocket.readyState === webSocket.OPEN && open()) webSocket.send(message);
    },
    ping: () => {
      if (webSocket.readyState === webSocket.OPEN && open()) webSocket.ping();
    },
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
  };
  const own = handlers.onConnection(connection);
  webSocket.on('message', (data) => own.onMessage(textOf(data)));
  webSocket.on('ping', (data) => {
    own.onPing?.();
    if (webSocket.readyState === webSocket.OPEN && open()) webSocket.pong(data);
  });
  webSocket.on('pong', () => own.onPong?.());
  // A protocol error of the client; `close` follows.
  webSocket.on('error', () => {});
  webSocket.on('close', () => own.onClose());
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
