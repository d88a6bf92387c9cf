/** A lossless ring of fixed slots of doubles, single producer, single consumer. Full refuses; nothing is dropped. */
import { isPowerOfTwo, LINE } from './layout.ts';

const TAIL = 0;
const HEAD = LINE / 4;
const HEADER = 3 * LINE;

export class SlotRing {
  readonly #cursors: Int32Array;
  readonly #slots: Float64Array;
  readonly #capacity: number;
  readonly #words: number;

  /** `capacity` is a power of two; `words` doubles a slot. */
  constructor(buffer: SharedArrayBuffer, offset: number, capacity: number, words: number) {
    // Cursors wrap at 2^32, which only a power of two divides.
    if (!isPowerOfTwo(capacity)) throw new RangeError(`capacity ${capacity} is not a power of two`);
    this.#cursors = new Int32Array(buffer, offset, HEADER / 4);
    this.#slots = new Float64Array(buffer, offset + HEADER, capacity * words);
    this.#capacity = capacity;
    this.#words = words;
  }

  /** Producer. False when full. */
  tryPush(source: Float64Array): boolean {
    const tail = Atomics.load(this.#cursors, TAIL);
    if (((tail - Atomics.load(this.#cursors, HEAD)) | 0) >= this.#capacity) return false;
    const at = (tail & (this.#capacity - 1)) * this.#words;
    for (let i = 0; i < this.#words; i++) this.#slots[at + i] = source[i] as number;
    // Sequentially consistent, so a release: the slot is whole before the cursor shows it, on arm64 too.
    Atomics.store(this.#cursors, TAIL, (tail + 1) | 0);
    return true;
  }

  /** Consumer. False when empty. */
  tryPop(target: Float64Array): boolean {
    const head = Atomics.load(this.#cursors, HEAD);
    if (head === Atomics.load(this.#cursors, TAIL)) return false;
    const at = (head & (this.#capacity - 1)) * this.#words;
    for (let i = 0; i < this.#words; i++) target[i] = this.#slots[at + i] as number;
    Atomics.store(this.#cursors, HEAD, (head + 1) | 0);
    return true;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#cursors, HEAD) === Atomics.load(this.#cursors, TAIL);
  }
}
