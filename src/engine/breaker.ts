/** A circuit breaker as a state machine over integer times (monotonic ms). Pure in all but the words that it is handed:
 *  no clock, no input, no output. Thread: executor. Writes: its words, which are shared memory, so that the API reads them
 *  and a successor goes on with them. Steady state: no allocation.
 *
 *  Trouble adds points, good answers and time take points off; past the threshold it opens. An opening is short at first
 *  and twice as long each time, up to a cap. Then it is half-open: one probe at a time is let through. Good answers close
 *  it, trouble opens it again. Good answers without trouble make the next opening shorter, step by step. */
import type { BreakerState } from '../core/status.ts';
import { BREAKER } from '../memory/layout.ts';

/** Whole numbers all. */
export interface BreakerTerms {
  /** Points; at least twice those of the heaviest event, so that a single one never opens it. */
  readonly threshold: number;
  readonly forgetPerSecond: number;
  readonly goodPoints: number;
  /** 0 < firstOpenMs <= maxOpenMs. */
  readonly firstOpenMs: number;
  readonly maxOpenMs: number;
  readonly healMs: number;
  /** Good answers that close it. */
  readonly probes: number;
  /** A probe without an answer keeps the next one back for this long at most. */
  readonly probeMs: number;
}

/** Scores are kept in thousandths: a point a second is a thousandth a millisecond, and all stays whole. */
const THOUSANDTHS = 1_000;

export function stateOf(words: Float64Array, nowMs: number): BreakerState {
  if (words[BREAKER.UNTIL] === 0) return 'closed';
  return isOpen(words, nowMs) ? 'open' : 'half-open';
}

export const isOpen = (words: Float64Array, nowMs: number): boolean => nowMs < (words[BREAKER.UNTIL] as number);

/** Points of trouble as time left them. */
export const scoreOf = (words: Float64Array, nowMs: number, terms: Pick<BreakerTerms, 'forgetPerSecond'>): number =>
  thousandths(words, nowMs, terms) / THOUSANDTHS;

function thousandths(words: Float64Array, nowMs: number, { forgetPerSecond }: Pick<BreakerTerms, 'forgetPerSecond'>) {
  const forgotten = (nowMs - (words[BREAKER.SCORE_AT] as number)) * forgetPerSecond;
  return Math.max(0, (words[BREAKER.SCORE] as number) - forgotten);
}

/** Whether an order of a new set may pass: always while closed, never while open, one at a time while half-open. */
export function isPassable(words: Float64Array, nowMs: number, { probeMs }: Pick<BreakerTerms, 'probeMs'>): boolean {
  const until = words[BREAKER.UNTIL] as number;
  if (until === 0) return true;
  if (nowMs < until) return false;
  return words[BREAKER.PROBING] === 0 || nowMs - (words[BREAKER.PROBE_AT] as number) >= probeMs;
}

/** Something is sent there: while half-open, it is a probe. */
export function startProbe(words: Float64Array, nowMs: number): void {
  if (stateOf(words, nowMs) !== 'half-open') return;
  words[BREAKER.PROBE_AT] = nowMs;
  words[BREAKER.PROBING] = 1;
  words[BREAKER.PROBES] = (words[BREAKER.PROBES] as number) + 1;
}

/** The probe that was sent then has its answer, whatever it is. One that was forgotten, and another sent, changes nothing. */
export function endProbe(words: Float64Array, sentAtMs: number): void {
  if (words[BREAKER.PROBE_AT] === sentAtMs) words[BREAKER.PROBING] = 0;
}

/** Trouble of so many points. True when it opened, or opened again. */
export function onTrouble(words: Float64Array, points: number, nowMs: number, terms: BreakerTerms): boolean {
  const limit = terms.threshold * THOUSANDTHS;
  const score = Math.min(thousandths(words, nowMs, terms) + points * THOUSANDTHS, 2 * limit);
  const isClosed = words[BREAKER.UNTIL] === 0;
  words[BREAKER.SCORE] = score;
  words[BREAKER.SCORE_AT] = nowMs;
  words[BREAKER.TROUBLE_AT] = nowMs;
  if (isClosed && score <= limit) return false;
  if (!isClosed && nowMs < (words[BREAKER.DUE_AT] as number)) {
    // What was under way when it opened is the same trouble: the wait starts over, and is no longer than before. Past the
    // time that the opening was to end, trouble is new, whether it was put off or not; else more trouble would end sooner.
    const until = nowMs + (words[BREAKER.OPEN_FOR] as number);
    words[BREAKER.UNTIL] = Math.max(words[BREAKER.UNTIL] as number, until);
    return false;
  }
  const before = words[BREAKER.OPEN_FOR] as number;
  const openFor = before === 0 ? terms.firstOpenMs : Math.min(terms.maxOpenMs, before * 2);
  words[BREAKER.OPEN_FOR] = openFor;
  words[BREAKER.DUE_AT] = nowMs + openFor;
  words[BREAKER.GOOD] = 0;
  words[BREAKER.PROBING] = 0;
  words[BREAKER.OPENED] = (words[BREAKER.OPENED] as number) + 1;
  // Last: who reads meanwhile finds the old state, whole.
  words[BREAKER.UNTIL] = nowMs + openFor;
  return true;
}

/** A good answer, of a probe or of anything else. True when it closed. */
export function onGood(words: Float64Array, nowMs: number, terms: BreakerTerms): boolean {
  const score = Math.max(0, thousandths(words, nowMs, terms) - terms.goodPoints * THOUSANDTHS);
  const state = stateOf(words, nowMs);
  words[BREAKER.SCORE] = score;
  words[BREAKER.SCORE_AT] = nowMs;
  if (state === 'closed') heal(words, nowMs, terms);
  if (state !== 'half-open') return false;
  const good = (words[BREAKER.GOOD] as number) + 1;
  words[BREAKER.GOOD] = good;
  if (good < terms.probes) return false;
  // Half of what opens it stays at most: no single event opens it again at once.
  words[BREAKER.SCORE] = Math.min(score, (terms.threshold * THOUSANDTHS) / 2);
  words[BREAKER.TROUBLE_AT] = nowMs;
  words[BREAKER.CLOSED] = (words[BREAKER.CLOSED] as number) + 1;
  words[BREAKER.UNTIL] = 0;
  return true;
}

/** One step down for each `healMs` that ends in a good answer; silence heals nothing. */
function heal(words: Float64Array, nowMs: number, { firstOpenMs, healMs }: BreakerTerms): void {
  const openFor = words[BREAKER.OPEN_FOR] as number;
  if (openFor === 0 || nowMs - (words[BREAKER.TROUBLE_AT] as number) < healMs) return;
  const healed = Math.floor(openFor / 2);
  words[BREAKER.OPEN_FOR] = healed < firstOpenMs ? 0 : healed;
  words[BREAKER.TROUBLE_AT] = nowMs;
  if (healed < firstOpenMs) words[BREAKER.TOLD] = 0;
}

/** What a successor finds: an opening of its predecessor stays, whose probe died with it; what was closed starts clean. */
export function adopt(words: Float64Array): void {
  words[BREAKER.PROBING] = 0;
  if (words[BREAKER.UNTIL] === 0) words[BREAKER.SCORE] = 0;
}
