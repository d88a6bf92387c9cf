/** Lets a thread die at random atomic steps of its acts. What was stored by then stays stored. */
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { untilDeath } from '../../atomic-steps.ts';

/** More atomic steps than a take has; a fate beyond the act's last step spares it. */
const MOST_STEPS = 12;

export type Act = 'take' | 'recover';

export class Mortal {
  /** Deaths by act and by the step that was not made any more. */
  readonly deaths: Readonly<Record<Act, number[]>> = { take: [], recover: [] };
  readonly #random: Random;
  readonly #mortality: number;

  /** `mortality`: the share of acts that are given a step to die at. */
  constructor(seed: number, mortality: number) {
    this.#random = seededRandom(seed);
    this.#mortality = mortality;
  }

  /** The act's value (never undefined), or undefined when it died on the way. */
  tryTo<T>(act: Act, body: () => T): T | undefined {
    if (this.#mortality === 0 || this.#random.next() >= this.#mortality) return body();
    const step = this.#random.int(MOST_STEPS);
    const value = untilDeath(step, body);
    if (value === undefined) this.deaths[act][step] = (this.deaths[act][step] ?? 0) + 1;
    return value;
  }
}
