import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalsOf,
  divideCeil,
  divideFloor,
  formatDecimal,
  formatFixed,
  gridText,
  newDecimalScan,
  parseDecimal,
  rescale,
  SCAN,
  scanDecimal,
} from '../../src/core/decimal.ts';
import type { Fault } from '../../src/core/faults.ts';
import { GRID_MAX } from '../../src/core/units.ts';

const digits = (constraints: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), ...constraints });
/** Whole and fraction as a venue may write them, zeros in front and behind included. */
const decimalText = fc
  .tuple(
    digits({ minLength: 1, maxLength: 20 }),
    fc.option(digits({ minLength: 1, maxLength: 18 }), { nil: undefined }),
  )
  .map(([whole, fraction]) => (fraction === undefined ? whole : `${whole}.${fraction}`));
const scales = fc.integer({ min: 0, max: 18 });

/** The reference: digits moved by hand, in BigInt. `value` is what is left after cutting to `decimals`. */
function reference(text: string, decimals: number): { value: bigint; isExact: boolean; textDecimals: number } {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(0, decimals).padEnd(decimals, '0');
  const isExact = /^0*$/.test(fraction.slice(decimals));
  return { value: BigInt(whole + kept), isExact, textDecimals: fraction.length };
}

const scan = (text: string, decimals: number, before = '', after = '') => {
  const out = newDecimalScan();
  const bytes = Buffer.from(before + text + after);
  scanDecimal(bytes, before.length, bytes.length, decimals, out);
  return { ...out, end: out.end - before.length };
};

describe('scanDecimal', () => {
  it('reads what the reference reads: value, saturation, off-grid, shape and end', () => {
    fc.assert(
      fc.property(decimalText, scales, fc.constantFrom('', '"', ',', ']', ' ', 'x'), (text, decimals, after) => {
        const { value, isExact, textDecimals } = reference(text, decimals);
        const out = scan(text, decimals, '["', after);
        expect(out.end).toBe(text.length);
        expect(out.textDecimals).toBe(textDecimals);
        expect(out.neededDecimals).toBe(decimalsOf(text));
        if (value > BigInt(GRID_MAX)) expect(out).toMatchObject({ status: SCAN.Saturated, value: GRID_MAX });
        else expect(out).toMatchObject({ status: isExact ? SCAN.Ok : SCAN.OffGrid, value: Number(value) });
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with parseDecimal on everything that is on the grid', () => {
    fc.assert(
      fc.property(decimalText, scales, (text, decimals) => {
        const out = scan(text, decimals);
        if (out.status === SCAN.Ok) expect(BigInt(out.value)).toBe(parseDecimal(text, decimals));
        if (out.status === SCAN.OffGrid) {
          expect(() => parseDecimal(text, decimals)).toThrow(expect.objectContaining({ code: 'decimal/off-grid' }));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the text: value and decimals give it back, but for zeros in front', () => {
    fc.assert(
      fc.property(decimalText, scales, (text, decimals) => {
        const out = scan(text, decimals);
        fc.pre(out.status === SCAN.Ok && out.textDecimals <= decimals);
        const value = rescale(BigInt(out.value), decimals, out.textDecimals);
        expect(formatFixed(value, out.textDecimals)).toBe(text.replace(/^0+(?=\d)/, ''));
      }),
      { numRuns: 1_000 },
    );
  });

  it('saturates at exactly the first integer that a double cannot count past', () => {
    expect(scan(String(GRID_MAX), 0)).toMatchObject({ status: SCAN.Ok, value: GRID_MAX });
    expect(scan(String(BigInt(GRID_MAX) + 1n), 0)).toMatchObject({ status: SCAN.Saturated, value: GRID_MAX });
    expect(scan('90071992.54740991', 8)).toMatchObject({ status: SCAN.Ok, value: GRID_MAX });
    expect(scan('90071992.54740992', 8)).toMatchObject({ status: SCAN.Saturated, value: GRID_MAX });
    expect(scan('9'.repeat(400), 8)).toMatchObject({ status: SCAN.Saturated, value: GRID_MAX });
  });

  it.each(['', '.', '.5', '5.', '-1', '+1', 'e5', 'NaN'])('calls %j malformed', (text) => {
    expect(scan(text, 4).status).toBe(SCAN.Malformed);
  });

  it('stops at an exponent, so that its caller sees an unexpected byte', () => {
    expect(scan('1e-7', 8)).toMatchObject({ status: SCAN.Ok, end: 1 });
  });
});

describe('decimal text', () => {
  const values = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

  it('comes back from its own format', () => {
    fc.assert(
      fc.property(values, scales, (value, scale) => {
        expect(parseDecimal(formatDecimal(value, scale), scale)).toBe(value);
        expect(parseDecimal(formatFixed(value, scale), scale)).toBe(value);
        expect(formatFixed(value, scale).split('.')[1]?.length ?? 0).toBe(scale);
      }),
    );
  });

  it('is canonical: no zeros behind, no bare point, the fewest decimals', () => {
    fc.assert(
      fc.property(values, scales, (value, scale) => {
        const text = formatDecimal(value, scale);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(parseDecimal(text, decimalsOf(text))).toBe(rescale(value, scale, decimalsOf(text)));
      }),
    );
  });

  it('rescales exactly or not at all', () => {
    fc.assert(
      fc.property(values, scales, scales, (value, from, to) => {
        const divisor = 10n ** BigInt(Math.max(0, from - to));
        if (value % divisor === 0n)
          expect(formatDecimal(rescale(value, from, to), to)).toBe(formatDecimal(value, from));
        else expect(() => rescale(value, from, to)).toThrow(expect.objectContaining({ code: 'decimal/off-grid' }));
      }),
    );
  });

  it('divides to the floor and the ceiling', () => {
    fc.assert(
      fc.property(values, fc.bigInt({ min: 1n, max: 10n ** 12n }), (value, divisor) => {
        const floor = divideFloor(value, divisor);
        expect(floor * divisor <= value && value < (floor + 1n) * divisor).toBe(true);
        expect(divideCeil(value, divisor)).toBe(-divideFloor(-value, divisor));
      }),
    );
  });

  it('of a grid value reads back on the grid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: GRID_MAX }), scales, (value, decimals) => {
        expect(scan(gridText(value, decimals), decimals)).toMatchObject({ status: SCAN.Ok, value });
      }),
    );
  });

  it('reads alike whether a text is short or long', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), decimalText, scales, (sign, text, scale) => {
        // What it stands for is the same, and it is too long to be added up as a double.
        const long = `${sign}${'0'.repeat(20)}${text}`;
        const read = (from: string): bigint | string => {
          try {
            return parseDecimal(from, scale);
          } catch (thrown) {
            return (thrown as Fault).code;
          }
        };
        const { value, isExact } = reference(text, scale);
        expect(read(sign + text)).toBe(read(long));
        expect(read(sign + text)).toBe(isExact ? (sign === '-' ? -value : value) : 'decimal/off-grid');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', ' 1', '1 ', '1e5', '1.', '.1', '--1', '0x1', '1,5'])('%j is malformed', (text) => {
    const malformed = expect.objectContaining({ code: 'decimal/malformed' });
    expect(() => parseDecimal(text, 8)).toThrow(malformed);
    expect(() => decimalsOf(text)).toThrow(malformed);
  });
});
