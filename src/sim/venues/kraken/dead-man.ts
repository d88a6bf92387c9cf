/** `cancel_all_orders_after` of the private socket, and `CancelAllOrdersAfter` over REST: one timer for all open orders.
 *  Sources: https://docs.kraken.com/api/docs/websocket-v2/cancel_after, …/rest-api/cancel-all-orders-after. */
import type { ExchangePort, SimAccount } from '../../port.ts';
import { invalidArgument } from './errors.ts';
import type { TradeDesk } from './trade-desk.ts';

/** Times to the second; a trigger that never comes is `0`. */
const secondText = (ms: number): string => (ms === 0 ? '0' : `${new Date(ms).toISOString().slice(0, 19)}Z`);

/** @param timeout seconds as they stood in the request */
export function setDeadMan(
  timeout: unknown,
  account: SimAccount,
  { desk, exchange }: { readonly desk: TradeDesk; readonly exchange: ExchangePort },
): { readonly result: object } | { readonly error: string } {
  const seconds = /^\d{1,5}$/.test(String(timeout)) ? Number(timeout) : undefined;
  if (seconds === undefined || seconds > 86_400) return { error: invalidArgument('timeout') };
  const triggerAt = desk.deadMan.set(account, seconds * 1000);
  return { result: { currentTime: secondText(exchange.clock.wallMs()), triggerTime: secondText(triggerAt) } };
}
