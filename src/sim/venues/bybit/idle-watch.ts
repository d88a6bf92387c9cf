/** Cuts connections on which nothing happened: "if there is no "ping-pong" and no stream data sent from server end, the
 *  connection will be cut off after 10 minutes"; private and trade connections may choose 30 s to 600 s, and all are
 *  looked at every 30 s only. Source: https://bybit-exchange.github.io/docs/v5/ws/connect. */
import type { Clock } from '../../../core/clock.ts';
import { monotonicMs } from '../../clock-readings.ts';
import type { Connection } from '../../server.ts';

const DEFAULT_S = 600;
const LOWEST_S = 30;
const SCAN_MS = 30_000;
const CLOSE = { Idle: 1001, TooBig: 1009 } as const;
/** Not documented; far more than 21,000 characters of topics need. */
const MAX_MESSAGE = 65_536;

export class IdleWatch {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #limitMs: number;
  #activeAtMs: number;
  #cancel: () => void = () => {};

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#limitMs = activeSeconds(connection.query) * 1000;
    this.#activeAtMs = monotonicMs(clock);
    this.#scan();
  }

  touch(): void {
    this.#activeAtMs = monotonicMs(this.#clock);
  }

  /** Whether a message is small enough; a bigger one ends the connection. */
  admits(text: string): boolean {
    if (text.length <= MAX_MESSAGE) return true;
    this.#connection.close(CLOSE.TooBig, 'message too big');
    return false;
  }

  stop(): void {
    this.#cancel();
  }

  #scan(): void {
    this.#cancel = this.#clock.after(SCAN_MS, () => {
      if (monotonicMs(this.#clock) - this.#activeAtMs >= this.#limitMs) this.#connection.close(CLOSE.Idle, 'idle');
      else this.#scan();
    });
  }
}

/** `max_active_time=45s` or `2m`; anything else, and any time out of bounds, is the default or the bound. */
function activeSeconds(query: string): number {
  const match = /^(\d{1,4})([sm])$/.exec(new URLSearchParams(query).get('max_active_time') ?? '');
  if (match === null) return DEFAULT_S;
  return Math.min(Math.max(Number(match[1]) * (match[2] === 'm' ? 60 : 1), LOWEST_S), DEFAULT_S);
}
