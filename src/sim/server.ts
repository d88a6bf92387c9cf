/** The server port: HTTP and WebSocket on one listening port of 127.0.0.1.
 *  `server-ws.ts` and `server-uws.ts` implement it and behave alike; `server-pick.ts` takes the one that loads. */
export interface HttpIn {
  /** Upper case. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Raw, without the question mark; empty when there is none. Signatures are made over it as it came. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpOut {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `drop`: the connection is cut without an answer. `hang`: it stays open, unanswered, until the client gives up. */
export type HttpAnswer = HttpOut | 'drop' | 'hang';

export interface Connection {
  readonly id: number;
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** Upgrade request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sends a text message, or bytes (not to be changed afterwards) as a binary one; nothing when the socket is closing or the gate is shut. */
  send(message: string | Uint8Array): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Cuts the TCP connection without a close frame. */
  terminate(): void;
}

export interface ConnectionHandlers {
  onMessage(text: string): void;
  onPing?(): void;
  onPong?(): void;
  /** Exactly once. Nothing is called after it. */
  onClose(): void;
}

export interface ServerHandlers {
  onRequest(request: HttpIn): HttpAnswer | Promise<HttpAnswer>;
  /** A WebSocket came up on a path that `accepts` took. */
  onConnection(connection: Connection): ConnectionHandlers;
  /** Whether an upgrade on this path is served; otherwise it is answered 404. */
  accepts(path: string): boolean;
  /** What an upgrade on such a path is answered in place of a socket, for want of a key; undefined: it is let in. */
  refusal?(path: string, headers: Readonly<Record<string, string>>): HttpOut | undefined;
  /** False keeps this connection silent: nothing is sent, pongs included. Absent: always open. */
  gate?(connection: Connection): boolean;
}

export interface ListenOptions {
  /** 0: any free port. */
  readonly port: number;
}

export interface RunningServer {
  readonly port: number;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/** One implementation of the port. */
export interface ServerKind {
  readonly name: 'uWebSockets.js' | 'ws';
  listen(options: ListenOptions, handlers: ServerHandlers): Promise<RunningServer>;
}
