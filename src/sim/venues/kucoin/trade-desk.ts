/** What stands between a request and the matching engine: its delay, the faults that make an answer disappear, and
 *  maintenance. REST and the trading socket share it. */
import { priceText } from '../../amounts.ts';
import type { FaultKind } from '../../fault-port.ts';
import type { OrderKey, SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalid, refusalError, type WireError } from './errors.ts';
import { orderIdOf } from './ids.ts';
import { type Arguments, readOrder, readSymbol, textOf } from './order-reading.ts';

/** `silence`: nothing is ever answered. */
export type OrderOutcome =
  | { readonly ok: true; readonly order: SimOrder }
  | { readonly ok: false; readonly error: WireError }
  | 'silence';
export type OrderAnswer = (outcome: OrderOutcome) => void;

const failed = (error: WireError): OrderOutcome => ({ ok: false, error });

/** `orderId` counts when both are there. */
export function keyOf(orderId: string, clientId: string): OrderKey | undefined {
  if (orderId !== '') return { id: orderIdOf(orderId) };
  return clientId === '' ? undefined : { clientId };
}

export class TradeDesk {
  readonly #context: WireContext;
  readonly #onPlaced: (order: SimOrder) => void;

  constructor(context: WireContext, onPlaced: (order: SimOrder) => void) {
    this.#context = context;
    this.#onPlaced = onPlaced;
  }

  /** Calls `done` once, in the task in which the engine acted. */
  place(account: SimAccount, args: Arguments, needsClientId: boolean, done: OrderAnswer): void {
    const { exchange, clock } = this.#context;
    const where = this.#where(args);
    if (this.#inMaintenance()) return done(failed(ERRORS.placingSuspended));
    if (this.#take('timeout-before-accept', where)) return done('silence');
    const request = readOrder(exchange, args, clock.wallMs(), needsClientId);
    if (!request.ok) return done(request);
    exchange.arrive(() => {
      const result = exchange.place(account, request.value);
      if (result.ok) this.#onPlaced(result.order);
      if (this.#take('timeout-after-accept', where)) return done('silence');
      if (result.ok) return done(result);
      const { instrument, side } = request.value;
      const { bid, ask } = exchange.top(instrument);
      const touch = (side === 'buy' ? ask : bid)?.price ?? 0;
      const minFunds = instrument.spec.minNotional ?? '0';
      return done(failed(refusalError(result.refusal, instrument.quote, minFunds, priceText(instrument, touch))));
    });
  }

  /** Checks only, as `orders/test` does. */
  test(account: SimAccount, args: Arguments, needsClientId: boolean): WireError | undefined {
    const { exchange, clock } = this.#context;
    const request = readOrder(exchange, args, clock.wallMs(), needsClientId);
    if (!request.ok) return request.error;
    const refusal = exchange.check(account, request.value);
    const { instrument } = request.value;
    return refusal && refusalError(refusal, instrument.quote, instrument.spec.minNotional ?? '0', '0');
  }

  /** By `symbol` and `orderId` or `clientOid`. */
  cancel(account: SimAccount, args: Arguments, done: OrderAnswer): void {
    const { exchange } = this.#context;
    const instrument = readSymbol(exchange, textOf(args, 'symbol'), 'cancelOrder');
    if (!instrument.ok) return done(instrument);
    const key = keyOf(textOf(args, 'orderId'), textOf(args, 'clientOid'));
    if (key === undefined) return done(failed(invalid('cancelOrder', 'orderIdIsRequired')));
    this.cancelAt(account, instrument.value, key, done);
  }

  cancelAt(account: SimAccount, instrument: SimInstrument, key: OrderKey, done: OrderAnswer): void {
    const { exchange } = this.#context;
    if (this.#inMaintenance()) return done(failed(ERRORS.cancelSuspended));
    exchange.arrive(() => {
      const result = exchange.cancel(account, instrument, key);
      done(result.ok ? result : failed(ERRORS.notCancelable));
    });
  }

  #inMaintenance(): boolean {
    return this.#context.faults.peek('maintenance') !== undefined;
  }

  #where(args: Arguments): { readonly scope: 'private'; readonly instrument?: string } {
    const instrument = this.#context.exchange.instrumentBySymbol(textOf(args, 'symbol'));
    return { scope: 'private', ...(instrument === undefined ? {} : { instrument: instrument.id }) };
  }

  #take(kind: FaultKind, where: { readonly scope: 'private'; readonly instrument?: string }): boolean {
    return this.#context.faults.take(kind, where) !== undefined;
  }
}
