/** Time as a port, so that live, paper and replay run the same code. */
import type { EpochMs, MonoNs } from './units.ts';

export interface Clock {
  /** Monotonic nanoseconds, comparable between the threads of one process. */
  monotonicNs(): MonoNs;
  wallMs(): EpochMs;
  /** Runs `task` once after `ms`; returns its cancellation. */
  after(ms: number, task: () => void): () => void;
}

/** A venue's clock against ours, in ms. */
export interface ClockReading {
  /** Theirs minus ours. */
  readonly offsetMs: number;
  /** How far from the truth that may be: half of the shortest round trip, and what the venue rounds away. */
  readonly errorMs: number;
  /** Of each question, in their order; the first may have opened the connection. */
  readonly tripsMs: readonly number[];
}

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** `performance.now()` counts from its own thread's start; the offset to the process-wide clock is measured once a
 *  thread, as the smallest of several readings, so that times of different threads can be subtracted. */
function measureOffsetNs(): number {
  let best = Number.POSITIVE_INFINITY;
  let offset = 0;
  for (let i = 0; i < 32; i++) {
    const before = performance.now();
    const absolute = Number(process.hrtime.bigint());
    const after = performance.now();
    if (after - before < best) {
      best = after - before;
      offset = absolute - ((before + after) / 2) * 1e6;
    }
  }
  return offset;
}

export function systemClock(): Clock {
  const offsetNs = measureOffsetNs();
  return {
    monotonicNs: () => (performance.now() * 1e6 + offsetNs) as MonoNs,
    wallMs: () => Date.now() as EpochMs,
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that moves only when told to; for tests and replay. */
export class ManualClock implements Clock {
  /** One word: a field would be allocated anew with every step. */
  readonly #ns: Float64Array;
  readonly #wallStartMs: number;
  readonly #startNs: number;
  readonly #tasks: { at: number; task: () => void }[] = [];

  constructor(startNs = 1e9, wallStartMs = 1_750_000_000_000) {
    this.#ns = Float64Array.of(startNs);
    this.#startNs = startNs;
    this.#wallStartMs = wallStartMs;
  }

  monotonicNs(): MonoNs {
    return this.#now;
  }

  get #now(): MonoNs {
    return this.#ns[0] as MonoNs;
  }

  wallMs(): EpochMs {
    return Math.floor(this.#wallStartMs + (this.#now - this.#startNs) / 1e6) as EpochMs;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms * 1e6, task };
    this.#tasks.push(entry);
    return () => {
      const at = this.#tasks.indexOf(entry);
      if (at >= 0) this.#tasks.splice(at, 1);
    };
  }

  /** Moves time on, running due tasks in their order. */
  advanceMs(ms: number): void {
    const end = this.#now + ms * 1e6;
    while (this.#tasks.length > 0) {
      const due = this.#tasks.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#tasks.splice(this.#tasks.indexOf(due), 1);
      this.#ns[0] = Math.max(this.#now, due.at);
      due.task();
    }
    this.#ns[0] = end;
  }
}
