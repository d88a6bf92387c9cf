/** Instruments in which nothing new is opened: for the rest of the run, since a person has to look, or while a venue that may
 *  not be asked owes the outcome of a leg set. Thread: executor, alone. */
export class PausedInstruments implements Iterable<number> {
  readonly #latched = new Set<number>();
  /** By leg set id. */
  readonly #awaited = new Map<string, number>();

  latch(instrumentIndex: number): void {
    this.#latched.add(instrumentIndex);
  }

  /** False: that set was awaited already. */
  await(legSet: string, instrumentIndex: number): boolean {
    if (this.#awaited.has(legSet)) return false;
    this.#awaited.set(legSet, instrumentIndex);
    return true;
  }

  isAwaited(legSet: string): boolean {
    return this.#awaited.has(legSet);
  }

  /** The set has its end; true: it was awaited. */
  release(legSet: string): boolean {
    return this.#awaited.delete(legSet);
  }

  has(instrumentIndex: number): boolean {
    if (this.#latched.has(instrumentIndex)) return true;
    if (this.#awaited.size === 0) return false;
    return [...this.#awaited.values()].includes(instrumentIndex);
  }

  [Symbol.iterator](): Iterator<number> {
    return new Set([...this.#latched, ...this.#awaited.values()]).values();
  }
}
