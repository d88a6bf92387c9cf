/** Up to when each run may be judged. The journal follows the log: what is younger than its lag is not missing yet, and
 *  what a dead run left is for the next run to put right. Pure. */

/** Longest time from an entry of the log to its record in the journal. */
export const LAG_MS = 5_000;
/** What dead runs left open is settled within this time of a later run. */
export const ADOPT_MS = 60_000;
/** A run that said its end may go on writing for so long. */
export const END_MS = 2_000;

export interface RunSpan {
  readonly id: string;
  readonly startedAt: number;
  /** Wall time of the newest thing it wrote. */
  readonly lastSignAt: number;
  readonly hasEnded: boolean;
}

export class Horizon {
  readonly #spans: ReadonlyMap<string, RunSpan>;
  readonly #ordered: readonly RunSpan[];
  readonly #readAt: number;

  constructor(spans: readonly RunSpan[], readAt: number) {
    this.#ordered = [...spans].sort((a, b) => a.startedAt - b.startedAt);
    this.#spans = new Map(spans.map((span) => [span.id, span]));
    this.#readAt = readAt;
  }

  /** Oldest first. */
  get runs(): readonly RunSpan[] {
    return this.#ordered;
  }

  /** It ended, or a later run had the time to take over what it left. Unknown runs are long over. */
  isOver(run: string): boolean {
    const span = this.#spans.get(run);
    if (span === undefined || span.hasEnded) return true;
    const later = this.#ordered.slice(this.#ordered.indexOf(span) + 1);
    return later.some(({ hasEnded, startedAt, lastSignAt }) => hasEnded || lastSignAt - startedAt >= ADOPT_MS);
  }

  /** Entries of a run up to this wall time must have their records. */
  judgedUntil(run: string): number {
    const span = this.#spans.get(run);
    if (span === undefined || this.isOver(run)) return Infinity;
    return Math.min(span.lastSignAt, this.#readAt) - LAG_MS;
  }
}
