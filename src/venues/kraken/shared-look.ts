/** Kraken lets a key make twenty calls and then one every two seconds, and a look for an order takes up to five of them: all
 *  orders that are asked for while a look is under way, or waits for its turn, share the next one. */
import { pause } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import type { OrderRef } from '../../core/order.ts';
import type { RestResult } from '../../net/signed-rest.ts';
import { LOOK_CALLS, type LookDeps, lookFor, type Sightings } from './look.ts';
import { MAX_WAIT_MS, notSent } from './rest.ts';

/** Between two looks; whoever was not found is asked for again and again. Where half of the calls are used up, no sooner than
 *  those of a look have come back. */
const EVERY_MS = { usually: 2_000, sparing: 6_000 } as const;
/** Who was told to come back comes back with others: they are waited for. */
const GATHER_MS = 50;
/** Calls that looks leave to others: tokens, balances, lists of open orders. */
const KEPT = 4;

interface Asker {
  readonly order: OrderRef;
  readonly answer: (found: RestResult<Sightings>) => void;
}

export class SharedLook {
  readonly #deps: LookDeps;
  #askers: Asker[] = [];
  #isRunning = false;
  /** Monotonic ns. */
  #notBefore = 0;

  constructor(deps: LookDeps) {
    this.#deps = deps;
  }

  /** What a look that began after this says, of this order and of all others that it was for. */
  find(order: OrderRef): Promise<RestResult<Sightings>> {
    return new Promise((answer) => {
      this.#askers.push({ order, answer });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#askers.length > 0) {
      const refusal = await this.#turn();
      const askers = this.#askers;
      this.#askers = [];
      const found = refusal ?? (await this.#look(askers.map(({ order }) => order)));
      for (const { answer } of askers) answer(found);
    }
    this.#isRunning = false;
  }

  /** Resolves when there is room for a look; with a refusal when that would be too long. */
  async #turn(): Promise<RestResult<Sightings> | undefined> {
    const { rest, clock } = this.#deps;
    const starvedMs = rest.budget.waitMs(LOOK_CALLS + KEPT);
    if (starvedMs > MAX_WAIT_MS) return notSent('rate-limit', 'a look for orders would be too many calls', starvedMs);
    const pacedMs = (this.#notBefore - clock.monotonicNs()) / 1e6;
    const waitMs = Math.max(starvedMs, pacedMs, rest.budget.isHalfUsed ? GATHER_MS : 0);
    if (waitMs > 0) await pause(clock, waitMs);
    return undefined;
  }

  async #look(orders: readonly OrderRef[]): Promise<RestResult<Sightings>> {
    try {
      return await lookFor(orders, this.#deps);
    } catch (thrown) {
      return { ok: false, error: { class: 'other', code: 'thrown', message: messageOf(thrown) } };
    } finally {
      const { rest, clock } = this.#deps;
      const paceMs = rest.budget.isHalfUsed ? EVERY_MS.sparing : EVERY_MS.usually;
      this.#notBefore = clock.monotonicNs() + paceMs * 1e6;
    }
  }
}
