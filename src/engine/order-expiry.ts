/** Ends orders that rest for a time: cancels them when it is over. A cancel that fails, or that finds no order, settles
 *  nothing: then the order is asked for, and whoever asks cancels what still stands.
 *  Thread: executor. Writes: order sockets. */
import { messageOf } from '../core/faults.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { isSettled, type Leg } from './leg.ts';

export interface ExpiryTarget {
  find(clientId: string): Leg | undefined;
  ask(clientId: string): void;
}

export class OrderExpiry {
  readonly #deps: Pick<ExecutorDeps, 'universe' | 'clock' | 'gateways' | 'log' | 'counters'>;
  readonly #target: ExpiryTarget;
  /** By client id: takes the timer away. */
  readonly #timers = new Map<string, () => void>();

  constructor(deps: ExecutorDeps, target: ExpiryTarget) {
    this.#deps = deps;
    this.#target = target;
  }

  /** The order is being sent, and may rest for so long. */
  start(clientId: string, ms: number): void {
    this.#timers.set(
      clientId,
      this.#deps.clock.after(ms, () => this.#end(clientId)),
    );
  }

  /** The order is settled. */
  forget(clientId: string): void {
    this.#timers.get(clientId)?.();
    this.#timers.delete(clientId);
  }

  stop(): void {
    for (const clientId of [...this.#timers.keys()]) this.forget(clientId);
  }

  #end(clientId: string): void {
    this.#timers.delete(clientId);
    const { universe, gateways, log, counters } = this.#deps;
    const leg = this.#target.find(clientId);
    const row = leg === undefined || isSettled(leg) ? undefined : universe.rows[leg.row];
    const gateway = row === undefined ? undefined : gateways[row.venueIndex];
    if (row === undefined || gateway === undefined) return;
    counters.add(counters.slot('ordersTimedOut'));
    gateway.cancel({ clientId, listing: row.listing }).then(
      (outcome) => {
        if (outcome.kind !== 'cancelled') this.#target.ask(clientId);
      },
      (thrown: unknown) => {
        log.warn({ clientId, error: messageOf(thrown) }, 'cancel failed; asking for the order');
        this.#target.ask(clientId);
      },
    );
  }
}
