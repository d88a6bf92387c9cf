import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyConsumer, DirtyProducer } from '../../src/memory/dirty-ring.ts';
import { allocate, type Layout, LINE, planLayout } from '../../src/memory/layout.ts';
import { untilDeath, withAtomicSteps } from '../atomic-steps.ts';

const FIRST_ROW = 2;

function layoutOf(rows: number): Layout {
  const shape = { instruments: rows, assets: 1, intentSlots: 1, recordBytes: 16, counters: {}, histograms: [] };
  return planLayout({ ...shape, rowsPerVenue: [FIRST_ROW, rows] });
}

/** One producer and one consumer of `rows` rows on one thread, and what is true of them. */
class World {
  readonly state: number[];
  mirror: number[];
  isDead = false;
  readonly #buffer: SharedArrayBuffer;
  readonly #layout: Layout;
  readonly #producer: DirtyProducer;
  #consumer: DirtyConsumer;

  constructor(of: { rows: number; cursor: number }) {
    this.#layout = layoutOf(of.rows);
    this.#buffer = allocate(this.#layout);
    this.state = Array.from({ length: of.rows }, () => 0);
    this.mirror = [...this.state];
    const words = new Int32Array(this.#buffer);
    const at = this.#ring.offset / 4;
    words[at] = of.cursor;
    words[at + LINE / 4] = of.cursor;
    this.#producer = new DirtyProducer(this.#buffer, this.#layout, 1);
    this.#consumer = new DirtyConsumer(this.#buffer, this.#layout, 1);
  }

  get #ring(): { offset: number; slots: number } {
    const ring = this.#layout.dirtyRings[1];
    if (ring === undefined) throw new Error('no ring');
    return ring;
  }

  get slots(): number {
    return this.#ring.slots;
  }

  get standing(): number {
    const words = new Int32Array(this.#buffer);
    const at = this.#ring.offset / 4;
    return ((words[at] as number) - (words[at + LINE / 4] as number)) | 0;
  }

  /** Updates and marks; `between` runs before the mark's atomic step `at`. */
  update(index: number, at = -1, between: () => void = () => {}): void {
    const row = index % this.state.length;
    this.state[row] = (this.state[row] as number) + 1;
    withAtomicSteps(
      (step) => {
        if (step === at) between();
      },
      () => this.#producer.mark(FIRST_ROW + row),
    );
  }

  /** Takes and reads; `between` runs before the take's atomic step `at`. */
  take(at = -1, between: () => void = () => {}): number {
    const row = withAtomicSteps(
      (step) => {
        if (step === at) between();
      },
      () => this.#consumer.take(),
    );
    if (row >= 0) this.#read(row - FIRST_ROW);
    return row;
  }

  /** A take that ends before its atomic step `step`. */
  die(step: number): void {
    const row = untilDeath(step, () => this.#consumer.take());
    if (row === undefined) this.isDead = true;
    else if (row >= 0) this.#read(row - FIRST_ROW);
  }

  succeed(): void {
    this.mirror = this.mirror.map(() => Number.NaN);
    this.#consumer = new DirtyConsumer(this.#buffer, this.#layout, 1);
    this.#consumer.recover();
    this.state.forEach((_, row) => {
      this.#read(row);
    });
    this.isDead = false;
  }

  reset(): void {
    this.#consumer.reset();
  }

  #read(row: number): void {
    this.mirror[row] = this.state[row] as number;
  }
}

const worlds = fc
  .tuple(fc.constantFrom(1, 2, 3, 7, 8), fc.constantFrom(0, 2 ** 31 - 5, -5))
  .map(([rows, cursor]) => ({ rows, cursor }));

describe('dirty ring', () => {
  it('is a queue of distinct rows', () => {
    fc.assert(
      fc.property(
        worlds,
        fc.array(fc.option(fc.nat(7), { nil: undefined, freq: 3 }), { maxLength: 80 }),
        (of, steps) => {
          const world = new World(of);
          const model: number[] = [];
          for (const index of steps) {
            if (index === undefined) expect(world.take()).toBe(model.shift() ?? -1);
            else {
              world.update(index);
              const row = FIRST_ROW + (index % of.rows);
              if (!model.includes(row)) model.push(row);
            }
            expect(world.standing).toBe(model.length);
          }
        },
      ),
    );
  });

  it('loses nothing when either side acts between any two atomic steps of the other', () => {
    const step = fc.record({
      side: fc.constantFrom('update', 'take'),
      row: fc.nat(7),
      at: fc.integer({ min: -1, max: 7 }),
      others: fc.array(fc.nat(7), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(worlds, fc.array(step, { maxLength: 60 }), (of, steps) => {
        const world = new World(of);
        for (const { side, row, at, others } of steps) {
          if (side === 'update') world.update(row, at, () => others.forEach(() => void world.take()));
          else {
            world.take(at, () => {
              for (const other of others) {
                world.update(other);
                // Not for a moment: the consumer gives its slot back before it lets the row in again.
                expect(world.standing).toBeLessThanOrEqual(of.rows);
              }
            });
          }
          expect(world.standing).toBeLessThanOrEqual(of.rows);
        }
        const drained: number[] = [];
        for (let row = world.take(); row >= 0; row = world.take()) drained.push(row);
        expect(new Set(drained).size).toBe(drained.length);
        expect(world.mirror).toEqual(world.state);
      }),
      { numRuns: 1_000 },
    );
  });

  it('loses nothing when consumers die at any step and successors recover at any moment of a mark', () => {
    const act = fc.record({ dieAt: fc.option(fc.nat(7), { nil: undefined }) });
    const step = fc.record({
      row: fc.nat(7),
      at: fc.integer({ min: -1, max: 3 }),
      acts: fc.array(act, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(worlds, fc.array(step, { maxLength: 60 }), (of, steps) => {
        const world = new World(of);
        const consume = (dieAt: number | undefined): void => {
          if (world.isDead) world.succeed();
          else if (dieAt === undefined) world.take();
          else world.die(dieAt);
        };
        for (const { row, at, acts } of steps) {
          world.update(row, at, () => acts.forEach(({ dieAt }) => void consume(dieAt)));
          if (at < 0) acts.forEach(({ dieAt }) => void consume(dieAt));
          expect(world.standing).toBeLessThanOrEqual(world.slots);
        }
        if (world.isDead) world.succeed();
        while (world.take() >= 0);
        expect(world.mirror).toEqual(world.state);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has room when deaths at the worst moment left every row standing twice', () => {
    const rows = 3;
    const world = new World({ rows, cursor: 0 });
    const rotateUntil = (row: number): void => {
      // Rows that stand before it are taken and marked again: they stay doubled.
      for (let i = 0; i < 2 * row; i++) world.update(world.take() - FIRST_ROW);
    };
    for (let row = 0; row < rows; row++) {
      world.update(row);
      rotateUntil(row);
      // Dies with the flag cleared and its pending word still up; recovered between the next mark's flag and cursor.
      world.die(6);
      expect(world.isDead).toBe(true);
      world.update(row, 1, () => world.succeed());
      world.update(row);
    }
    expect(world.standing).toBe(2 * rows);
    expect(world.standing).toBeLessThanOrEqual(world.slots);
    while (world.take() >= 0);
    expect(world.mirror).toEqual(world.state);
    // Drained, they stand once again.
    world.update(0);
    world.update(0);
    expect(world.standing).toBe(1);
  });

  it('is empty and unmarked after a reset', () => {
    const world = new World({ rows: 4, cursor: -2 });
    for (const row of [0, 1, 2, 1]) world.update(row);
    world.reset();
    expect(world.take()).toBe(-1);
    world.update(1);
    expect(world.take()).toBe(FIRST_ROW + 1);
  });
});
