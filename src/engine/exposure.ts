/** Whether an instrument's unmatched base is worth more than may be held. What is held counts in full; crumbs count once
 *  they are twice what some venue takes: before that they wait for the next crumb, and no order could be smaller. What
 *  an order is under way for still counts.
 *  Thread: executor. Reads: leftovers, quote table. */
import type { Universe } from '../core/instrument.ts';
import { crumbSet } from './crumbs.ts';
import { HedgeMarket, type HedgeMarketDeps } from './hedge-market.ts';
import type { Leftovers } from './leftovers.ts';
import type { ExposureView } from './risk-desk.ts';
import type { SetParts, SetRegister } from './set-register.ts';

export interface ExposureDeps extends HedgeMarketDeps {
  readonly settings: HedgeMarketDeps['settings'] & {
    /** Quote units at ASSET_SCALE. */
    readonly maxExposure: bigint;
  };
}

export class Exposure implements ExposureView {
  readonly #universe: Universe;
  readonly #leftovers: Leftovers;
  readonly #register: SetRegister;
  readonly #market: HedgeMarket;
  readonly #maxExposure: bigint;

  constructor(deps: ExposureDeps, parts: Pick<SetParts, 'rows' | 'fees' | 'leftovers' | 'register'>) {
    this.#universe = deps.universe;
    this.#leftovers = parts.leftovers;
    this.#register = parts.register;
    this.#market = new HedgeMarket(deps, parts);
    this.#maxExposure = deps.settings.maxExposure;
  }

  /** Undefined: nobody quotes it, so it cannot be said. */
  isOver(instrumentIndex: number): boolean | undefined {
    const instrument = this.#universe.instruments[instrumentIndex];
    if (instrument === undefined) return false;
    const held = this.#leftovers.of('held', instrument.id);
    const dust = this.#leftovers.of('dust', instrument.id) + this.#register.crumbsOf(instrumentIndex);
    if (held === 0n && dust === 0n) return false;
    const set = crumbSet(instrument, dust, { id: '', openedAt: 0 });
    const isHeap = this.#market.isTradable(set, dust > 0n ? 'sell' : 'buy', (dust < 0n ? -dust : dust) / 2n);
    const counted = isHeap ? held + dust : held;
    if (counted === 0n) return false;
    const worth = this.#market.worth(set, counted);
    return worth === undefined ? undefined : worth > this.#maxExposure;
  }
}
