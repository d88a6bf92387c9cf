/** JSON as Kraken's sockets write it: prices and quantities are numbers with all the decimals of their pair, trailing
 *  zeros too (recorded: `{"price":63381.0,"qty":0.00000000}`); a binary float would lose them. */
import { formatFixed } from '../../../core/decimal.ts';
import { amountFixed } from '../../amounts.ts';
import type { SimInstrument } from '../../port.ts';

/** A number in the digits that go on the wire. */
export class WireNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/** What `JSON.stringify` does for plain data, with wire numbers in their own digits. */
export function wireJson(value: unknown): string {
  if (value instanceof WireNumber) return value.digits;
  if (Array.isArray(value)) return `[${value.map(wireJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${wireJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Decimals of a pair's costs and fees (`cost_decimals`; the same for all five pairs). */
export const COST_DECIMALS = 5;
/** Decimals of amounts in dollars. */
const USD_DECIMALS = 4;

export const priceDigits = (instrument: SimInstrument, price: number): string =>
  formatFixed(BigInt(price), instrument.priceDecimals);
export const sizeDigits = (instrument: SimInstrument, size: number): string =>
  formatFixed(BigInt(size), instrument.sizeDecimals);
export const costDigits = (amount: bigint): string => amountFixed(amount, COST_DECIMALS);

export const priceNumber = (instrument: SimInstrument, price: number): WireNumber =>
  new WireNumber(priceDigits(instrument, price));
export const sizeNumber = (instrument: SimInstrument, size: number): WireNumber =>
  new WireNumber(sizeDigits(instrument, size));
export const costNumber = (amount: bigint): WireNumber => new WireNumber(costDigits(amount));
export const usdNumber = (amount: bigint): WireNumber => new WireNumber(amountFixed(amount, USD_DECIMALS));
export const amountNumber = (amount: bigint, decimals: number): WireNumber =>
  new WireNumber(amountFixed(amount, decimals));

/** A number that a client sent, as plain decimal text; undefined where it has none (a sign, an overflow). */
export function plainText(value: number): string | undefined {
  const text = String(value);
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  return /^\d(\.\d+)?e-\d+$/.test(text) ? value.toFixed(20).replace(/\.?0+$/, '') : undefined;
}
