/** Ids as KuCoin writes them, made of the core's numbers: orders are 24 hex digits, trades 17-digit numbers (larger than
 *  a double counts exactly, and JSON numbers in `GET /api/v1/hf/fills`), users 24 hex digits, spot accounts decimal. */
import type { SimAccount, SimInstrument } from '../../port.ts';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The leading eight digits are seconds on the real venue; here they only rise with the id. */
const EPOCH = 0x6a00_0000;
const LOW_BITS = 24;
const STEP = 2 ** (LOW_BITS - 6);

/** Digits that look random, so that an id with one digit changed belongs to no order. */
const scatter = (id: number): number => (Math.imul(id, 0x9e37_79b1) >>> 0) >>> 8;

export const orderIdText = (id: number): string =>
  `${hex(EPOCH + Math.floor(id / STEP), 8)}${hex(scatter(id), 6)}0007${hex(id % 2 ** LOW_BITS, 6)}`;

/** The core's id of an order, or -1, which no order has. */
export function orderIdOf(text: string): number {
  if (!/^[0-9a-f]{24}$/.test(text)) return -1;
  const high = (Number.parseInt(text.slice(0, 8), 16) - EPOCH) * STEP;
  const low = Number.parseInt(text.slice(18), 16);
  // The upper part counts in steps finer than the lower one wraps.
  const id = Math.floor(high / 2 ** LOW_BITS) * 2 ** LOW_BITS + low;
  return id >= 0 && orderIdText(id) === text ? id : -1;
}

/** Rises by three, as seen on the real venue: neighbours stay apart even where a client rounds them. */
export const tradeIdText = (instrument: SimInstrument, id: number): string =>
  String(11_067_996_700_000_000n + BigInt(instrument.index) * 1_000_000_000_000n + BigInt(id) * 3n);

export const userIdText = (account: SimAccount): string => `633559791e1cbc0001${hex(0xf3_19bc + account.index, 6)}`;

/** The id of a spot account: one for each user and currency. */
export function accountIdText(account: SimAccount, currency: string): string {
  let number = 548_674_000_000 + account.index * 1_000_000;
  for (const letter of currency) number += (number % 991) + letter.charCodeAt(0);
  return String(number);
}
