/** What stands between a request and the matching engine: request limits, the engine's delay, expiry, and the faults
 *  that make an answer disappear. REST and WebSocket share it, and so share their limits, as OKX documents. */
import type { FaultKind } from '../../fault-port.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { type WireError, wireError } from './errors.ts';
import { ACCOUNT_ORDERS, BATCH_ORDERS, SINGLE_ORDERS } from './limits.ts';
import { type Arguments, type EntryResult, OrderEntry, type Origin, overall } from './order-entry.ts';

export type TradeAction = 'place' | 'cancel' | 'amend';

export interface TradeRequest {
  readonly action: TradeAction;
  readonly account: SimAccount;
  readonly orders: readonly Arguments[];
  readonly origin: Origin;
  /** Unix ms after which new orders are discarded; absent: never. */
  readonly expTime?: number;
}

export interface TradeAnswer {
  readonly code: string;
  readonly msg: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** `silence`: nothing is ever answered. */
export type TradeOutcome = TradeAnswer | 'silence';

const MAX_BATCH = 20;

export class TradeDesk {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #entry: OrderEntry;
  readonly #completed: (order: SimOrder) => void;

  constructor(context: WireContext, limits: RequestLimits, completed: (order: SimOrder) => void) {
    this.#context = context;
    this.#limits = limits;
    this.#entry = new OrderEntry(context.exchange);
    this.#completed = completed;
  }

  /** Calls `done` once, in the task in which the engine acted. */
  submit(request: TradeRequest, done: (outcome: TradeOutcome) => void): void {
    const refused = this.#refuse(request);
    if (refused !== undefined) {
      done({ ...refused, rows: [] });
      return;
    }
    if (this.#takeFault('timeout-before-accept', request)) {
      done('silence');
      return;
    }
    this.#context.exchange.arrive(() => {
      const results = request.orders.map((order) => this.#act(request, order));
      if (this.#takeFault('timeout-after-accept', request)) done('silence');
      else done({ ...overall(results), rows: results.map((result) => result.row) });
    });
  }

  #act(request: TradeRequest, order: Arguments): EntryResult {
    const { account, origin, expTime } = request;
    switch (request.action) {
      case 'place':
        // Documented: not processed after this time. The code is not; this one is the table's "Request timed out".
        if (expTime !== undefined && this.#context.clock.wallMs() > expTime) return this.#entry.expired(order);
        return this.#entry.place(account, order, origin, this.#completed);
      case 'cancel':
        return this.#entry.cancel(account, order, origin);
      case 'amend':
        return this.#entry.amend(order);
    }
  }

  /** Limits are per user and instrument; a request of one order counts as a single one wherever it is sent. */
  #refuse({ action, account, orders }: TradeRequest): WireError | undefined {
    if (this.#context.faults.peek('maintenance') !== undefined) return wireError('50001');
    if (orders.length > MAX_BATCH) return wireError('51111', String(MAX_BATCH));
    const single = orders.length === 1;
    const [kind, limit] = single ? ([action, SINGLE_ORDERS] as const) : ([`batch-${action}`, BATCH_ORDERS] as const);
    const weights = new Map<string, number>();
    for (const order of orders) {
      const name = this.#instrumentName(order);
      weights.set(name, (weights.get(name) ?? 0) + 1);
    }
    for (const [name, weight] of weights) {
      if (!this.#limits.take(`${kind}/${account.index}/${name}`, limit, weight)) return wireError('50011');
    }
    if (action === 'place' && !this.#limits.take(`orders/${account.index}`, ACCOUNT_ORDERS, orders.length)) {
      return wireError('50061');
    }
    return undefined;
  }

  #instrumentName(order: Arguments): string {
    const { exchange } = this.#context;
    const code = Number(order.instIdCode);
    const symbol = order.instId;
    const instrument =
      exchange.instruments.find((candidate) => candidate.code === code) ??
      (typeof symbol === 'string' ? exchange.instrumentBySymbol(symbol) : undefined);
    return instrument?.id ?? '';
  }

  /** Only new orders get lost. */
  #takeFault(kind: FaultKind, { action, orders }: TradeRequest): boolean {
    if (action !== 'place') return false;
    const name = this.#instrumentName(orders[0] ?? {});
    const where = name === '' ? { scope: 'private' as const } : { instrument: name, scope: 'private' as const };
    return this.#context.faults.take(kind, where) !== undefined;
  }
}
