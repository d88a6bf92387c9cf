/** What stands between a request and the matching engine: limits, deadline, maintenance, the engine's delay, and the
 *  faults that make an answer disappear. REST and WebSocket share it and its limits. */

import { DeadManTimers } from '../../dead-man.ts';
import type { FaultKind } from '../../fault-port.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { pastDeadline, spotRateLimit, type WireError, wireError } from './errors.ts';
import { CANCELS, ORDERS, type RateState, rateState } from './limits.ts';
import { OrderEntry } from './order-entry.ts';
import type { Arguments } from './order-params.ts';

/** Batches: at most so many orders of so many pairs. */
const MAX_ORDERS = 10;
const MAX_PAIRS = 4;

export interface TradeRequest {
  readonly account: SimAccount;
  /** New orders, or none for a request that cancels. */
  readonly orders: readonly Arguments[];
  /** Cancels in this request. */
  readonly cancels: number;
  /** `x-gate-exptime`: Unix ms after which the request is refused. */
  readonly deadline: string;
  /** Called when the request goes to the engine, with the state of the limit that it counted for. */
  onTaken?(rate: RateState): void;
}

/** What became of a request. `silence`: nothing is ever answered. */
export type Outcome<Value> =
  | { readonly kind: 'silence' }
  | { readonly kind: 'refused'; readonly error: WireError; readonly rate: RateState }
  | { readonly kind: 'done'; readonly value: Value; readonly rate: RateState };

export class TradeDesk {
  readonly entry: OrderEntry;
  readonly deadMan: DeadManTimers;
  readonly #context: WireContext;
  readonly #limits: RequestLimits;

  constructor(context: WireContext, limits: RequestLimits, completed: (order: SimOrder) => void) {
    this.entry = new OrderEntry(context.exchange, completed);
    this.deadMan = new DeadManTimers(context.exchange);
    this.#context = context;
    this.#limits = limits;
  }

  /** Runs `act` in the engine's turn and calls `done` once, in the same task. */
  submit<Value>(request: TradeRequest, act: () => Value, done: (outcome: Outcome<Value>) => void): void {
    const { account, orders, cancels } = request;
    const [name, limit] =
      orders.length > 0
        ? ([`orders/${account.index}/${this.#pairOf(orders[0])}`, ORDERS] as const)
        : ([`cancels/${account.index}`, CANCELS] as const);
    const error = this.#refuse(request) ?? this.#overLimit(account, orders, cancels);
    const rate = rateState(this.#limits, name, limit, this.#context.clock.wallMs());
    if (error !== undefined) {
      done({ kind: 'refused', error, rate });
      return;
    }
    if (this.#takeFault('timeout-before-accept', orders)) {
      done({ kind: 'silence' });
      return;
    }
    request.onTaken?.(rate);
    this.#context.exchange.arrive(() => {
      const value = act();
      if (this.#takeFault('timeout-after-accept', orders)) done({ kind: 'silence' });
      else done({ kind: 'done', value, rate });
    });
  }

  #refuse({ orders, deadline }: TradeRequest): WireError | undefined {
    const { faults, clock } = this.#context;
    if (faults.peek('maintenance') !== undefined) return wireError('SERVER_ERROR');
    if (deadline !== '' && !/^\d{1,15}$/.test(deadline)) {
      return wireError('INVALID_PARAM_VALUE', 'x-gate-exptime', deadline);
    }
    if (deadline !== '' && clock.wallMs() > Number(deadline)) return pastDeadline();
    const pairs = new Map<string, number>();
    for (const order of orders) pairs.set(this.#pairOf(order), (pairs.get(this.#pairOf(order)) ?? 0) + 1);
    if (pairs.size > MAX_PAIRS) return wireError('TOO_MANY_CURRENCY_PAIRS');
    return [...pairs.values()].some((count) => count > MAX_ORDERS) ? wireError('TOO_MANY_ORDERS') : undefined;
  }

  /** A request counts once for every market that it names, however many orders it has there. */
  #overLimit(account: SimAccount, orders: readonly Arguments[], cancels: number): WireError | undefined {
    for (const pair of new Set(orders.map((order) => this.#pairOf(order)))) {
      if (!this.#limits.take(`orders/${account.index}/${pair}`, ORDERS)) return spotRateLimit();
    }
    if (cancels > 0 && !this.#limits.take(`cancels/${account.index}`, CANCELS)) return spotRateLimit();
    return undefined;
  }

  /** Empty for what is not listed, so that no client makes names up. */
  #pairOf(order: Arguments | undefined): string {
    const pair = order?.currency_pair;
    return typeof pair === 'string' ? (this.#context.exchange.instrumentBySymbol(pair)?.symbol ?? '') : '';
  }

  /** Only new orders get lost. */
  #takeFault(kind: FaultKind, orders: readonly Arguments[]): boolean {
    if (orders.length === 0) return false;
    const instrument = this.#context.exchange.instrumentBySymbol(this.#pairOf(orders[0]));
    const scope = 'private' as const;
    const where = instrument === undefined ? { scope } : { instrument: instrument.id, scope };
    return this.#context.faults.take(kind, where) !== undefined;
  }
}
