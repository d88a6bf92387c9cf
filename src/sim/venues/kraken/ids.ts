/** Kraken's identifiers (`OUF4EM-FRGI2-MQMWZD`): a letter and sixteen base-32 digits, made of the core's numbers and
 *  read back from them. They rise with the numbers, so that equal times still sort; an id that the exchange never gave
 *  out is told from one that it did, as Kraken tells `Invalid order` from `Unknown order`. */
import type { SimFill } from '../../port.ts';

/** Base 32 in the order of ASCII. */
const DIGITS = '234567ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGIT_OF = new Map([...DIGITS].map((digit, value) => [digit, BigInt(value)]));
/** Spreads consecutive numbers over the digits; a changed digit then names no number. */
const STEP = 134_217_689n;
const START = 0x5bd1_e995_7f4a_7c15_9e37n;
const SHAPE = /^([A-Z])([A-Z2-7]{5})-([A-Z2-7]{5})-([A-Z2-7]{6})$/;

type Kind = 'O' | 'T' | 'L' | 'Q';

function encode(kind: Kind, number: number): string {
  let value = START + BigInt(number) * STEP;
  let digits = '';
  for (let n = 0; n < 16; n++) {
    digits = (DIGITS[Number(value & 31n)] ?? '') + digits;
    value >>= 5n;
  }
  return `${kind}${digits.slice(0, 5)}-${digits.slice(5, 10)}-${digits.slice(10)}`;
}

function decode(kind: Kind, id: string): number | undefined {
  const match = SHAPE.exec(id);
  if (match === null || match[1] !== kind) return undefined;
  let value = 0n;
  for (const digit of id.slice(1).replaceAll('-', '')) value = (value << 5n) | (DIGIT_OF.get(digit) ?? 0n);
  const offset = value - START;
  if (offset < 0n || offset % STEP !== 0n) return undefined;
  const number = Number(offset / STEP);
  return Number.isSafeInteger(number) ? number : undefined;
}

export const orderIdOf = (number: number): string => encode('O', number);
/** Undefined for an id that was never given out. */
export const orderNumberOf = (id: string): number | undefined => decode('O', id);

/** Trade numbers are counted per instrument, and a trade is a fill of two orders. */
const fillNumber = ({ tradeId, instrument, maker }: SimFill): number =>
  (tradeId * 16 + instrument.index) * 2 + (maker ? 1 : 0);
export const execIdOf = (fill: SimFill): string => encode('T', fillNumber(fill));
/** @param leg which of the two ledger entries of a fill */
export const ledgerIdOf = (fill: SimFill, leg: 0 | 1): string => encode('L', fillNumber(fill) * 2 + leg);
