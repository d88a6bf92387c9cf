/** The server port on uWebSockets.js, an optional package that does not load on every system (it needs glibc ≥ 2.38).
 *  Two differences that its interface leaves no way around: it answers pings by itself, also while a gate is shut,
 *  and it does not report the port as taken when another uWebSockets.js listens there. */
import type { HttpRequest, HttpResponse, TemplatedApp, WebSocket } from 'uWebSockets.js';
import { messageOf } from '../core/faults.ts';
import type {
  Connection,
  ConnectionHandlers,
  HttpIn,
  HttpOut,
  ListenOptions,
  RunningServer,
  ServerHandlers,
  ServerKind,
} from './server.ts';

type Uws = Pick<typeof import('uWebSockets.js'), 'App' | 'us_socket_local_port'>;

const HOST = '127.0.0.1';
const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_BACKPRESSURE_BYTES = 64 * 1024 * 1024;

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  418: "I'm a teapot",
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What a socket carries from its upgrade request, and its handlers once it is open. */
interface SocketData {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  own?: ConnectionHandlers;
  closed?: () => void;
}

export type UwsLoading = { readonly kind: ServerKind } | { readonly kind?: undefined; readonly reason: string };

/** The implementation, or why it cannot be had here. */
export async function loadUws(): Promise<UwsLoading> {
  try {
    const loaded = (await import('uWebSockets.js')) as Uws & { readonly default?: Uws };
    const uws = loaded.default ?? loaded;
    return { kind: { name: 'uWebSockets.js', listen: (options, handlers) => listen(uws, options, handlers) } };
  } catch (thrown) {
    return { reason: messageOf(thrown).trim().split('\n')[0] ?? 'unknown' };
  }
}

async function listen(uws: Uws, options: ListenOptions, handlers: ServerHandlers): Promise<RunningServer> {
  const app = uws.App();
  let nextId = 1;
  app.ws<SocketData>('/*', {
    maxPayloadLength: MAX_MESSAGE_BYTES,
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    // The venues keep their own heartbeats.
    idleTimeout: 0,
    sendPingsAutomatically: false,
    upgrade: (response, request, context) => {
      const path = request.getUrl();
      if (!handlers.accepts(path)) {
        response.writeStatus('404 Not Found').end(undefined, true);
        return;
      }
      const headers = headersOf(request);
      const refusal = handlers.refusal?.(path, headers);
      if (refusal !== undefined) {
        write(response, refusal);
        return;
      }
      response.upgrade<SocketData>(
        { path, query: request.getQuery() ?? '', headers },
        request.getHeader('sec-websocket-key'),
        request.getHeader('sec-websocket-protocol'),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    },
    open: (socket) => serve(socket, nextId++, handlers),
    message: (socket, message) => socket.getUserData().own?.onMessage(Buffer.from(message).toString('utf8')),
    ping: (socket) => socket.getUserData().own?.onPing?.(),
    pong: (socket) => socket.getUserData().own?.onPong?.(),
    close: (socket) => socket.getUserData().closed?.(),
  });
  app.any('/*', (response, request) => answer(response, request, handlers));
  return started(uws, app, options.port);
}

function started(uws: Uws, app: TemplatedApp, port: number): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    app.listen(HOST, port, (listenSocket) => {
      if (listenSocket === false) {
        reject(new Error(`cannot listen on ${HOST}:${port}`));
        return;
      }
      resolve({
        port: uws.us_socket_local_port(listenSocket),
        close: () => {
          app.close();
          return Promise.resolve();
        },
      });
    });
  });
}

function headersOf(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  request.forEach((name, value) => {
    headers[name] = value;
  });
  return headers;
}

function serve(socket: WebSocket<SocketData>, id: number, handlers: ServerHandlers): void {
  const data = socket.getUserData();
  // A closed socket must not be touched any more: every method would throw.
  let alive = true;
  const open = (): boolean => alive && (handlers.gate?.(connection) ?? true);
  const connection: Connection = {
    id,
    path: data.path,
    query: data.query,
    headers: data.headers,
    send: (message) => {
      if (open()) socket.send(message, typeof message !== 'string');
    },
    ping: () => {
      if (open()) socket.ping();
    },
    close: (code, reason) => {
      if (alive) socket.end(code, reason);
    },
    terminate: () => {
      if (alive) socket.close();
    },
  };
  const own = handlers.onConnection(connection);
  data.own = own;
  data.closed = () => {
    alive = false;
    own.onClose();
  };
}

function answer(response: HttpResponse, request: HttpRequest, handlers: ServerHandlers): void {
  // The request object is gone once this function returns.
  const head = {
    method: request.getCaseSensitiveMethod().toUpperCase(),
    path: request.getUrl(),
    query: request.getQuery() ?? '',
    headers: headersOf(request),
  };
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const chunks: Buffer[] = [];
  let length = 0;
  response.onData((chunk, isLast) => {
    if (aborted) return;
    length += chunk.byteLength;
    if (length > MAX_MESSAGE_BYTES) {
      response.close();
      return;
    }
    // The chunk is gone too: copy it.
    chunks.push(Buffer.from(Buffer.from(chunk)));
    if (isLast) void reply({ ...head, body: Buffer.concat(chunks).toString('utf8') });
  });

  const reply = async (incoming: HttpIn): Promise<void> => {
    const outcome = await handlers.onRequest(incoming);
    if (aborted || outcome === 'hang') return;
    if (outcome === 'drop') response.close();
    else response.cork(() => write(response, outcome));
  };
}

function write(response: HttpResponse, out: HttpOut): void {
  response.writeStatus(`${out.status} ${STATUS_TEXTS[out.status] ?? 'Status'}`);
  const headers = { 'content-type': 'application/json;charset=UTF-8', ...out.headers };
  for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
  response.end(out.body);
}
