/** Order entry through ccxt: a proxy of `account.ts` in a worker. Thread: the executor's. */
import type { Listing } from '../../core/instrument.ts';
import type {
  Balance,
  CancelOutcome,
  Fill,
  Gateway,
  GatewayEvent,
  OrderRef,
  OrderReport,
  OrderRequest,
  PlaceOutcome,
  QueryOutcome,
} from '../../core/order.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { faultOf, Link, Refusal } from './link.ts';
import type { Ask, CcxtWorkerData } from './protocol.ts';

export class CcxtGateway implements Gateway {
  readonly #data: CcxtWorkerData;
  readonly #deps: GatewayDeps;
  #link: Link | undefined;
  #isUp = false;
  /** From then on it comes back by itself. */
  #wasUp = false;
  #isClosed = false;

  constructor(data: CcxtWorkerData, deps: GatewayDeps) {
    this.#data = data;
    this.#deps = deps;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async connect(): Promise<void> {
    await this.#ask({ kind: 'connect' }, 'logging on');
    this.#isUp = true;
    this.#wasUp = true;
  }

  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const sentAt = this.#deps.clock.monotonicNs();
    try {
      return await this.#theLink().ask<PlaceOutcome>({ kind: 'place', order });
    } catch (thrown) {
      if (thrown instanceof Refusal) return { kind: 'unknown', reason: thrown.message, sentAt };
      throw thrown;
    }
  }

  cancel(order: OrderRef): Promise<CancelOutcome> {
    return this.#outcome({ kind: 'cancel', order });
  }

  query(order: OrderRef): Promise<QueryOutcome> {
    return this.#outcome({ kind: 'query', order });
  }

  openOrders(): Promise<readonly OrderReport[]> {
    return this.#ask({ kind: 'openOrders' }, 'open orders');
  }

  recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    return this.#ask({ kind: 'recentFills', listing, sinceMs }, 'recent fills');
  }

  balances(): Promise<readonly Balance[]> {
    return this.#ask({ kind: 'balances' }, 'balances');
  }

  feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    return this.#ask({ kind: 'feeRates', listing }, 'fee rates');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isUp = false;
    const link = this.#link;
    if (link === undefined) return;
    await link.ask({ kind: 'close' }).catch(() => {});
    await link.end();
  }

  async #ask<T>(ask: Ask, doing: string): Promise<T> {
    try {
      return await this.#theLink().ask<T>(ask);
    } catch (thrown) {
      throw faultOf(this.#data.venue, thrown, doing);
    }
  }

  async #outcome<T>(ask: Ask): Promise<T | { readonly kind: 'failed'; readonly error: Refusal['error'] }> {
    try {
      return await this.#theLink().ask<T>(ask);
    } catch (thrown) {
      if (thrown instanceof Refusal) return { kind: 'failed', error: thrown.error };
      throw thrown;
    }
  }

  #theLink(): Link {
    if (this.#link?.isGone === false || (this.#link !== undefined && this.#isClosed)) return this.#link;
    const link = new Link(this.#data, {
      onEvent: (event) => this.#onEvent(event),
      onGone: (reason) => this.#onGone(reason),
    });
    this.#link = link;
    return link;
  }

  #onEvent(event: GatewayEvent): void {
    if (this.#isClosed) return;
    if (event.kind === 'GatewayUp') this.#isUp = true;
    if (event.kind === 'GatewayDown') this.#isUp = false;
    this.#deps.onEvent(event);
  }

  /** A worker that died is replaced, and logs on again. */
  #onGone(reason: string): void {
    if (this.#isClosed || !this.#wasUp) return;
    this.#deps.log.error({ venue: this.#data.venue, reason }, 'the ccxt worker ended; another is started');
    if (this.#isUp) this.#deps.onEvent({ kind: 'GatewayDown', reason });
    this.#isUp = false;
    this.#reconnect();
  }

  #reconnect(): void {
    this.#deps.clock.after(RECONNECT_MS, () => {
      if (this.#isClosed) return;
      // `GatewayUp` comes from the worker itself.
      this.#theLink()
        .ask({ kind: 'connect' })
        .catch(() => this.#reconnect());
    });
  }
}

const RECONNECT_MS = 1_000;
