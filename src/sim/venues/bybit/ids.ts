/** Numbers of the core as Bybit writes them: spot order ids and trade ids are 19-digit texts, connections and messages
 *  have made-up names. */
import type { Random } from '../../../core/random.ts';
import type { SimFill, SimInstrument, SimOrder, SimTrade } from '../../port.ts';
import { hexText, lettersText } from '../../random-text.ts';

const ORDER_BASE = 2_150_000_000_000_000_000n;
/** Neighbouring orders are not neighbours in their ids. */
const ORDER_STEP = 256n;
const TRADE_BASE = 2_290_000_000_000_000_000n;
/** The core counts trades apart for each instrument. */
const TRADE_STEP = 1_000_000_000_000n;
const DIGITS = /^\d{1,19}$/;

export const orderIdText = (id: number): string => String(ORDER_BASE + BigInt(id) * ORDER_STEP);

/** -1 (which no order has) for a text that is no order's id. */
export function orderIdOf(text: string): number {
  if (!DIGITS.test(text)) return -1;
  const offset = BigInt(text) - ORDER_BASE;
  return offset > 0n && offset % ORDER_STEP === 0n ? Number(offset / ORDER_STEP) : -1;
}

const tradeId = (instrument: SimInstrument, id: number): string =>
  String(TRADE_BASE + BigInt(instrument.index) * TRADE_STEP + BigInt(id));

export const tradeIdText = (trade: SimTrade): string => tradeId(trade.instrument, trade.id);
/** An execution of an account has the id of the public trade. */
export const execIdText = (fill: SimFill): string => tradeId(fill.instrument, fill.tradeId);

export const orderIdTextOf = (order: SimOrder): string => orderIdText(order.id);

const LETTERS = '0123456789abcdefghijklmnopqrstuv';

/** As `d9avt8shteepr00gfc1g-4zd1x`. */
export const connectionName = (random: Random): string =>
  `${lettersText(random, 20, LETTERS)}-${lettersText(random, 5, LETTERS)}`;

/** As `592324d2bce751-ad38-48eb-8f42-4671d1fb4d4e`. */
export const messageId = (random: Random): string => [14, 4, 4, 4, 12].map((count) => hexText(random, count)).join('-');

/** `Traceid` of an answered order operation. */
export const traceId = (random: Random): string => hexText(random, 32);

export const msText = (ms: number): string => String(Math.floor(ms));
