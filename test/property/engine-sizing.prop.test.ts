import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASON } from '../../src/core/intent.ts';
import { newSizing, newSizingTerms, type SizingTerms, sizeCrossing } from '../../src/engine/sizing.ts';
import { QUOTE } from '../../src/memory/layout.ts';

interface Case {
  readonly asks: readonly (readonly [number, number])[];
  readonly bids: readonly (readonly [number, number])[];
  /** Fees in thousandths. */
  readonly buyFee: number;
  readonly buyFeeFrom: 'received' | 'quote';
  readonly sellFee: number;
  readonly buyLot: number;
  readonly sellLot: number;
}

/** Levels from `start` away from the spread, whole sizes. */
const levels = (start: number, direction: 1 | -1): fc.Arbitrary<[number, number][]> =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 25 })), { minLength: 1, maxLength: 6 })
    .map((steps) => {
      let price = start;
      return steps.map(([step, lots]) => {
        price += direction * step;
        return [price, lots];
      });
    });

const lot = fc.constantFrom(1, 1, 2, 3, 5);
const fee = fc.constantFrom(0, 0, 1, 2, 10);
const books: fc.Arbitrary<Case> = fc.record({
  asks: levels(990, 1),
  bids: fc.integer({ min: -10, max: 25 }).chain((gap) => levels(1_000 + gap, -1)),
  buyFee: fee,
  buyFeeFrom: fc.constantFrom('received', 'quote'),
  sellFee: fee,
  buyLot: lot,
  sellLot: lot,
});

function mirrorOf({ asks, bids }: Case): Float64Array {
  const mirror = new Float64Array(2 * QUOTE.STRIDE);
  mirror[QUOTE.ASK_COUNT] = asks.length;
  asks.forEach(([price, size], i) => {
    mirror[QUOTE.ASKS + 2 * i] = price;
    mirror[QUOTE.ASKS + 2 * i + 1] = size;
  });
  mirror[QUOTE.STRIDE + QUOTE.BID_COUNT] = bids.length;
  bids.forEach(([price, size], i) => {
    mirror[QUOTE.STRIDE + QUOTE.BIDS + 2 * i] = price;
    mirror[QUOTE.STRIDE + QUOTE.BIDS + 2 * i + 1] = size;
  });
  return mirror;
}

const baseFee = (book: Case): number => (book.buyFeeFrom === 'received' ? book.buyFee : 0);
const quoteFee = (book: Case): number => book.buyFee - baseFee(book);

const termsOf = (book: Case, limits: Partial<SizingTerms> = {}): SizingTerms => ({
  ...newSizingTerms(),
  quoteUnit: 1,
  buyBaseFee: baseFee(book) / 1000,
  buyQuoteFee: quoteFee(book) / 1000,
  sellTaker: book.sellFee / 1000,
  buyLot: book.buyLot,
  sellLot: book.sellLot,
  buyMinLots: book.buyLot,
  sellMinLots: book.sellLot,
  buyMaxLots: 1e9,
  sellMaxLots: 1e9,
  maxNotional: 1e12,
  freeQuote: 1e12,
  freeBaseLots: 1e9,
  ...limits,
});

const sizeOf = (book: Case, limits: Partial<SizingTerms> = {}) => {
  const out = newSizing();
  sizeCrossing(mirrorOf(book), 0, QUOTE.STRIDE, termsOf(book, limits), out);
  return out;
};

const total = (side: Case['asks']): number => side.reduce((sum, [, lots]) => sum + lots, 0);

/** Value and worst price of taking `lots`; undefined when the book does not hold so many. */
function take(side: Case['asks'], lots: number): { value: number; worst: number } | undefined {
  let left = lots;
  let value = 0;
  for (const [price, size] of side) {
    const here = Math.min(left, size);
    value += here * price;
    left -= here;
    if (left === 0) return { value, worst: price };
  }
  return undefined;
}

/** Integer arithmetic only: profit in millionths of a tick-lot. */
function bruteForce(book: Case, limits: { money: number; freeBase: number }): number {
  let best = 0;
  for (let buy = book.buyLot; buy <= total(book.asks); buy += book.buyLot) {
    const received = Math.floor((buy * (1000 - baseFee(book))) / 1000 / book.sellLot) * book.sellLot;
    const sell = Math.min(received, Math.floor(total(book.bids) / book.sellLot) * book.sellLot);
    const bought = take(book.asks, buy);
    if (sell <= 0 || sell > limits.freeBase || bought === undefined || buy * bought.worst > limits.money) continue;
    const sold = take(book.bids, sell);
    if (sold === undefined) continue;
    best = Math.max(best, sold.value * (1000 - book.sellFee) * 1000 - bought.value * (1000 + quoteFee(book)) * 1000);
  }
  return best;
}

/** What whole lots may cost: one buy lot, and the gain of one lot a side. In millionths. */
function lotSlack(book: Case): number {
  if (baseFee(book) === 0 && book.buyLot === 1 && book.sellLot === 1) return 0;
  const kept = ((1 - baseFee(book) / 1000) * (1 - book.sellFee / 1000)) / (1 + quoteFee(book) / 1000);
  const gain = Math.max(0, (book.bids[0]?.[0] ?? 0) * kept - (book.asks[0]?.[0] ?? 0));
  const worstAsk = book.asks.at(-1)?.[0] ?? 0;
  const cost = worstAsk * (1 + quoteFee(book) / 1000);
  return 1e6 * (book.buyLot * cost + (book.buyLot + book.sellLot / (1 - baseFee(book) / 1000)) * gain);
}

const money = fc.oneof(fc.constant(1e9), fc.integer({ min: 500, max: 60_000 }));
const freeBase = fc.oneof(fc.constant(1e9), fc.integer({ min: 0, max: 60 }));
const RUNS = { numRuns: 5_000 };

describe('sizing', () => {
  it('finds the best of all sizes, but for what whole lots cost', () => {
    let exact = 0;
    fc.assert(
      fc.property(books, money, freeBase, (book, maxMoney, base) => {
        // A balance that is no multiple of the lot may cost one more lot where nothing else rounds.
        const wholeBase = Math.floor(base / book.sellLot) * book.sellLot;
        const out = sizeOf(book, { maxNotional: maxMoney, freeBaseLots: wholeBase });
        const found = out.reason === REASON.ok ? out.profit : 0;
        const best = bruteForce(book, { money: maxMoney, freeBase: wholeBase }) / 1e6;
        const slack = lotSlack(book) / 1e6;
        // Rounded against us, by a part in 10^12 of what is bought.
        expect(found).toBeLessThanOrEqual(best);
        expect(found).toBeGreaterThanOrEqual(best - slack - 1e-6);
        if (slack === 0 && best > 0) exact++;
      }),
      RUNS,
    );
    expect(exact).toBeGreaterThan(100);
  });

  it('stays within every limit, on whole lots, at limits that the levels reach', () => {
    let sized = 0;
    fc.assert(
      fc.property(
        books,
        money,
        money,
        freeBase,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 1, max: 6 }),
        (book, maxNotional, freeQuote, base, buyMax, sellMax, minNotional, minLots) => {
          const limits = {
            maxNotional,
            freeQuote,
            freeBaseLots: base,
            buyMaxLots: buyMax,
            sellMaxLots: sellMax,
            buyMinNotional: minNotional,
            sellMinNotional: minNotional,
            buyMinLots: minLots * book.buyLot,
            sellMinLots: minLots * book.sellLot,
          };
          const out = sizeOf(book, limits);
          if (out.reason !== REASON.ok) return;
          sized++;
          const bought = take(book.asks, out.buyLots);
          const sold = take(book.bids, out.sellLots);
          expect(out.buyLots % book.buyLot).toBe(0);
          expect(out.sellLots % book.sellLot).toBe(0);
          expect(out.buyLimit).toBe(bought?.worst);
          expect(out.sellLimit).toBe(sold?.worst);
          expect(out.sellLots * 1000).toBeLessThanOrEqual(out.buyLots * (1000 - baseFee(book)));
          expect(out.buyLots * out.buyLimit).toBeLessThanOrEqual(maxNotional);
          expect(out.buyLots * out.buyLimit * (1000 + quoteFee(book))).toBeLessThanOrEqual(freeQuote * 1000);
          expect(out.buyLots).toBeLessThanOrEqual(buyMax);
          expect(out.sellLots).toBeLessThanOrEqual(Math.min(sellMax, base));
          expect(out.buyLots).toBeGreaterThanOrEqual(limits.buyMinLots);
          expect(out.sellLots).toBeGreaterThanOrEqual(limits.sellMinLots);
          expect(out.buyLots * out.buyLimit).toBeGreaterThanOrEqual(minNotional);
          expect(out.sellLots * out.sellLimit).toBeGreaterThanOrEqual(minNotional);
          expect(out.profit).toBeGreaterThan(0);
          const exact =
            ((sold?.value ?? 0) * (1000 - book.sellFee) - (bought?.value ?? 0) * (1000 + quoteFee(book))) / 1000;
          expect(out.profit).toBeLessThanOrEqual(exact + 1e-9);
          expect(out.profit).toBeCloseTo(exact, 6);
        },
      ),
      RUNS,
    );
    expect(sized).toBeGreaterThan(50);
  });

  it('says why nothing fits', () => {
    const book: Case = {
      asks: [[100, 10]],
      bids: [[130, 10]],
      buyFee: 1,
      buyFeeFrom: 'received',
      sellFee: 1,
      buyLot: 1,
      sellLot: 1,
    };
    const reasonOf = (limits: Partial<SizingTerms>, change: Partial<Case> = {}) =>
      sizeOf({ ...book, ...change }, limits).reason;
    // One lot bought is less than one lot to sell: the fee is taken from it.
    expect(sizeOf(book)).toMatchObject({ reason: REASON.ok, buyLots: 10, sellLots: 9 });
    expect(reasonOf({ freeQuote: 50 })).toBe(REASON['no-inventory']);
    expect(reasonOf({ freeBaseLots: 0.5 })).toBe(REASON['no-inventory']);
    expect(reasonOf({ sellMinLots: 10 })).toBe(REASON['below-min-size']);
    expect(reasonOf({ maxNotional: 150 })).toBe(REASON['below-min-size']);
    expect(reasonOf({ buyMinNotional: 1_001 })).toBe(REASON['below-min-notional']);
    expect(reasonOf({ sellMinNotional: 1_171 })).toBe(REASON['below-min-notional']);
    // Two lots bought, one sold: the whole lot of dust costs more than the gain.
    expect(reasonOf({ maxNotional: 200 })).toBe(REASON['below-fees']);
  });

  it('buys no more than it needs for what it sells', () => {
    // 30 fine lots at most; the seller takes tens: 10 sold need 10 bought, not 19.
    const book: Case = {
      asks: [[100, 19]],
      bids: [[110, 30]],
      buyFee: 0,
      buyFeeFrom: 'received',
      sellFee: 0,
      buyLot: 1,
      sellLot: 10,
    };
    expect(sizeOf(book)).toMatchObject({ buyLots: 10, sellLots: 10, reason: REASON.ok });
  });
});
