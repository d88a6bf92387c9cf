/** What planted faults make of one instrument's incremental depth frames: lost, repeated, swapped with the next one. */
import type { ActiveFault, VenueFaults } from './fault-port.ts';

/** One stream of frames (an instrument's channel, or one subscriber's): a frame held back belongs to it alone. */
export class DepthFaults<Frame = string> {
  readonly #faults: VenueFaults;
  readonly #instrument: string;
  #held: Frame | undefined;
  #hidden: ActiveFault | undefined;

  /** @param instrument canonical id */
  constructor(faults: VenueFaults, instrument: string) {
    this.#faults = faults;
    this.#instrument = instrument;
  }

  /** The frames to send now for `frame`, which is the next one in the venue's order. */
  shape(frame: Frame): readonly Frame[] {
    const where = { instrument: this.#instrument, scope: 'public' } as const;
    const lost = this.#faults.take('gap', where);
    if (lost !== undefined) {
      this.#hidden = lost;
      return [];
    }
    // The first frame that does not follow on is what shows that one is missing.
    if (this.#hidden !== undefined) this.#faults.revealed(this.#hidden);
    this.#hidden = undefined;
    if (this.#held !== undefined) {
      const late = this.#held;
      this.#held = undefined;
      return [frame, late];
    }
    const swapped = this.#faults.take('reorder', where);
    if (swapped !== undefined) {
      this.#held = frame;
      this.#hidden = swapped;
      return [];
    }
    return this.#faults.take('duplicate', where) === undefined ? [frame] : [frame, frame];
  }

  /** Forgets a frame held back: whoever listened starts anew with a snapshot. */
  reset(): void {
    this.#held = undefined;
    this.#hidden = undefined;
  }
}
