import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from '../../src/memory/byte-ring.ts';
import { LINE, RING_HEADER } from '../../src/memory/layout.ts';
import { SlotRing } from '../../src/memory/slot-ring.ts';

function startAt(buffer: SharedArrayBuffer, cursor: number): void {
  const words = new Int32Array(buffer);
  words[0] = cursor;
  words[LINE / 4] = cursor;
}

/** Cursors at zero, before 2^31 and before 2^32, in units of `step`. */
const cursors = (step: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.constantFrom(0, 2 ** 31, 2 ** 32), fc.integer({ min: 0, max: 40 }))
    .map(([base, before]) => (base - before * step) | 0);

describe('slot ring', () => {
  it('does what a bounded queue does, for any sequence of pushes and pops', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 16),
        fc.integer({ min: 1, max: 5 }),
        cursors(1),
        fc.array(fc.option(fc.double({ noNaN: true }), { nil: undefined, freq: 3 }), { maxLength: 120 }),
        (capacity, width, cursor, steps) => {
          const buffer = new SharedArrayBuffer(RING_HEADER + capacity * width * 8);
          startAt(buffer, cursor);
          const ring = new SlotRing(buffer, 0, capacity, width);
          const model: number[][] = [];
          const target = new Float64Array(width);
          for (const value of steps) {
            if (value !== undefined) {
              const slot = Array.from({ length: width }, (_, i) => value + i);
              expect(ring.tryPush(Float64Array.from(slot))).toBe(model.length < capacity);
              if (model.length < capacity) model.push(slot);
            } else {
              const expected = model.shift();
              expect(ring.tryPop(target)).toBe(expected !== undefined);
              if (expected !== undefined) expect([...target]).toEqual(expected);
            }
            expect(ring.isEmpty).toBe(model.length === 0);
          }
        },
      ),
    );
  });

  it('refuses a capacity that does not divide 2^32', () => {
    expect(() => new SlotRing(new SharedArrayBuffer(4096), 0, 3, 1)).toThrow(RangeError);
    expect(() => new SlotRing(new SharedArrayBuffer(4096), 0, 0, 1)).toThrow(RangeError);
  });
});

describe('byte ring', () => {
  it('does what a bounded queue does, for any sequence of pushes and pops', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 32, 64, 256),
        cursors(8),
        fc.array(fc.option(fc.uint8Array({ maxLength: 140 }), { nil: undefined, freq: 3 }), { maxLength: 120 }),
        (capacity, cursor, steps) => {
          const buffer = new SharedArrayBuffer(RING_HEADER + capacity);
          startAt(buffer, cursor);
          const ring = new ByteRing(buffer, 0, capacity);
          const model: { message: Uint8Array; bytes: number }[] = [];
          let used = 0;
          // Where the next byte goes, were the ring endless.
          let position = cursor >>> 0;
          for (const message of steps) {
            if (message !== undefined) {
              const need = Math.ceil((message.length + 4) / 8) * 8;
              const toEnd = capacity - (position % capacity);
              const bytes = need > toEnd ? toEnd + need : need;
              const fits = need <= capacity / 2 && used + bytes <= capacity;
              expect(ring.tryPush(message)).toBe(fits);
              if (fits) {
                model.push({ message, bytes });
                used += bytes;
                position += bytes;
              }
            } else {
              const expected = model.shift();
              const popped = ring.tryPop();
              expect(popped && [...popped]).toEqual(expected && [...expected.message]);
              used -= expected?.bytes ?? 0;
            }
            expect(ring.isEmpty).toBe(model.length === 0);
            expect(ring.fill).toBe(used / capacity);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes anything up to half its size when it is empty, wherever its cursors stand', () => {
    fc.assert(
      fc.property(cursors(8), fc.integer({ min: 0, max: 28 }), (cursor, length) => {
        const buffer = new SharedArrayBuffer(RING_HEADER + 64);
        startAt(buffer, cursor);
        const ring = new ByteRing(buffer, 0, 64);
        expect(ring.tryPush(new Uint8Array(length).fill(7))).toBe(true);
        expect(ring.tryPop()).toEqual(new Uint8Array(length).fill(7));
      }),
    );
  });

  it('copies: what was popped does not change with the ring', () => {
    const ring = new ByteRing(new SharedArrayBuffer(RING_HEADER + 64), 0, 64);
    ring.tryPush(Uint8Array.of(1, 2, 3));
    const popped = ring.tryPop();
    for (let i = 0; i < 20; i++) {
      ring.tryPush(Uint8Array.of(9, 9, 9));
      ring.tryPop();
    }
    expect(popped).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('refuses a capacity that does not divide 2^32', () => {
    expect(() => new ByteRing(new SharedArrayBuffer(4096), 0, 48)).toThrow(RangeError);
  });
});
