/** What stands between a request and the matching engine: maintenance, transaction limits, the engine's delay,
 *  deadlines, and the faults that make an answer disappear. REST and socket share it, and so share their limits, as
 *  documented: https://docs.kraken.com/api/docs/guides/spot-ratelimits. */

import { DeadManTimers } from '../../dead-man.ts';
import type { FaultKind } from '../../fault-port.ts';
import type { SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, refusalText } from './errors.ts';
import { orderNumberOf } from './ids.ts';
import { cancelCost, type DecayingCounts, type Tier } from './limits.ts';
import type { OrderTerms } from './order-terms.ts';

/** `silence`: nothing is ever answered. Without an order (`validate`): it would have been taken. */
export type PlaceOutcome =
  | { readonly ok: true; readonly order?: SimOrder }
  | { readonly ok: false; readonly error: string }
  | 'silence';

export type CancelOutcome =
  | { readonly ok: true; readonly order: SimOrder }
  | { readonly ok: false; readonly error: string };

/** An order as a client names it. */
export type OrderName = { readonly orderId: string } | { readonly clientId: string };

export class TradeDesk {
  readonly deadMan: DeadManTimers;
  readonly #context: WireContext;
  readonly #counts: DecayingCounts;
  readonly #tier: Tier;
  readonly #completed: (order: SimOrder) => void;

  /** @param completed called for an order by quote amount that is done */
  constructor(context: WireContext, counts: DecayingCounts, tier: Tier, completed: (order: SimOrder) => void) {
    this.deadMan = new DeadManTimers(context.exchange);
    this.#context = context;
    this.#counts = counts;
    this.#tier = tier;
    this.#completed = completed;
  }

  get inMaintenance(): boolean {
    return this.#context.faults.peek('maintenance') !== undefined;
  }

  /** Calls `done` once, in the task in which the engine acted. */
  place(account: SimAccount, terms: OrderTerms, done: (outcome: PlaceOutcome) => void): void {
    const { exchange, clock } = this.#context;
    const { request } = terms;
    const refused = this.#refuse(account, request.instrument, 1);
    if (refused !== undefined) {
      done({ ok: false, error: refused });
      return;
    }
    if (exchange.openOrders(account, request.instrument).length >= this.#tier.openOrdersPerPair) {
      done({ ok: false, error: ERRORS.tooManyOrders });
      return;
    }
    if (this.#takeFault('timeout-before-accept', request.instrument)) {
      done('silence');
      return;
    }
    exchange.arrive(() => {
      if (terms.deadlineMs !== undefined && clock.wallMs() > terms.deadlineMs) {
        done({ ok: false, error: ERRORS.deadline });
        return;
      }
      const outcome = this.#act(account, terms);
      done(this.#takeFault('timeout-after-accept', request.instrument) ? 'silence' : outcome);
    });
  }

  #act(account: SimAccount, { request, validate }: OrderTerms): Exclude<PlaceOutcome, 'silence'> {
    const { exchange } = this.#context;
    if (validate) {
      const refusal = exchange.check(account, request);
      return refusal === undefined ? { ok: true } : { ok: false, error: refusalText(refusal, request.instrument) };
    }
    const result = exchange.place(account, request);
    if (!result.ok) return { ok: false, error: refusalText(result.refusal, request.instrument) };
    const { order } = result;
    if (order.quoteAmount > 0n && order.status === 'filled') this.#completed(order);
    return { ok: true, order };
  }

  cancel(account: SimAccount, name: OrderName, done: (outcome: CancelOutcome) => void): void {
    if (this.inMaintenance) {
      done({ ok: false, error: ERRORS.unavailable });
      return;
    }
    this.#context.exchange.arrive(() => done(this.#cancelNow(account, name)));
  }

  #cancelNow(account: SimAccount, name: OrderName): CancelOutcome {
    const found = this.find(account, name);
    // Measured in September 2026: an id that was never given out is invalid, an order that is gone is unknown.
    if (found === undefined) {
      const isOurs = !('orderId' in name) || orderNumberOf(name.orderId) !== undefined;
      return { ok: false, error: isOurs ? ERRORS.unknownOrder : ERRORS.invalidOrder };
    }
    const ageMs = this.#context.clock.wallMs() - found.createdAt;
    const refused = this.#refuse(account, found.instrument, cancelCost(ageMs));
    if (refused !== undefined) return { ok: false, error: refused };
    const result = this.#context.exchange.cancel(account, found.instrument, { id: found.id });
    return result.ok ? result : { ok: false, error: ERRORS.unknownOrder };
  }

  /** The order of this name; of several with one client id the open one, else the newest. */
  find(account: SimAccount, name: OrderName): SimOrder | undefined {
    const { exchange } = this.#context;
    if ('orderId' in name) {
      const id = orderNumberOf(name.orderId);
      if (id === undefined) return undefined;
      return exchange.instruments
        .map((instrument) => exchange.findOrder(account, instrument, { id }))
        .find((order) => order !== undefined);
    }
    const named = (orders: readonly SimOrder[]): SimOrder | undefined =>
      orders.filter(({ clientId }) => clientId === name.clientId).at(-1);
    return named(exchange.openOrders(account)) ?? named(exchange.allOrders(account));
  }

  get maxRateCount(): number {
    return this.#tier.transactions.max;
  }

  /** A transaction counts on receipt, whatever comes of it. */
  #refuse(account: SimAccount, instrument: SimInstrument, cost: number): string | undefined {
    if (this.inMaintenance) return ERRORS.unavailable;
    const { transactions } = this.#tier;
    const name = countName(account, instrument);
    if (this.#counts.now(name, transactions) >= transactions.max) return ERRORS.orderRate;
    this.#counts.add(name, transactions, cost);
    return undefined;
  }

  /** Only new orders get lost. */
  #takeFault(kind: FaultKind, instrument: SimInstrument): boolean {
    return this.#context.faults.take(kind, { instrument: instrument.id, scope: 'private' }) !== undefined;
  }
}

const countName = (account: SimAccount, instrument: SimInstrument): string =>
  `transactions/${account.index}/${instrument.id}`;
