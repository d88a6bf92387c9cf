/** Restart intensity: at most `maxRestarts` of one child within `periodMs`. Pure but for what it remembers. */
export class RestartBudget {
  readonly #maxRestarts: number;
  readonly #periodMs: number;
  readonly #restarts = new Map<string, number[]>();

  constructor(maxRestarts: number, periodMs: number) {
    this.#maxRestarts = maxRestarts;
    this.#periodMs = periodMs;
  }

  /** Spends one restart of a child; false when its budget is used up. */
  trySpend(name: string, nowMs: number): boolean {
    const recent = (this.#restarts.get(name) ?? []).filter((at) => nowMs - at < this.#periodMs);
    if (recent.length >= this.#maxRestarts) return false;
    this.#restarts.set(name, [...recent, nowMs]);
    return true;
  }
}
