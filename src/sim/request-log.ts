/** What was asked of one venue, as it came in, for tests that judge its clients: REST requests with what was answered, and
 *  connections. */
import type { Clock } from '../core/clock.ts';
import type { HttpAnswer } from './server.ts';

const KEPT = 10_000;

export interface LoggedRequest {
  /** Wall ms of its arrival, on the simulator's own clock. */
  readonly at: number;
  /** `CONNECT`: a WebSocket. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Of the answer; 101 for a connection that was let in, 0 for a request that was not answered. */
  readonly status: number;
  /** The wait that the answer named, ms. */
  readonly retryAfterMs?: number;
}

export class RequestLog {
  readonly #clock: Clock;
  /** Oldest first; the newest ten thousand. */
  readonly entries: LoggedRequest[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.wallMs();
  }

  note(at: number, method: string, path: string, answer: HttpAnswer | 'open'): void {
    const status = answer === 'open' ? 101 : typeof answer === 'string' ? 0 : answer.status;
    const seconds = typeof answer === 'string' ? Number.NaN : Number(answer.headers?.['retry-after'] ?? Number.NaN);
    this.entries.push({
      at,
      method,
      path,
      status,
      ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
    });
    if (this.entries.length > KEPT) this.entries.shift();
  }
}
