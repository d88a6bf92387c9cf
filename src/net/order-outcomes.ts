/** What gateways conclude alike from answers: of placing, of cancelling, of asking for an order with its fills, of asking
 *  for fee rates and for what the key may do. */
import { type Clock, pause } from '../core/clock.ts';
import { add, isSame } from '../core/decimal-text.ts';
import type { Log } from '../core/log.ts';
import {
  type CancelOutcome,
  errorText,
  type Fill,
  type OrderReport,
  type PlaceOutcome,
  type QueryOutcome,
  type VenueError,
} from '../core/order.ts';
import type { KeyPermissions } from '../core/permissions.ts';
import type { MonoNs } from '../core/units.ts';
import { faultOf, needValue, type RestResult } from './signed-rest.ts';

/** Fills are listed a moment after their order says so. */
const FILL_TRIES = 4;
const FILL_WAIT_MS = 150;

export const unreadable = (what: string): VenueError => ({
  class: 'unknown-outcome',
  code: 'protocol',
  message: `unreadable ${what} in the venue's answer`,
});

/** `orderIdOf`: the venue's id in the answer, '' where it has none. */
export function placeOutcome<Value>(
  result: RestResult<Value>,
  orderIdOf: (value: Value) => string,
  sentAt: MonoNs,
  ackedAt: MonoNs,
): PlaceOutcome {
  if (result.ok) {
    const venueOrderId = orderIdOf(result.value);
    if (venueOrderId !== '') return { kind: 'acked', venueOrderId, sentAt, ackedAt };
    return { kind: 'unknown', reason: 'accepted without an order id', sentAt };
  }
  const { error } = result;
  // What nobody documented may be anything: the venue is asked whether it has the order.
  if (error.class === 'unknown-outcome' || error.isUnlisted) {
    return { kind: 'unknown', reason: errorText(error), sentAt };
  }
  return { kind: 'rejected', error, sentAt, ackedAt };
}

/** "No such order" is an answer; everything else is a failure. */
export function cancelOutcome(result: RestResult<unknown>): CancelOutcome {
  if (result.ok) return { kind: 'cancelled' };
  return result.error.class === 'unknown-order' ? { kind: 'absent' } : { kind: 'failed', error: result.error };
}

/** Whether the fills make up `filled` exactly. */
export const addsUp = (fills: readonly Fill[], filled: string): boolean =>
  isSame(
    fills.reduce((sum, { size }) => add(sum, size), '0'),
    filled,
  );

export interface Rates {
  readonly taker: string;
  readonly maker: string;
}

/** The account's own rates; the usual ones, with a warning, while the venue does not say. */
export function ownRates<Value>(
  result: RestResult<Value>,
  read: (value: Value) => Rates | undefined,
  usual: Rates,
  { venue, symbol, log }: { readonly venue: string; readonly symbol: string; readonly log: Log },
): Rates {
  const rates = result.ok ? read(result.value) : undefined;
  if (rates !== undefined) return rates;
  const error = result.ok ? unreadable('fee rates') : result.error;
  log.warn({ venue, symbol, error }, 'fee rates not read; assuming the usual ones');
  return usual;
}

/** What the key may do; rejects with the venue's refusal, also where its answer cannot be read. */
export function ownPermissions<Value>(
  venue: string,
  result: RestResult<Value>,
  read: (value: Value) => KeyPermissions | undefined,
): KeyPermissions {
  const doing = 'asking what the key may do';
  const permissions = read(needValue(venue, result, doing));
  if (permissions === undefined) throw faultOf(venue, unreadable('key permissions'), doing);
  return permissions;
}

export interface OrderQuestions {
  readonly clock: Clock;
  /** The order; undefined when the answer cannot be read. */
  readonly order: () => Promise<RestResult<OrderReport | undefined>>;
  /** All fills of that order. */
  readonly fills: (report: OrderReport) => Promise<RestResult<readonly Fill[]>>;
}

/** Asks for an order and its fills until the fills make up what the order says. */
export async function queryOutcome({ clock, order, fills }: OrderQuestions): Promise<QueryOutcome> {
  for (let attempt = 1; ; attempt++) {
    const found = await order();
    if (!found.ok) {
      return found.error.class === 'unknown-order' ? { kind: 'absent' } : { kind: 'failed', error: found.error };
    }
    const report = found.value;
    if (report === undefined) return { kind: 'failed', error: unreadable('order') };
    const listed = await fills(report);
    if (!listed.ok) return { kind: 'failed', error: listed.error };
    const own = listed.value.map((fill) => ({ ...fill, clientId: fill.clientId || report.clientId }));
    if (addsUp(own, report.filled)) return { kind: 'found', report, fills: own };
    if (attempt === FILL_TRIES) {
      const message = `order says ${report.filled} filled, its fills do not add up to that`;
      return { kind: 'failed', error: { class: 'unknown-outcome', code: 'fills', message } };
    }
    await pause(clock, FILL_WAIT_MS);
  }
}
