/** A state that is pushed whole whenever it changed, but not more often than its cadence; new subscribers get it at
 *  once. What happens within the cadence is told once, with the newest state. */
import type { Clock } from '../../../core/clock.ts';
import type { Subscriber } from '../../subscriber.ts';

export class TimedStream {
  readonly #clock: Clock;
  readonly #cadenceMs: number;
  readonly #frame: () => string;
  readonly #subscribers = new Set<Subscriber>();
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  /** @param frame writes the state as it is now */
  constructor(clock: Clock, cadenceMs: number, frame: () => string) {
    this.#clock = clock;
    this.#cadenceMs = cadenceMs;
    this.#frame = frame;
  }

  add(subscriber: Subscriber): void {
    if (this.#subscribers.has(subscriber)) return;
    this.#subscribers.add(subscriber);
    subscriber.push(this.#frame());
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  changed(): void {
    if (this.#subscribers.size === 0 || this.#cancel !== undefined) return;
    const waitMs = this.#sentAtMs + this.#cadenceMs - this.#nowMs();
    if (waitMs <= 0) this.#tell();
    else this.#cancel = this.#clock.after(Math.ceil(waitMs), () => this.#tell());
  }

  #tell(): void {
    this.#cancel = undefined;
    this.#sentAtMs = this.#nowMs();
    if (this.#subscribers.size === 0) return;
    const frame = this.#frame();
    for (const subscriber of this.#subscribers) subscriber.push(frame);
  }

  #nowMs(): number {
    return this.#clock.monotonicNs() / 1e6;
  }
}
