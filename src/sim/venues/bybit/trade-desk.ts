/** What stands between a request and the matching engine: request limits, the engine's delay, and the faults that make an
 *  answer disappear. REST and WebSocket share it, and so share their limits, as documented. */
import type { FaultKind } from '../../fault-port.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { wireError } from './errors.ts';
import { type LimitState, ORDER_LIMITS, takeOne } from './limits.ts';
import { type Arguments, type EntryResult, OrderEntry } from './order-entry.ts';
import type { Tickers } from './tickers.ts';

export type TradeAction = keyof typeof ORDER_LIMITS;

export interface TradeOutcome {
  readonly entry: EntryResult;
  readonly limit: LimitState;
}

export class TradeDesk {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #entry: OrderEntry;
  readonly #completed: (order: SimOrder) => void;

  constructor(context: WireContext, limits: RequestLimits, tickers: Tickers, completed: (order: SimOrder) => void) {
    this.#context = context;
    this.#limits = limits;
    this.#entry = new OrderEntry(context.exchange, (instrument) => tickers.last(instrument));
    this.#completed = completed;
  }

  /** Calls `done` once, in the task in which the engine acted; `silence`: nothing is ever answered. */
  submit(
    action: TradeAction,
    account: SimAccount,
    args: Arguments,
    done: (outcome: TradeOutcome | 'silence') => void,
  ): void {
    const { clock, exchange } = this.#context;
    const { fits, state } = takeOne(this.#limits, clock, `${action}/${account.index}`, ORDER_LIMITS[action]);
    if (!fits) {
      done({ entry: { ok: false, error: wireError('10006') }, limit: state });
      return;
    }
    if (this.#takeFault('timeout-before-accept', action, args)) {
      done('silence');
      return;
    }
    exchange.arrive(() => {
      const entry = this.#act(action, account, args);
      done(this.#takeFault('timeout-after-accept', action, args) ? 'silence' : { entry, limit: state });
    });
  }

  #act(action: TradeAction, account: SimAccount, args: Arguments): EntryResult {
    switch (action) {
      case 'create':
        return this.#entry.place(account, args, this.#completed);
      case 'cancel':
        return this.#entry.cancel(account, args);
      case 'cancel-all':
        return this.#entry.cancelAll(account, args);
      case 'amend':
        return this.#entry.amend(account, args);
    }
  }

  /** Only new orders get lost. */
  #takeFault(kind: FaultKind, action: TradeAction, { symbol }: Arguments): boolean {
    if (action !== 'create') return false;
    const instrument = typeof symbol === 'string' ? this.#context.exchange.instrumentBySymbol(symbol) : undefined;
    const where = instrument === undefined ? {} : { instrument: instrument.id };
    return this.#context.faults.take(kind, { scope: 'private', ...where }) !== undefined;
  }
}
