/** Time as a port, so that live, paper and replay run the same code. */
import type { EpochMs, MonoNs } from './units.ts';

export interface Clock {
  /** Monotonic nanoseconds, comparable between the threads of one process. */
  monotonicNs(): MonoNs;
  wallMs(): EpochMs;
  /** Runs `task` once after `ms`; returns its cancellation. */
  after(ms: number, task: () => void): () => void;
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
  #ns: number;
  readonly #wallStartMs: number;
  readonly #startNs: number;
  readonly #tasks: { at: number; task: () => void }[] = [];

  constructor(startNs = 1e9, wallStartMs = 1_750_000_000_000) {
    this.#ns = startNs;
    this.#startNs = startNs;
    this.#wallStartMs = wallStartMs;
  }

  monotonicNs(): MonoNs {
    return this.#ns as MonoNs;
  }

  wallMs(): EpochMs {
    return Math.floor(this.#wallStartMs + (this.#ns - this.#startNs) / 1e6) as EpochMs;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#ns + ms * 1e6, task };
    this.#tasks.push(entry);
    return () => {
      const at = this.#tasks.indexOf(entry);
      if (at >= 0) this.#tasks.splice(at, 1);
    };
  }

  /** Moves time on, running due tasks in their order. */
  advanceMs(ms: number): void {
    const end = this.#ns + ms * 1e6;
    for (;;) {
      const due = this.#tasks.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#tasks.splice(this.#tasks.indexOf(due), 1);
      this.#ns = Math.max(this.#ns, due.at);
      due.task();
    }
    this.#ns = end;
  }
}
