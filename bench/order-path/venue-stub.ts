/** One venue's end of the order sockets: logs its client on, takes the bytes of an order, and answers it when told to. The
 *  time that an order arrived is taken once its bytes lie in this end's buffer. */
import { textIn } from '../../src/core/bytes.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { HttpPort, Socket, SocketFactory, SocketHandlers } from '../../src/core/socket.ts';

/** What a venue says. Messages go to the connection that asked, or to the one whose address is named. */
export interface VenueWords {
  /** Answers to log-on and subscriptions. */
  onRequest(text: string): readonly string[];
  /** The order taken and ended, unfilled. */
  onOrder(text: string): readonly Told[];
  /** The body of the one REST question that is asked before a log-on: the venue's time. */
  timeBody(): string;
}

export interface Told {
  readonly to: 'asker' | { readonly url: string };
  readonly text: string;
}

const BUFFER_BYTES = 64 << 10;

export class VenueStub {
  readonly sockets: SocketFactory;
  readonly http: HttpPort;
  readonly #words: VenueWords;
  readonly #clock: Clock;
  readonly #open = new Map<string, SocketHandlers>();
  readonly #bytes = Buffer.alloc(BUFFER_BYTES);
  #length = 0;
  #asker: SocketHandlers | undefined;
  #isTaking = false;
  /** `performance.now()` when the last order's bytes were taken. */
  tookAtMs = 0;

  constructor(words: VenueWords, clock: Clock) {
    this.#words = words;
    this.#clock = clock;
    this.sockets = { open: (url, handlers) => this.#connect(url, handlers) };
    this.http = {
      request: async () => ({ status: 200, headers: {}, body: Buffer.from(words.timeBody()) }),
      close: () => {},
    };
  }

  /** From here on what is sent is orders. */
  takeOrders(): void {
    this.#isTaking = true;
  }

  /** The order that was sent since the last call, as it came; '' when there was none. */
  takenOrder(): string {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    this.#length = 0;
    return text;
  }

  answer(order: string): void {
    for (const { to, text } of this.#words.onOrder(order)) {
      const handlers = to === 'asker' ? this.#asker : this.#open.get(to.url);
      if (handlers === undefined) throw new Error(`nobody is there to hear ${text}`);
      this.#say(handlers, text);
    }
  }

  #connect(url: string, handlers: SocketHandlers): Socket {
    this.#open.set(url, handlers);
    const close = (): void => {
      if (this.#open.delete(url)) queueMicrotask(() => handlers.onClose(1000, ''));
    };
    queueMicrotask(() => handlers.onOpen());
    return {
      isOpen: true,
      send: (text) => {
        if (this.#isTaking) this.#take(handlers, text);
        else this.#reply(handlers, typeof text === 'string' ? text : textIn(text, 0, text.length));
        return true;
      },
      ping: () => queueMicrotask(() => handlers.onPong()),
      close,
      terminate: close,
    };
  }

  #take(handlers: SocketHandlers, text: string | Uint8Array): void {
    if (typeof text === 'string') this.#length = this.#bytes.write(text);
    else {
      this.#bytes.set(text);
      this.#length = text.length;
    }
    this.#asker = handlers;
    this.tookAtMs = performance.now();
  }

  #reply(handlers: SocketHandlers, text: string): void {
    const messages = this.#words.onRequest(text);
    queueMicrotask(() => {
      for (const message of messages) this.#say(handlers, message);
    });
  }

  #say(handlers: SocketHandlers, text: string): void {
    const bytes = Buffer.from(text);
    handlers.onFrame(bytes, 0, bytes.length, this.#clock.monotonicNs());
  }
}
