/** How a sleeping consumer is woken. The consumer stores `asleep`, then looks at its rings once more; a producer that
 *  sees `asleep` after publishing rings once. Never a timer.
 *
 *  The word is a handshake of two: the consumer sets it, whoever clears it owes the wake-up. */
import type { Consumer, Layout } from './layout.ts';

export class Doorbell {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #post: (() => void) | undefined;

  /** `post` wakes an event-loop consumer (one message to its port); without it the consumer waits on the word itself. */
  constructor(buffer: SharedArrayBuffer, layout: Layout, consumer: Consumer, post?: () => void) {
    this.#words = new Int32Array(buffer);
    this.#at = layout.asleep[consumer] / 4;
    this.#post = post;
  }

  /** Producer, after publishing. */
  ring(): void {
    if (Atomics.load(this.#words, this.#at) === 0) return;
    if (Atomics.exchange(this.#words, this.#at, 0) === 0) return;
    if (this.#post === undefined) Atomics.notify(this.#words, this.#at);
    else this.#post();
  }

  /** Consumer: announces sleep. Look at every ring once more after this. */
  announce(): void {
    Atomics.store(this.#words, this.#at, 1);
  }

  /** Consumer: awake again, by itself or by a ring. */
  retract(): void {
    Atomics.store(this.#words, this.#at, 0);
  }

  /** A loopless consumer sleeps here until rung, at most `ms`. */
  wait(ms: number): void {
    Atomics.wait(this.#words, this.#at, 1, ms);
    Atomics.store(this.#words, this.#at, 0);
  }
}
