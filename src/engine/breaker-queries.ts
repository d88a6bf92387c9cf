/** Asks venues whose breaker is half-open and that no order comes for: about an order that never was, which costs them
 *  little and moves no money. Thread: executor. Writes: order sockets. */
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Gateway, QueryOutcome } from '../core/order.ts';
import type { Breakers } from './breakers.ts';
import type { ClientIds } from './client-ids.ts';

export interface BreakerQueriesDeps {
  readonly universe: Universe;
  readonly gateways: readonly Gateway[];
  readonly breakers: Breakers;
  readonly clock: Clock;
  /** The executor's own: an id that is asked for is never sent. */
  readonly ids: ClientIds;
}

export class BreakerQueries {
  readonly #deps: BreakerQueriesDeps;
  /** By venue index: one question at a time, however long its answer takes. */
  readonly #asked = new Set<number>();
  #isStopped = false;

  constructor(deps: BreakerQueriesDeps) {
    this.#deps = deps;
  }

  /** Sends what is due. */
  look(): void {
    const { universe, breakers } = this.#deps;
    for (let venue = 0; venue < universe.venues.length; venue++) if (breakers.isQuiet(venue)) this.#ask(venue);
  }

  /** What its venues say while they are being closed says nothing of them. */
  stop(): void {
    this.#isStopped = true;
  }

  #ask(venueIndex: number): void {
    const { universe, gateways, breakers, clock, ids } = this.#deps;
    const listing = universe.rows[universe.firstRow[venueIndex] as number]?.listing;
    const gateway = gateways[venueIndex];
    // Without a connection the question would only be lost: the gateway is what keeps orders back then.
    if (gateway === undefined || listing === undefined || !gateway.isUp || this.#asked.has(venueIndex)) return;
    this.#asked.add(venueIndex);
    const askedAt = breakers.startQuery(venueIndex);
    gateway
      .query({ clientId: ids.next(), listing, sentAt: clock.wallMs() })
      .catch(
        (thrown: unknown): QueryOutcome => ({
          kind: 'failed',
          error: { class: 'unknown-outcome', code: 'thrown', message: messageOf(thrown) },
        }),
      )
      .then((outcome) => {
        this.#asked.delete(venueIndex);
        if (!this.#isStopped) breakers.onQueried(venueIndex, outcome, askedAt);
      });
  }
}
