/** Sockets and HTTP as ports; src/net implements them, tests replace them. */
import type { VenueError } from './order.ts';
import type { MonoNs } from './units.ts';

export interface SocketHandlers {
  onOpen(): void;
  /** Bytes [start, end) of `buffer` are one whole message; the buffer is reused after the call returns. */
  onFrame(buffer: Uint8Array, start: number, end: number, receivedAt: MonoNs): void;
  onPong(): void;
  /** Called exactly once for every opened socket, also when it never came up. Nothing is called after it. */
  onClose(code: number, reason: string): void;
}

export interface Socket {
  /** Sends a text message (a string or its UTF-8 bytes). Returns false, having sent nothing, unless the socket is open. */
  send(text: string | Uint8Array): boolean;
  ping(): void;
  /** Starts the closing handshake; falls back to `terminate` when the other side does not answer. */
  close(): void;
  /** Drops the connection at once; `onClose` follows. */
  terminate(): void;
  readonly isOpen: boolean;
}

export interface SocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly openTimeoutMs?: number;
}

export interface SocketFactory {
  /** Never throws for a network reason: those arrive in `onClose`. */
  open(url: string, handlers: SocketHandlers, options?: SocketOptions): Socket;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface HttpPort {
  /** Resolves with any status; rejects with `Fault('venue/unreachable')` when no whole reply came, and with
   *  `Fault('venue/rate-limited')`, having sent nothing, while the venue does not want to be asked. */
  request(request: HttpRequest): Promise<HttpReply>;
  /** Hears what a reply meant once it was read: that the venue asks for quiet is often told in its own words alone.
   *  `method`: of the request; absent where the answer came over a socket. */
  onRefusal?(error: VenueError, method?: HttpRequest['method']): void;
  close(): void;
}
