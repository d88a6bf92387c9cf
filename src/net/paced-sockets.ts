/** Opens connections no faster than a venue lets one address, and none while it keeps us out: those that are too many
 *  wait for their turn, as sockets that are not open yet. */
import type { Clock } from '../core/clock.ts';
import { countOf } from '../core/rate-count.ts';
import type { ConnectionRate } from '../core/rate-limits.ts';
import type { Socket, SocketFactory, SocketHandlers } from '../core/socket.ts';

export interface PacedSocketsDeps {
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  readonly rate: ConnectionRate | undefined;
  /** How long nothing may be opened whatever the rate, ms. */
  readonly closedMs?: () => number;
}

/** Feeds and order entry open connections on threads of their own, from one address: each keeps to half. */
const SHARE = 0.5;
const GIVEN_UP = 1006;

export function pacedSockets({ sockets, clock, rate, closedMs = () => 0 }: PacedSocketsDeps): SocketFactory {
  const count = rate === undefined ? undefined : countOf({ kind: 'sliding', windowMs: rate.windowMs });
  const most = Math.max(1, Math.floor((rate?.count ?? 0) * SHARE));
  const waitMs = (): number => {
    const now = clock.monotonicNs();
    return Math.max(closedMs(), (count?.waitNs(now, most - 1) ?? 0) / 1e6);
  };
  return {
    open(url, handlers, options) {
      const open = (): Socket => {
        count?.add(clock.monotonicNs(), 1);
        return sockets.open(url, handlers, options);
      };
      return waitMs() <= 0 ? open() : new WaitingSocket(open, waitMs, handlers, clock);
    },
  };
}

class WaitingSocket implements Socket {
  readonly #open: () => Socket;
  readonly #waitMs: () => number;
  readonly #handlers: SocketHandlers;
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #cancel: () => void = () => {};
  #isGivenUp = false;

  constructor(open: () => Socket, waitMs: () => number, handlers: SocketHandlers, clock: Clock) {
    this.#open = open;
    this.#waitMs = waitMs;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#wait();
  }

  get isOpen(): boolean {
    return this.#socket?.isOpen ?? false;
  }

  send(text: string | Uint8Array): boolean {
    return this.#socket?.send(text) ?? false;
  }

  ping(): void {
    this.#socket?.ping();
  }

  close(): void {
    if (this.#socket === undefined) this.#giveUp();
    else this.#socket.close();
  }

  terminate(): void {
    if (this.#socket === undefined) this.#giveUp();
    else this.#socket.terminate();
  }

  /** Others may have been faster when the time has come. */
  #wait(): void {
    this.#cancel = this.#clock.after(Math.max(1, Math.ceil(this.#waitMs())), () => {
      if (this.#waitMs() > 0) this.#wait();
      else this.#socket = this.#open();
    });
  }

  #giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#cancel();
    queueMicrotask(() => this.#handlers.onClose(GIVEN_UP, 'given up before its turn to connect'));
  }
}
