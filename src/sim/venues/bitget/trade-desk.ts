/** What stands between a request and the matching engine: the receive window, the engine's delay, and the faults that
 *  make an answer disappear. */
import type { FaultKind } from '../../fault-port.ts';
import type { SimAccount } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub } from './account-hub.ts';
import { type WireError, wireError } from './errors.ts';
import { type EntryResult, OrderEntry, type Params, textOf } from './order-entry.ts';

export interface TradeRequest {
  readonly action: 'place' | 'cancel';
  readonly account: SimAccount;
  readonly orders: readonly Params[];
}

/** `silence`: nothing is ever answered. */
export type TradeOutcome = readonly EntryResult[] | 'silence';

const MAX_WINDOW_MS = 60_000;
const MILLIS = /^\d{1,15}$/;

export class TradeDesk {
  readonly #context: WireContext;
  readonly #entry: OrderEntry;

  constructor(context: WireContext, accountHub: AccountHub) {
    this.#context = context;
    this.#entry = new OrderEntry(context.exchange, context.random, (order) => accountHub.onCompleted(order));
  }

  /** Calls `done` once, in the task in which the engine acted. */
  submit(request: TradeRequest, done: (outcome: TradeOutcome) => void): void {
    const { action, account, orders } = request;
    if (this.#takeFault('timeout-before-accept', request)) {
      done('silence');
      return;
    }
    this.#context.exchange.arrive(() => {
      const results = orders.map((order): EntryResult => {
        if (action === 'cancel') return this.#entry.cancel(account, order);
        const late = this.#checkWindow(order);
        return late === undefined ? this.#entry.place(account, order) : { ok: false, error: late };
      });
      done(this.#takeFault('timeout-after-accept', request) ? 'silence' : results);
    });
  }

  /** `requestTime` and `receiveWindow` together bound when the matching engine may get an order. */
  #checkWindow(order: Params): WireError | undefined {
    const window = textOf(order, 'receiveWindow');
    const sentAt = textOf(order, 'requestTime');
    if (window === '' || sentAt === '') return undefined;
    if (!MILLIS.test(window) || !MILLIS.test(sentAt)) return wireError('40020', 'receiveWindow');
    if (Number(window) > MAX_WINDOW_MS) return wireError('40079');
    const age = this.#context.clock.wallMs() - Number(sentAt);
    return age > Number(window) ? wireError('40078') : undefined;
  }

  /** Only new orders get lost. */
  #takeFault(kind: FaultKind, { action, orders }: TradeRequest): boolean {
    if (action !== 'place') return false;
    const named = this.#context.exchange.instrumentBySymbol(textOf(orders[0] ?? {}, 'symbol'));
    const where =
      named === undefined ? { scope: 'private' as const } : { instrument: named.id, scope: 'private' as const };
    return this.#context.faults.take(kind, where) !== undefined;
  }
}
