/** The lives of crossings: opened when a venue pair is first seen crossed before fees, its best moment, closed when it
 *  no longer is. Plain arrays by pair; a record is made only when a life ends. */
import { REASON, REASONS, type Reason } from '../core/intent.ts';

export interface OpportunityMoment {
  /** Monotonic ns. */
  atNs: number;
  grossBps: number;
  netBps: number;
  buyLots: number;
  /** Quote units. */
  profit: number;
  reason: number;
}

export interface OpportunityLife {
  readonly sequence: number;
  readonly pair: number;
  readonly openedAt: number;
  readonly closedAt: number;
  readonly grossBps: number;
  readonly netBps: number;
  readonly buyLots: number;
  readonly profit: number;
  readonly intents: number;
  readonly verdict: Reason;
}

export class Opportunities {
  /** 0: not open; else the sequence of the open life. */
  readonly #open: Float64Array;
  readonly #openedAt: Float64Array;
  readonly #gross: Float64Array;
  readonly #net: Float64Array;
  readonly #lots: Float64Array;
  readonly #profit: Float64Array;
  readonly #intents: Float64Array;
  readonly #reason: Int32Array;
  /** Pairs with an open life, dense, and where each stands in it. */
  readonly #openPairs: Int32Array;
  readonly #place: Int32Array;
  #openCount = 0;
  #sequence: number;

  constructor(pairs: number, firstSequence = 1) {
    this.#open = new Float64Array(pairs);
    this.#openedAt = new Float64Array(pairs);
    this.#gross = new Float64Array(pairs);
    this.#net = new Float64Array(pairs);
    this.#lots = new Float64Array(pairs);
    this.#profit = new Float64Array(pairs);
    this.#intents = new Float64Array(pairs);
    this.#reason = new Int32Array(pairs);
    this.#openPairs = new Int32Array(pairs);
    this.#place = new Int32Array(pairs);
    this.#sequence = firstSequence - 1;
  }

  /** Sequence of the pair's open life, or 0. */
  openSequence(pair: number): number {
    return this.#open[pair] as number;
  }

  /** How many lives are open; `openPair(0 … openCount - 1)` are their pairs. Closing one moves the last into its place,
   *  so whoever closes while walking walks backwards. */
  get openCount(): number {
    return this.#openCount;
  }

  openPair(index: number): number {
    return this.#openPairs[index] as number;
  }

  /** Notes a moment of a crossing; true when it opened a life. The verdict is that of the best net moment. */
  note(pair: number, moment: OpportunityMoment): boolean {
    const opened = this.#open[pair] === 0;
    if (opened) {
      this.#open[pair] = ++this.#sequence;
      this.#openedAt[pair] = moment.atNs;
      this.#gross[pair] = Number.NEGATIVE_INFINITY;
      this.#net[pair] = Number.NEGATIVE_INFINITY;
      this.#intents[pair] = 0;
      this.#lots[pair] = 0;
      this.#profit[pair] = 0;
      this.#place[pair] = this.#openCount;
      this.#openPairs[this.#openCount++] = pair;
    }
    if (moment.grossBps > (this.#gross[pair] as number)) this.#gross[pair] = moment.grossBps;
    if (moment.netBps > (this.#net[pair] as number)) {
      this.#net[pair] = moment.netBps;
      this.#reason[pair] = moment.reason;
    }
    if (moment.profit > (this.#profit[pair] as number)) {
      this.#profit[pair] = moment.profit;
      this.#lots[pair] = moment.buyLots;
    }
    return opened;
  }

  /** What stood in the way after all of a chance that nothing stood against: a better one, or a full ring. */
  overrule(pair: number, reason: number): void {
    if (this.#reason[pair] === REASON.ok) this.#reason[pair] = reason;
  }

  noteIntent(pair: number): void {
    this.#intents[pair] = (this.#intents[pair] as number) + 1;
  }

  /** Ends a life; undefined when none was open. */
  close(pair: number, nowNs: number): OpportunityLife | undefined {
    const sequence = this.#open[pair] as number;
    if (sequence === 0) return undefined;
    this.#open[pair] = 0;
    const place = this.#place[pair] as number;
    const last = this.#openPairs[--this.#openCount] as number;
    this.#openPairs[place] = last;
    this.#place[last] = place;
    const intents = this.#intents[pair] as number;
    return {
      sequence,
      pair,
      openedAt: this.#openedAt[pair] as number,
      closedAt: nowNs,
      grossBps: this.#gross[pair] as number,
      netBps: this.#net[pair] as number,
      buyLots: this.#lots[pair] as number,
      profit: this.#profit[pair] as number,
      intents,
      verdict: intents > 0 ? 'ok' : (REASONS[this.#reason[pair] as number] as Reason),
    };
  }
}
