/** A socket factory that watches how long its sockets take to open, and pings those that are up. */
import type { Clock } from '../core/clock.ts';
import type { Socket, SocketFactory, SocketHandlers, SocketOptions } from '../core/socket.ts';
import type { RoundTrip } from './verdicts.ts';

const PINGS = 5;
const PONG_TIMEOUT_MS = 2_000;

interface Watched {
  readonly address: string;
  socket: Socket | undefined;
  openMs: number | undefined;
  onPong: () => void;
}

/** The address without what may be secret in it: tokens and signatures stand in its query. */
export function plainAddress(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an unreadable address' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

export class SocketProbe implements SocketFactory {
  readonly #sockets: SocketFactory;
  readonly #clock: Clock;
  readonly #watched: Watched[] = [];

  constructor(sockets: SocketFactory, clock: Clock) {
    this.#sockets = sockets;
    this.#clock = clock;
  }

  open(url: string, handlers: SocketHandlers, options?: SocketOptions): Socket {
    const entry: Watched = { address: plainAddress(url), socket: undefined, openMs: undefined, onPong: () => {} };
    this.#watched.push(entry);
    const startedAt = this.#clock.monotonicNs();
    const socket = this.#sockets.open(
      url,
      {
        onOpen: () => {
          entry.openMs = (this.#clock.monotonicNs() - startedAt) / 1e6;
          handlers.onOpen();
        },
        onFrame: (buffer, start, end, receivedAt) => handlers.onFrame(buffer, start, end, receivedAt),
        onPong: () => {
          entry.onPong();
          handlers.onPong();
        },
        onClose: (code, reason) => {
          entry.socket = undefined;
          handlers.onClose(code, reason);
        },
      },
      options,
    );
    entry.socket = socket;
    return socket;
  }

  /** Pings every socket that was opened since the last time and still is, one after the other. One that answers no ping
   *  has no round trips. */
  async measure(): Promise<readonly RoundTrip[]> {
    const found: RoundTrip[] = [];
    for (const entry of this.#watched.splice(0)) {
      const { address, openMs } = entry;
      if (openMs !== undefined && entry.socket?.isOpen === true) {
        found.push({ address, openMs, tripsMs: await this.#ping(entry) });
      }
    }
    return found;
  }

  async #ping(entry: Watched): Promise<readonly number[]> {
    const tripsMs: number[] = [];
    for (let sample = 0; sample < PINGS; sample++) {
      const tripMs = await this.#pingOnce(entry);
      if (tripMs === undefined) break;
      tripsMs.push(tripMs);
    }
    return tripsMs;
  }

  #pingOnce(entry: Watched): Promise<number | undefined> {
    const sentAt = this.#clock.monotonicNs();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PONG_TIMEOUT_MS, () => resolve(undefined));
      entry.onPong = () => {
        cancel();
        entry.onPong = () => {};
        resolve((this.#clock.monotonicNs() - sentAt) / 1e6);
      };
      entry.socket?.ping();
    });
  }
}
