/** Counts what leg sets lose: the UTC day's gain by quote asset, over all runs, and how many sets lost one after the
 *  other. A set that closes again counts by its difference, on the day on which that is learned. Thread: executor. */
import type { LossCount, LossHalt } from '../core/loss-record.ts';
import { amountText, parseAmount } from './amounts.ts';
import type { RiskLimits } from './risk-limits.ts';
import { instrumentOf, type LegSet } from './saga.ts';
import { gainOf, resultOf, type SetResult, worthOf } from './set-result.ts';
import { Stock } from './stock.ts';

const DAY_MS = 86_400_000;

const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY_MS);

export class LossBook {
  readonly #takerOf: (row: number) => bigint;
  #day = 0;
  /** By quote asset, at ASSET_SCALE. */
  readonly #gains = new Map<string, bigint>();
  /** Ids of the sets that lost since the last one that gained, oldest first. */
  readonly #streak = new Set<string>();
  readonly #stock = new Stock();
  /** By leg set: what is counted of it. */
  readonly #booked = new Map<string, SetResult>();
  halt: LossHalt | undefined;

  /** `takerOf`: the taker rate of a row, at ASSET_SCALE. */
  constructor(takerOf: (row: number) => bigint) {
    this.#takerOf = takerOf;
  }

  /** Counts what a set came to when it closed. `at`: wall ms. */
  book(set: LegSet, at: number): void {
    const result = resultOf(set, this.#takerOf);
    const before = this.#booked.get(set.id);
    this.#booked.set(set.id, result);
    const quote = result.quote - (before?.quote ?? 0n);
    const base = result.base - (before?.base ?? 0n);
    if (quote === 0n && base === 0n) return;
    this.#turnTo(at);
    const gain = quote + this.#stock.move(instrumentOf(set), base, worthOf(base, result));
    this.#gains.set(set.quote, (this.#gains.get(set.quote) ?? 0n) + gain);
    // Crumbs are no decision of anybody, and always cost their fee.
    if (set.carried === 0n) this.#note(set.id, gainOf(result), before === undefined ? 0n : gainOf(before));
  }

  /** No late word comes of the set any more. */
  forget(legSet: string): void {
    this.#booked.delete(legSet);
  }

  /** Forgets all sets but these. */
  retain(legSets: ReadonlySet<string>): void {
    for (const id of this.#booked.keys()) if (!legSets.has(id)) this.#booked.delete(id);
  }

  /** The limit that is reached, and what to say of it. */
  reached({ maxDailyLoss, maxLossStreak }: RiskLimits, at: number): LossHalt | undefined {
    this.#turnTo(at);
    for (const [quote, gain] of this.#gains) {
      if (gain >= 0n || -gain < maxDailyLoss) continue;
      const figures = `${amountText(-gain)} ${quote} lost today (UTC), limits.maxDailyLoss is ${amountText(maxDailyLoss)}`;
      return { limit: 'limit-daily-loss', reason: figures };
    }
    if (this.#streak.size < maxLossStreak) return undefined;
    const figures = `${this.#streak.size} leg sets lost one after the other, limits.maxLossStreak is ${maxLossStreak}`;
    return { limit: 'limit-loss-streak', reason: figures };
  }

  /** A person lifted the halt: what was lost until now counts no more. */
  lift(at: number): void {
    this.halt = undefined;
    this.#turnTo(at);
    this.#gains.clear();
    this.#streak.clear();
  }

  get streak(): number {
    return this.#streak.size;
  }

  /** By quote asset, decimal texts, as of this wall time. */
  gains(at: number): Record<string, string> {
    this.#turnTo(at);
    const entries = [...this.#gains].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([asset, gain]) => [asset, amountText(gain)]));
  }

  count(at: number): LossCount {
    const stock = this.#stock.entries().map(([instrument, { base, worth }]) => {
      return [instrument, { base: amountText(base), worth: amountText(worth) }] as const;
    });
    return {
      gains: this.gains(at),
      day: this.#day,
      streak: [...this.#streak],
      stock: Object.fromEntries(stock),
      ...(this.halt === undefined ? {} : { halt: this.halt }),
    };
  }

  /** Starts from what an earlier run wrote down. What is counted of single sets stays known. */
  restore({ day, gains, streak, stock, halt }: LossCount): void {
    this.#day = day;
    this.#gains.clear();
    for (const [asset, text] of Object.entries(gains)) this.#gains.set(asset, parseAmount(text));
    this.#streak.clear();
    for (const id of streak) this.#streak.add(id);
    this.#stock.clear();
    for (const [instrument, { base, worth }] of Object.entries(stock)) {
      this.#stock.put(instrument, { base: parseAmount(base), worth: parseAmount(worth) });
    }
    this.halt = halt;
  }

  /** A day that is over is over: a clock that is set back does not bring it back. */
  #turnTo(at: number): void {
    const day = dayOf(at);
    if (day <= this.#day) return;
    this.#day = day;
    this.#gains.clear();
  }

  /** A loss that is learned late counts when it is learned; one that turns out a gain ends the streak where it stood. */
  #note(legSet: string, gain: bigint, before: bigint): void {
    if (gain === 0n || (gain > 0n === before > 0n && gain < 0n === before < 0n)) return;
    if (gain < 0n) {
      this.#streak.add(legSet);
      return;
    }
    const isKnown = this.#streak.has(legSet);
    for (const id of this.#streak) {
      this.#streak.delete(id);
      if (isKnown && id === legSet) return;
    }
  }
}
