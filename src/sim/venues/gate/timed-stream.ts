/** A state that is pushed whole whenever it changed, but not more often than its cadence; new subscribers get it at
 *  once. What happens within the cadence is told once, with the newest state. */
import type { Clock } from '../../../core/clock.ts';
import { Paced } from '../../paced.ts';
import type { Subscriber } from '../../subscriber.ts';

export class TimedStream {
  readonly #paced: Paced;
  readonly #frame: () => string;
  readonly #subscribers = new Set<Subscriber>();

  /** @param frame writes the state as it is now */
  constructor(clock: Clock, cadenceMs: number, frame: () => string) {
    this.#paced = new Paced(clock, cadenceMs, () => this.#tell());
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
    this.#paced.close();
  }

  changed(): void {
    if (this.#subscribers.size > 0) this.#paced.mark();
  }

  #tell(): void {
    if (this.#subscribers.size === 0) return;
    const frame = this.#frame();
    for (const subscriber of this.#subscribers) subscriber.push(frame);
  }
}
