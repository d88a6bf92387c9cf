import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLook, lookAt, type Suspicions } from '../../src/engine/reconcile.ts';

const ASSETS = ['BTC', 'ETH', 'USDT'];
const ONE = 10n ** 18n;
const TOLERANCE = 10n ** 10n;

const asset = fc.constantFrom(...ASSETS);
const amount = fc.bigInt({ min: -3n * ONE, max: 3n * ONE });
/** The venue fills an order of ours, and tells us of it or does not yet; somebody else moves a balance; the venue is asked. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('fill' as const), asset, amount, isTold: fc.boolean() }),
  fc.record({ kind: fc.constant('tell' as const) }),
  fc.record({ kind: fc.constant('foreign' as const), asset, amount }),
  fc.record({ kind: fc.constant('look' as const), fillBetween: fc.option(fc.record({ asset, amount })) }),
);

const decimal = (value: bigint): string => {
  const magnitude = (value < 0n ? -value : value).toString().padStart(19, '0');
  return `${value < 0n ? '-' : ''}${magnitude.slice(0, -18)}.${magnitude.slice(-18)}`;
};

/** A venue and our books of it, as plain sums. */
class Books {
  readonly theirs = new Map(ASSETS.map((name) => [name, 100n * ONE]));
  readonly ours = new Map(this.theirs);
  /** What happened at the venue and nobody told us: an order without a last word. */
  readonly untold: { readonly asset: string; readonly amount: bigint }[] = [];
  /** What others moved, and was not told as drift yet. */
  readonly foreign = new Map<string, bigint>();
  #suspected: Suspicions = new Map();

  static add(to: Map<string, bigint>, name: string, by: bigint): void {
    to.set(name, (to.get(name) ?? 0n) + by);
  }

  fill(name: string, by: bigint, isTold: boolean): void {
    Books.add(this.theirs, name, by);
    if (isTold) Books.add(this.ours, name, by);
    else this.untold.push({ asset: name, amount: by });
  }

  tell(): void {
    for (const { asset: name, amount: by } of this.untold.splice(0)) Books.add(this.ours, name, by);
  }

  /** Asks the venue; a fill may come between question and answer. Returns the drift that is told. */
  look(between: { readonly asset: string; readonly amount: bigint } | null) {
    const before = new Map(this.ours);
    const inMotion = new Set(this.untold.map((entry) => entry.asset));
    const theirs = [...this.theirs].map(([name, total]) => ({
      asset: name,
      free: decimal(total - ONE),
      locked: decimal(ONE),
    }));
    if (between !== null) this.fill(between.asset, between.amount, true);
    const after = new Map(this.ours);
    const { drifts, suspected } = judgeLook(this.#suspected, lookAt({ before, after, inMotion, theirs }, TOLERANCE));
    this.#suspected = suspected;
    for (const { asset: name, ours, theirs: figure } of drifts) Books.add(this.ours, name, figure - ours);
    return drifts;
  }
}

describe('reconciliation', () => {
  it('takes no fill of ours for drift, and tells what others moved, once and to the last unit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const books = new Books();
        for (const each of steps) {
          if (each.kind === 'fill') books.fill(each.asset, each.amount, each.isTold);
          else if (each.kind === 'tell') books.tell();
          else if (each.kind === 'foreign') {
            Books.add(books.theirs, each.asset, each.amount);
            Books.add(books.foreign, each.asset, each.amount);
          } else {
            for (const { asset: name, ours, theirs } of books.look(each.fillBetween)) {
              expect(theirs - ours).toBe(books.foreign.get(name));
              books.foreign.delete(name);
            }
          }
        }
        books.tell();
        const last = [...books.look(null), ...books.look(null)];
        for (const { asset: name, ours, theirs } of last) {
          expect(theirs - ours).toBe(books.foreign.get(name));
          books.foreign.delete(name);
        }
        expect(books.look(null)).toEqual([]);
        for (const left of books.foreign.values()) expect(left <= TOLERANCE && -left <= TOLERANCE).toBe(true);
        for (const name of ASSETS) {
          const off = (books.ours.get(name) ?? 0n) - (books.theirs.get(name) ?? 0n);
          expect(off <= TOLERANCE && -off <= TOLERANCE).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets a difference be that is within the tolerance, and not one unit more', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -2n * TOLERANCE, max: 2n * TOLERANCE }), (difference) => {
        const totals = new Map([['BTC', ONE]]);
        const theirs = [{ asset: 'BTC', free: decimal(ONE + difference), locked: '0' }];
        const { differing } = lookAt({ before: totals, after: totals, inMotion: new Set(), theirs }, TOLERANCE);
        const isTolerated = difference <= TOLERANCE && difference >= -TOLERANCE;
        expect(differing.has('BTC')).toBe(!isTolerated);
      }),
    );
  });
});
