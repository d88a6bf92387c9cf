/** Asks the venues now and then whether they still trade what is traded here. A suspended instrument is no longer priced;
 *  one that trades again is. Thread: main, the one writer of the suspension words. */
import { type Clock, systemClock } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import { type AssetAlias, identifiedAll } from '../core/identity.ts';
import type { Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { HttpPort } from '../core/socket.ts';
import { suspensionWords } from '../memory/shared-words.ts';
import { httpClient } from '../net/http-client.ts';
import type { SharedViews } from './context.ts';
import type { EngineContext } from './messages.ts';
import type { VenueSetup } from './venue-setup.ts';

export interface ListingWatchDeps {
  readonly universe: Universe;
  readonly setups: readonly VenueSetup[];
  readonly aliases: readonly AssetAlias[];
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly log: Log;
  /** By row: 1 while it is suspended. */
  readonly suspensions: Float64Array;
  readonly everyMs: number;
}

export function watchListings(
  { universe, config, buffer }: EngineContext,
  setups: readonly VenueSetup[],
  { layout }: SharedViews,
  log: Log,
): ListingWatch {
  return new ListingWatch({
    universe,
    setups,
    aliases: config.assets,
    http: httpClient(),
    clock: systemClock(),
    log,
    suspensions: suspensionWords(buffer, layout),
    everyMs: config.limits.listingCheckMs,
  });
}

export class ListingWatch {
  readonly #deps: ListingWatchDeps;
  #cancel = (): void => {};
  #isRunning = false;
  /** Venues of which a failure was not told yet. */
  readonly #untold: Set<string>;

  constructor(deps: ListingWatchDeps) {
    this.#deps = deps;
    this.#untold = new Set(deps.setups.map(({ descriptor }) => descriptor.id));
  }

  start(): void {
    this.#isRunning = true;
    this.#later();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
    this.#deps.http.close();
  }

  /** Asks every venue once. What cannot be learned stays as it was. */
  async look(): Promise<void> {
    await Promise.all(this.#deps.setups.map((setup) => this.#lookAt(setup)));
  }

  async #lookAt({ descriptor, endpoints }: VenueSetup): Promise<void> {
    const { universe, aliases, http, log, suspensions } = this.#deps;
    try {
      const listings = identifiedAll(await descriptor.loadListings(endpoints, http), aliases);
      this.#untold.add(descriptor.id);
      const trading = new Set(listings.filter((each) => each.trading).map((each) => each.instrument));
      for (const { row, venue, instrument } of universe.rows) {
        if (venue !== descriptor.id) continue;
        const isSuspended = trading.has(instrument) ? 0 : 1;
        if (suspensions[row] === isSuspended) continue;
        suspensions[row] = isSuspended;
        log.warn({ venue, instrument }, isSuspended === 1 ? 'suspended by the venue' : 'trading again');
      }
    } catch (thrown) {
      // Once an outage: it would repeat every time.
      const details = { venue: descriptor.id, reason: messageOf(thrown) };
      const level = this.#untold.delete(descriptor.id) ? 'warn' : 'debug';
      log[level](details, 'no listing: not known whether the venue still trades its instruments');
    }
  }

  #later(): void {
    this.#cancel = this.#deps.clock.after(this.#deps.everyMs, () => {
      void this.look().finally(() => {
        if (this.#isRunning) this.#later();
      });
    });
  }
}
