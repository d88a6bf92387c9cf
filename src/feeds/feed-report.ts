/** What a feed tells people: one clear line for each trouble, and a fault where somebody has to act. */
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { ConnectionPlan } from '../core/venue.ts';

export class FeedReport {
  readonly #venue: string;
  readonly #log: Log;
  readonly #onFault: (fault: Fault) => void;

  constructor(venue: string, log: Log, onFault: (fault: Fault) => void) {
    this.#venue = venue;
    this.#log = log;
    this.#onFault = onFault;
  }

  up(plan: ConnectionPlan): void {
    this.#log.info({ venue: this.#venue, place: placeOf(plan.url), symbols: plan.symbols.length }, 'feed up');
  }

  /** Said once: when it was lost (`failures` 0), or when it first failed to come up (1). */
  down(plan: ConnectionPlan, reason: string, retryMs: number, failures: number): void {
    const place = placeOf(plan.url);
    const details = { venue: this.#venue, place, reason, retryMs: Math.round(retryMs) };
    if (failures > 1) return this.#log.debug(details, 'feed still down');
    if (failures === 0) return this.#log.warn(details, `feed down: ${reason}`);
    this.#onFault(new Fault('venue/unreachable', `${this.#venue} ${place}: ${reason}`, details));
  }

  silent(plan: ConnectionPlan): void {
    this.#log.warn({ venue: this.#venue, place: placeOf(plan.url) }, 'feed silent: its connection is replaced');
  }

  unreadable(symbol: string | undefined): void {
    this.#log.warn({ venue: this.#venue, symbol }, 'a frame could not be read');
  }

  offGrid(symbol: string, instrument: string): void {
    const message = `${this.#venue} ${symbol} has more decimals than the grid of ${instrument} holds`;
    this.#onFault(new Fault('feed/off-grid', message, { venue: this.#venue, symbol, instrument }));
  }
}

/** Origin and path: stream names fill lines, and some venues put tokens into the query. */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an unreadable address' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
