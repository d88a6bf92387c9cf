/** The one line of numbers that some venues count all frames of a connection on. Thread: feed. */

export const LINE = {
  /** The next one, or the first one seen. */
  Next: 0,
  /** Was here before: what it says is known. */
  Repeat: 1,
  /** Something between it and the last one is missing, whoever it was for. */
  Hole: 2,
} as const;
export type Line = (typeof LINE)[keyof typeof LINE];

export class ConnectionSequence {
  #last = -1;

  judge(seq: number): Line {
    if (this.#last >= 0 && seq <= this.#last) return LINE.Repeat;
    const isNext = this.#last < 0 || seq === this.#last + 1;
    this.#last = seq;
    return isNext ? LINE.Next : LINE.Hole;
  }

  /** A new connection counts anew. */
  reset(): void {
    this.#last = -1;
  }
}
