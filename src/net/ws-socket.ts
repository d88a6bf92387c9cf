/** The socket port over the `ws` library. Compression is off, pings are answered, and every frame, text or binary, is
 *  handed on as bytes with the time of the read callback that brought its end. */
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import type { Socket, SocketFactory, SocketHandlers, SocketOptions } from '../core/socket.ts';
import type { MonoNs } from '../core/units.ts';

/** "Abnormal closure": what RFC 6455 §7.1.5 calls a connection that ended without a closing handshake. */
const ABNORMAL = 1006;
const CLOSE_TIMEOUT_MS = 2_000;
const OPEN_TIMEOUT_MS = 10_000;

class WsSocket implements Socket {
  readonly #ws: WebSocket;
  #readAt: MonoNs;
  #failure = '';

  constructor(url: string, handlers: SocketHandlers, options: SocketOptions, clock: Clock) {
    this.#readAt = clock.monotonicNs();
    const settings: WebSocket.ClientOptions & { closeTimeout: number } = {
      perMessageDeflate: false,
      handshakeTimeout: options.openTimeoutMs ?? OPEN_TIMEOUT_MS,
      closeTimeout: CLOSE_TIMEOUT_MS,
      // The parsers read bytes and refuse what they do not know; checking UTF-8 first would only read them twice.
      skipUTF8Validation: true,
      ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
    };
    this.#ws = new WebSocket(url, settings);
    let raw: IncomingMessage['socket'] | undefined;
    this.#ws.on('upgrade', (response: IncomingMessage) => {
      raw = response.socket;
    });
    this.#ws.on('open', () => {
      // Put before the library's own listener, so that the time is taken before the bytes are looked at; and not
      // earlier than here, since a listener set sooner would swallow frames that came with the upgrade reply.
      raw?.prependListener('data', () => {
        this.#readAt = clock.monotonicNs();
      });
      handlers.onOpen();
    });
    this.#ws.on('message', (data) => {
      const bytes = data as Buffer;
      handlers.onFrame(bytes, 0, bytes.length, this.#readAt);
    });
    this.#ws.on('pong', () => handlers.onPong());
    this.#ws.on('error', (error) => {
      this.#failure = messageOf(error);
    });
    // The library emits `close` exactly once, after `error` when there was one, also when the socket never opened.
    this.#ws.on('close', (code, reason) => {
      handlers.onClose(code, reason.length > 0 ? reason.toString() : this.#failure);
    });
  }

  send(text: string | Uint8Array): boolean {
    if (!this.isOpen) return false;
    this.#ws.send(text, { binary: false });
    return true;
  }

  ping(): void {
    if (this.isOpen) this.#ws.ping();
  }

  close(): void {
    this.#ws.close();
  }

  terminate(): void {
    this.#ws.terminate();
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }
}

/** A socket whose address could not even be read. */
class DeadSocket implements Socket {
  readonly isOpen = false;

  constructor(reason: string, handlers: SocketHandlers) {
    queueMicrotask(() => handlers.onClose(ABNORMAL, reason));
  }

  send(): boolean {
    return false;
  }

  ping(): void {}
  close(): void {}
  terminate(): void {}
}

export function wsSockets(clock: Clock): SocketFactory {
  return {
    open(url, handlers, options = {}) {
      try {
        return new WsSocket(url, handlers, options, clock);
      } catch (error) {
        return new DeadSocket(messageOf(error), handlers);
      }
    },
  };
}
