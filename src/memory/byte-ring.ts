/** A lossless ring of byte messages, single producer, single consumer. Full refuses; nothing is dropped.
 *
 *  A message is a 4-byte length and its bytes, padded to 8; one that would cross the end is preceded by a skip mark and
 *  starts over at 0. Cursors count bytes and wrap at 2^32, of which the capacity (a power of two) is a divisor. */
import { isPowerOfTwo, LINE } from './layout.ts';

const TAIL = 0;
const HEAD = LINE / 4;
const HEADER = 3 * LINE;
const SKIP = -1;

const padded = (length: number): number => (length + 4 + 7) & ~7;

export class ByteRing {
  readonly #cursors: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #lengths: Int32Array;
  readonly #capacity: number;

  /** `capacity` in bytes, a power of two, at least 16. */
  constructor(buffer: SharedArrayBuffer, offset: number, capacity: number) {
    if (!isPowerOfTwo(capacity) || capacity < 16)
      throw new RangeError(`capacity ${capacity} is not a power of two ≥ 16`);
    this.#cursors = new Int32Array(buffer, offset, HEADER / 4);
    this.#bytes = new Uint8Array(buffer, offset + HEADER, capacity);
    this.#lengths = new Int32Array(buffer, offset + HEADER, capacity / 4);
    this.#capacity = capacity;
  }

  /** Producer. False when there is no room now, or ever (longer than half the ring). */
  tryPush(message: Uint8Array): boolean {
    const need = padded(message.length);
    if (need > this.#capacity / 2) return false;
    const tail = Atomics.load(this.#cursors, TAIL);
    const used = (tail - Atomics.load(this.#cursors, HEAD)) >>> 0;
    let at = (tail >>> 0) & (this.#capacity - 1);
    const toEnd = this.#capacity - at;
    const skip = need > toEnd ? toEnd : 0;
    if (used + skip + need > this.#capacity) return false;
    if (skip > 0) {
      this.#lengths[at / 4] = SKIP;
      at = 0;
    }
    this.#lengths[at / 4] = message.length;
    this.#bytes.set(message, at + 4);
    Atomics.store(this.#cursors, TAIL, (tail + skip + need) | 0);
    return true;
  }

  /** Consumer. A copy of the oldest message, or undefined. */
  tryPop(): Uint8Array | undefined {
    let head = Atomics.load(this.#cursors, HEAD);
    const tail = Atomics.load(this.#cursors, TAIL);
    if (head === tail) return undefined;
    let at = (head >>> 0) & (this.#capacity - 1);
    if (this.#lengths[at / 4] === SKIP) {
      head = (head + this.#capacity - at) | 0;
      at = 0;
    }
    const length = this.#lengths[at / 4] as number;
    const message = new Uint8Array(length);
    message.set(this.#bytes.subarray(at + 4, at + 4 + length));
    Atomics.store(this.#cursors, HEAD, (head + padded(length)) | 0);
    return message;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#cursors, HEAD) === Atomics.load(this.#cursors, TAIL);
  }

  /** Bytes in use, 0 to 1. */
  get fill(): number {
    return ((Atomics.load(this.#cursors, TAIL) - Atomics.load(this.#cursors, HEAD)) >>> 0) / this.#capacity;
  }
}
