/** UUIDs, as Coinbase names orders, fills, accounts and users. Each begins with the core's own number, so that names
 *  rise with time and can be read back; the rest is a digest, so that a guessed neighbour names nothing. */
import { createHash } from 'node:crypto';
import type { SimAccount, SimFill, SimOrder } from '../../port.ts';

function uuidOf(kind: string, number: number): string {
  const digest = createHash('sha256').update(`${kind}/${number}`).digest('hex');
  const head = number.toString(16).padStart(12, '0');
  const tail = [`4${digest.slice(0, 3)}`, `a${digest.slice(3, 6)}`, digest.slice(6, 18)];
  return [head.slice(0, 8), head.slice(8, 12), ...tail].join('-');
}

export const orderIdOf = (order: Pick<SimOrder, 'id'>): string => uuidOf('order', order.id);

/** The number behind an order's id; undefined for a text that names no order of this simulator. */
export function orderNumber(id: string): number | undefined {
  const number = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return Number.isSafeInteger(number) && uuidOf('order', number) === id ? number : undefined;
}

export const fillIdOf = (fill: SimFill): string => uuidOf(`fill/${fill.instrument.symbol}`, fill.tradeId);

/** 64 hex digits of the ledger entry behind a fill. */
export const entryIdOf = (fill: SimFill): string =>
  createHash('sha256').update(`entry/${fill.instrument.symbol}/${fill.tradeId}/${fill.orderId}`).digest('hex');

export const userIdOf = (account: SimAccount): string => uuidOf('user', account.index + 1);
export const portfolioIdOf = (account: SimAccount): string => uuidOf('portfolio', account.index + 1);
export const walletIdOf = (account: SimAccount, asset: string): string => uuidOf(`wallet/${asset}`, account.index + 1);

/** The id that an order gets whose client gave an empty one. */
export const generatedClientId = (account: SimAccount, number: number): string =>
  uuidOf(`client/${account.index}`, number);
