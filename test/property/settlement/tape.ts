/** Choices of a play, read off bytes that fast-check draws and shrinks. A byte of zero is the tame choice everywhere. */
export class Tape {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** 0 … below - 1; `below` is at most 256. */
  draw(below: number): number {
    const byte = this.#bytes[this.#at % this.#bytes.length] as number;
    this.#at++;
    return byte % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.draw(times) === times - 1;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.draw(from.length)] as T;
  }
}
