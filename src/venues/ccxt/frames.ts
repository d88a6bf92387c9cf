/** Frames between a ccxt worker and the feed: JSON of a fixed shape, so that the feed scans it like any venue's.
 *
 *    {"s":"BTC-USDT","n":1234,"t":1750000000000,"u":1,"b":[["96400","0.5"],…],"a":[["96400.1","0.5"],…]}
 *
 *  `s` the venue's symbol; `n` ccxt's nonce (-1: it has none); `t` the venue's time in ms (0: the venue does not say);
 *  `u` whether this is a change of a book told before; then the best levels of both sides, best first: the whole book as far as the feed is concerned. Instead of a book:
 *
 *    {"s":"BTC-USDT","lost":"InvalidNonce …"}   ccxt noticed that its book was wrong; it builds another
 *    {"s":"BTC-USDT","refused":"BadSymbol …"}   the venue does not serve it
 *
 *  Thread: the ccxt worker. Numbers are ccxt's doubles, read from the venue's own text and written back by the shortest
 *  text that gives the same double: exact up to 15 digits, which prices and sizes do not exceed. */
import { plainText } from '../../core/decimal-text.ts';

/** A row holds 12 levels; the rest is for what the top of the book loses in between. */
export const FRAME_LEVELS = 20;

export interface CcxtBook {
  readonly bids: readonly (readonly unknown[])[];
  readonly asks: readonly (readonly unknown[])[];
  readonly timestamp?: unknown;
  readonly nonce?: unknown;
}

export function bookFrame(symbol: string, book: CcxtBook, isChange: boolean): string {
  return (
    `{"s":${JSON.stringify(symbol)},"n":${wholeOf(book.nonce, -1)},"t":${wholeOf(book.timestamp, 0)},` +
    `"u":${isChange ? 1 : 0},` +
    `"b":[${levelsOf(book.bids)}],"a":[${levelsOf(book.asks)}]}`
  );
}

export const noteFrame = (symbol: string, kind: 'lost' | 'refused', message: string): string =>
  JSON.stringify({ s: symbol, [kind]: message });

const wholeOf = (value: unknown, none: number): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : none;

function levelsOf(side: readonly (readonly unknown[])[]): string {
  let text = '';
  const count = Math.min(side.length, FRAME_LEVELS);
  for (let at = 0; at < count; at++) {
    const level = side[at];
    text += `${at === 0 ? '' : ','}["${numberText(level?.[0])}","${numberText(level?.[1])}"]`;
  }
  return text;
}

/** '' for what is no number: the feed finds such a frame malformed. */
export function numberText(value: unknown): string {
  if (typeof value !== 'number' && typeof value !== 'string') return '';
  return plainText(String(value)) ?? '';
}
