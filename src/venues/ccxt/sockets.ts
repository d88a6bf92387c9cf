/** Virtual sockets: `ccxt://<exchange>/<symbols>` is opened in a ccxt worker, and looks to the feed like any connection.
 *  Thread: feed. The worker is started with the first socket and ends when there was none for a while. */
import type { Clock } from '../../core/clock.ts';
import type { Socket, SocketFactory, SocketHandlers } from '../../core/socket.ts';
import { Link } from './link.ts';
import type { CcxtWorkerData, FromCcxt } from './protocol.ts';
import { RENEW_FRAME, symbolsOf } from './stream.ts';

const ABNORMAL = 1006;
const RENEW = Buffer.from(RENEW_FRAME);
const OPEN_TIMEOUT_MS = 10_000;
/** Longer than the feed's longest wait between two tries. */
const IDLE_MS = 45_000;

export class CcxtSockets implements SocketFactory {
  readonly #data: CcxtWorkerData;
  readonly #clock: Clock;
  readonly #sockets = new Map<number, CcxtSocket>();
  #link: Link | undefined;
  #serial = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(data: CcxtWorkerData, clock: Clock) {
    this.#data = data;
    this.#clock = clock;
  }

  open(url: string, handlers: SocketHandlers, options: { readonly openTimeoutMs?: number } = {}): Socket {
    clearTimeout(this.#idle);
    const link = this.#theLink();
    const id = ++this.#serial;
    const socket = new CcxtSocket(link, id, handlers, this.#clock, () => this.#onGone(id));
    this.#sockets.set(id, socket);
    link.send({ kind: 'Open', socket: id, symbols: symbolsOf(url) });
    socket.giveUpAfter(options.openTimeoutMs ?? OPEN_TIMEOUT_MS);
    return socket;
  }

  #theLink(): Link {
    if (this.#link?.isGone === false) return this.#link;
    const link = new Link(this.#data, {
      onSocket: (message) => this.#sockets.get(message.socket)?.onMessage(message),
      onGone: (reason) => {
        for (const socket of [...this.#sockets.values()]) socket.end(reason);
      },
    });
    this.#link = link;
    return link;
  }

  #onGone(id: number): void {
    this.#sockets.delete(id);
    if (this.#sockets.size > 0) return;
    this.#idle = setTimeout(() => void this.#link?.end(), IDLE_MS);
    this.#idle.unref();
  }
}

class CcxtSocket implements Socket {
  readonly #link: Link;
  readonly #id: number;
  readonly #handlers: SocketHandlers;
  readonly #clock: Clock;
  readonly #onGone: () => void;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #cancel = (): void => {};

  constructor(link: Link, id: number, handlers: SocketHandlers, clock: Clock, onGone: () => void) {
    this.#link = link;
    this.#id = id;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#onGone = onGone;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Only ever a wish for a new book: the answer makes the feed open another socket, and close this one once that one
   *  has its books (`stream.ts`). */
  send(): boolean {
    if (!this.isOpen) return false;
    queueMicrotask(() => {
      if (this.isOpen) this.#handlers.onFrame(RENEW, 0, RENEW.length, this.#clock.monotonicNs());
    });
    return true;
  }

  ping(): void {
    this.#link.send({ kind: 'Ping', socket: this.#id });
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#link.send({ kind: 'Close', socket: this.#id });
    // `onClose` follows, never from within this call.
    queueMicrotask(() => this.end('closed by us'));
  }

  giveUpAfter(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      this.#link.send({ kind: 'Close', socket: this.#id });
      this.end(`no book within ${ms} ms`);
    });
  }

  onMessage(message: Extract<FromCcxt, { readonly socket: number }>): void {
    if (this.#state === 'closed') return;
    switch (message.kind) {
      case 'Opened':
        this.#cancel();
        this.#state = 'open';
        return this.#handlers.onOpen();
      case 'Frame': {
        const { bytes, receivedAt } = message;
        return this.#handlers.onFrame(bytes, 0, bytes.length, receivedAt);
      }
      case 'Pong':
        return this.#handlers.onPong();
      case 'Closed':
        return this.end(message.reason);
    }
  }

  end(reason: string): void {
    if (this.#state === 'closed') return;
    this.#cancel();
    this.#state = 'closed';
    this.#onGone();
    this.#handlers.onClose(ABNORMAL, reason);
  }
}
