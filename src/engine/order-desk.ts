/** Sends orders and turns what is answered into leg events; asks for what nobody answers. */
import { messageOf } from '../core/faults.ts';
import type { BaseOrder, PlaceOutcome } from '../core/order.ts';
import type { Lane } from '../core/rate-limits.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { type Leg, newLeg } from './leg.ts';
import { OrderExpiry } from './order-expiry.ts';
import { IOC_TERMS, type KindTerms, TIME_IN_FORCE, termsOfKind } from './order-kinds.ts';
import type { PlannedOrder } from './plan.ts';
import { OrderResolver, type ResolverTarget } from './resolver.ts';

const LANE_OF: Readonly<Record<Leg['role'], Lane>> = { leg: 'open', retry: 'reduce', unwind: 'reduce' };

export class OrderDesk {
  readonly #deps: ExecutorDeps;
  readonly #target: ResolverTarget;
  readonly #resolver: OrderResolver;
  readonly #expiry: OrderExpiry;
  readonly #legTerms: KindTerms;

  constructor(deps: ExecutorDeps, target: ResolverTarget) {
    this.#deps = deps;
    this.#target = target;
    this.#resolver = new OrderResolver(deps, target);
    this.#expiry = new OrderExpiry(deps, {
      find: (clientId) => target.find(clientId),
      ask: (clientId) => this.ask(clientId),
    });
    const { orders } = deps.settings;
    this.#legTerms = orders === undefined ? IOC_TERMS : termsOfKind(orders);
  }

  /** What orders of a role are sent as: whatever the legs are, a hedge is done at once or tried again. */
  termsOf(role: Leg['role']): KindTerms {
    return role === 'leg' ? this.#legTerms : IOC_TERMS;
  }

  /** The leg of an order that is about to be sent. */
  prepare(order: PlannedOrder, role: Leg['role'], now: number): Leg {
    const { base, quote } = order.row.listing;
    const { side, price, size } = order;
    const clientId = this.#deps.ids.next();
    const { run } = this.#deps.settings;
    const orderKind = this.termsOf(role).kind;
    return newLeg({ clientId, run, role, row: order.row.row, side, base, quote, price, size, orderKind, sentAt: now });
  }

  /** Sends an order that stands in the log. `receivedAt`: when the frame that caused it was read, for the latency. */
  send(leg: Leg, order: PlannedOrder, receivedAt?: number): void {
    const { tickToTrade, ackLatency, settings, counters } = this.#deps;
    counters.add(counters.slot('ordersSent'));
    const trace = this.#deps.breakers.follow(leg.row, leg.role);
    const answer = this.#place(leg, order);
    const { restMs = 0 } = this.termsOf(leg.role);
    if (restMs > 0) this.#expiry.start(leg.clientId, restMs);
    this.#resolver.watch(leg.clientId, settings.orderTimeoutMs + restMs, () => trace.onLate());
    answer.then((outcome) => {
      trace.onOutcome(outcome);
      if (receivedAt !== undefined) tickToTrade.record(outcome.sentAt - receivedAt);
      if (outcome.kind !== 'unknown') ackLatency.record(outcome.ackedAt - outcome.sentAt);
      this.#onOutcome(leg.clientId, outcome);
    });
  }

  /** Asks the venue for an order until it says what became of it. */
  ask(clientId: string): void {
    this.#resolver.ask(clientId);
  }

  forget(clientId: string): void {
    this.#expiry.forget(clientId);
    this.#resolver.forget(clientId);
  }

  stop(): void {
    this.#expiry.stop();
    this.#resolver.stop();
  }

  /** Never rejects. A throw is a bug of the gateway, and its order an unknown: the other leg must not be lost with it. */
  #place(leg: Leg, order: PlannedOrder): Promise<PlaceOutcome> {
    const { gateways, clock } = this.#deps;
    const { clientId, side, price, size, orderKind } = leg;
    const { lifeMs } = this.termsOf(leg.role);
    const toUnknown = (thrown: unknown): PlaceOutcome => ({
      kind: 'unknown',
      reason: messageOf(thrown),
      sentAt: clock.monotonicNs(),
    });
    const gateway = gateways[order.row.venueIndex];
    if (gateway === undefined) throw new RangeError(`no gateway for venue ${order.row.venueIndex}`);
    try {
      const { listing } = order.row;
      const lane = LANE_OF[leg.role];
      const tif = TIME_IN_FORCE[orderKind];
      const request: BaseOrder = { clientId, listing, side, type: 'limit', tif, price, size, lane };
      return gateway.place(lifeMs === undefined ? request : { ...request, lifeMs }).catch(toUnknown);
    } catch (thrown) {
      return Promise.resolve(toUnknown(thrown));
    }
  }

  #onOutcome(clientId: string, outcome: PlaceOutcome): void {
    const at = this.#deps.clock.wallMs();
    const { counters, log } = this.#deps;
    switch (outcome.kind) {
      case 'acked':
        counters.add(counters.slot('ordersAcked'));
        return this.#target.apply(clientId, { kind: 'Acked', venueOrderId: outcome.venueOrderId, at });
      case 'rejected': {
        const { error } = outcome;
        // Our ids never repeat: one that the venue has already is this very order, which arrived after all.
        if (error.class === 'unknown-outcome' || error.class === 'duplicate-client-id') {
          return this.#onUnknown(clientId, error.message);
        }
        log.warn({ clientId, error }, 'order rejected');
        return this.#target.apply(clientId, { kind: 'Rejected', error, at });
      }
      case 'unknown':
        return this.#onUnknown(clientId, outcome.reason);
    }
  }

  #onUnknown(clientId: string, reason: string): void {
    this.#deps.log.warn({ clientId, reason }, 'order outcome unknown; asking the venue');
    this.#target.apply(clientId, { kind: 'OutcomeUnknown' });
  }
}
