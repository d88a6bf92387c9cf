/** How payload words cross threads under a seqlock.
 *
 *  x64 (TSO): plain stores are never reordered with the sequence stores, plain loads never with the sequence loads, and
 *  V8 does not move plain accesses over Atomics. So payload words may be plain.
 *  arm64: plain stores may pass the opening store and plain loads may sink below the closing one, so every payload word
 *  goes through Atomics (load-acquire, store-release). docs/adr/002 argues this; it was not tested on arm64. */

/** Copies between private memory and one row's shared words; word 0 (the sequence) is never touched. */
export interface Payload {
  /** Copies words 1 … count-1 of `source` into shared memory at `offset` (Float64 index). */
  store(offset: number, source: Float64Array, count: number): void;
  load(offset: number, target: Float64Array, targetOffset: number, count: number): void;
}

export function plainPayload(buffer: SharedArrayBuffer): Payload {
  const words = new Float64Array(buffer);
  return {
    store(offset, source, count) {
      for (let i = 1; i < count; i++) words[offset + i] = source[i] as number;
    },
    load(offset, target, targetOffset, count) {
      for (let i = 1; i < count; i++) target[targetOffset + i] = words[offset + i] as number;
    },
  };
}

/** Atomics know no doubles: each word goes as its two halves. The seqlock makes the pair one. */
export function atomicPayload(buffer: SharedArrayBuffer): Payload {
  const shared = new Int32Array(buffer);
  const double = new Float64Array(1);
  const halves = new Int32Array(double.buffer);
  return {
    store(offset, source, count) {
      for (let i = 1; i < count; i++) {
        double[0] = source[i] as number;
        Atomics.store(shared, (offset + i) * 2, halves[0] as number);
        Atomics.store(shared, (offset + i) * 2 + 1, halves[1] as number);
      }
    },
    load(offset, target, targetOffset, count) {
      for (let i = 1; i < count; i++) {
        halves[0] = Atomics.load(shared, (offset + i) * 2);
        halves[1] = Atomics.load(shared, (offset + i) * 2 + 1);
        target[targetOffset + i] = double[0] as number;
      }
    },
  };
}

export const payloadFor = (buffer: SharedArrayBuffer, arch: string = process.arch): Payload =>
  arch === 'x64' || arch === 'ia32' ? plainPayload(buffer) : atomicPayload(buffer);
