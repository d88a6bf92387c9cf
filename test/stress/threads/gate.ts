/** How the two threads of a stress test meet: words that one raises and the other waits for. */

/** Indices of the words. */
export const GATE = { Ready: 0, Stop: 1, Done: 2, Round: 3, Checked: 4, WORDS: 8 } as const;

export const newGate = (): SharedArrayBuffer => new SharedArrayBuffer(GATE.WORDS * 4);

const SPINS = 500;
const NAP_MS = 0.05;
const nap = new Int32Array(new SharedArrayBuffer(4));

/** Spins for a little while, then lets the other thread have the core: on a busy machine both may share one.
 *  Call `reset` after each success. */
export class Backoff {
  readonly #limit: number;
  #spins = 0;

  constructor(spins = SPINS) {
    this.#limit = spins;
  }

  pause(): void {
    if (this.#spins++ < this.#limit) Atomics.pause();
    else Atomics.wait(nap, 0, 0, NAP_MS);
  }

  reset(): void {
    this.#spins = 0;
  }
}

/** Waits until `reached`, by spinning first; throws when that takes longer than `limitMs`. */
export function waitUntil(what: string, reached: () => boolean, limitMs = 20_000): void {
  const backoff = new Backoff();
  const start = performance.now();
  let looks = 0;
  while (!reached()) {
    backoff.pause();
    if ((++looks & 255) === 0 && performance.now() - start > limitMs) throw new Error(`waited in vain for ${what}`);
  }
}

/** Both threads pass here at about the same moment, however long each took to start. */
export function meet(gate: Int32Array, threads = 2): void {
  Atomics.add(gate, GATE.Ready, 1);
  waitUntil('the other thread', () => Atomics.load(gate, GATE.Ready) >= threads);
}
