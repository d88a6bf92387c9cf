/** Says what a connection has to say no faster than its venue listens: within every limit, and in order. Pings do not come
 *  through here: as many places as the heartbeat can use are set aside for them, so that no ping ever waits.
 *  Thread: feed. Not on the frame path. */
import type { Clock } from '../core/clock.ts';
import type { ConnectionPlan, SendLimit } from '../core/venue.ts';

export interface PacedSenderDeps {
  readonly clock: Clock;
  readonly windows: readonly SendWindow[];
  /** False when the line is not open. */
  readonly transmit: (text: string) => boolean;
}

interface Message {
  readonly text: string;
  readonly onSent: () => void;
}

/** The venue counts what arrives, and what leaves evenly may arrive in a heap: every window is taken this much longer. */
export const JITTER_MS = 250;
/** A message that waits longer waits for the end of an hour, not of a moment. */
const STUCK_MS = 15_000;

const nothing = (): void => {};

/** The last messages under one limit. */
export class SendWindow {
  readonly isShared: boolean;
  readonly #ns: number;
  /** When they were sent; a ring of as many as the limit allows. */
  readonly #sentAt: Float64Array;
  #next = 0;

  /** `pingEveryMs`: least time between two pings, which the venue counts as well. */
  constructor({ count, windowMs, exceptPings, perAddress }: SendLimit, pingEveryMs: number) {
    this.isShared = perAddress === true;
    this.#ns = (windowMs + JITTER_MS) * 1e6;
    const pings = exceptPings === true ? 0 : Math.ceil((windowMs + JITTER_MS) / pingEveryMs);
    if (count <= pings) throw new RangeError(`${count} messages in ${windowMs} ms are all needed for pings`);
    this.#sentAt = new Float64Array(count - pings).fill(Number.NEGATIVE_INFINITY);
  }

  /** Until the oldest message has left the window. */
  waitNs(now: number): number {
    return (this.#sentAt[this.#next] as number) + this.#ns - now;
  }

  take(now: number): void {
    this.#sentAt[this.#next] = now;
    this.#next = (this.#next + 1) % this.#sentAt.length;
  }
}

/** Windows of the limits that all connections from this address share. */
export type SharedWindows = Map<SendLimit, SendWindow>;

/** The windows of a new line. */
export function windowsOf({ sends = [], heartbeat }: ConnectionPlan, shared: SharedWindows): readonly SendWindow[] {
  const { idleMs, everyMs = idleMs } = heartbeat;
  return sends.map((limit) => {
    const window = shared.get(limit) ?? new SendWindow(limit, Math.min(idleMs, everyMs));
    if (limit.perAddress === true) shared.set(limit, window);
    return window;
  });
}

export class PacedSender {
  readonly #deps: PacedSenderDeps;
  readonly #waiting: Message[] = [];
  #cancel = nothing;
  #isClosed = false;

  constructor(deps: PacedSenderDeps) {
    this.#deps = deps;
  }

  /** Sends now, or when it is its turn; `onSent` says when it left. False: the line is not open, nothing was sent. */
  send(text: string, onSent = nothing): boolean {
    if (this.#isClosed) return false;
    if (this.#waiting.length === 0 && this.#waitNs() <= 0) return this.#transmit({ text, onSent });
    this.#waiting.push({ text, onSent });
    if (this.#waiting.length === 1) this.#schedule();
    return true;
  }

  /** The line has said all that it may for a long time; another line has limits of its own. */
  get isStuck(): boolean {
    return this.#waiting.length > 0 && this.#waitNs() > STUCK_MS * 1e6;
  }

  /** The line is dead: what waits is dropped. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#cancel();
  }

  #transmit({ text, onSent }: Message): boolean {
    if (!this.#deps.transmit(text)) return false;
    const now = this.#deps.clock.monotonicNs();
    for (const window of this.#deps.windows) window.take(now);
    onSent();
    return true;
  }

  #drain(): void {
    const isShared = this.#deps.windows.some((window) => window.isShared);
    while (this.#waiting.length > 0 && this.#waitNs() <= 0) {
      this.#transmit(this.#waiting.shift() as Message);
      // One at a time, so that a line with much to say leaves places to the others.
      if (isShared) break;
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  #schedule(): void {
    // At least a timer's own grain, so that one that comes early does not come again at once.
    this.#cancel = this.#deps.clock.after(Math.max(1, this.#waitNs() / 1e6), () => this.#drain());
  }

  #waitNs(): number {
    const now = this.#deps.clock.monotonicNs();
    return Math.max(0, ...this.#deps.windows.map((window) => window.waitNs(now)));
  }
}
