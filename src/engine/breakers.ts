/** The circuit breakers of a run: one for each venue, one for each instrument there (row).
 *  Thread: executor. Writes: breaker words. They are asked for the orders that open a leg set and for nothing else:
 *  cancels, queries and unwinds have no way in. All that is sent feeds them, unwinds too. */
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import type { Log } from '../core/log.ts';
import { NOT_SENT, type PlaceOutcome, type QueryOutcome, SELF_TRADE } from '../core/order.ts';
import { BREAKER, type Layout } from '../memory/layout.ts';
import { type BreakerWords, breakerWords } from '../memory/shared-words.ts';
import { AckPace } from './ack-pace.ts';
import {
  adopt,
  type BreakerTerms,
  endProbe,
  isPassable,
  onGood,
  onTrouble,
  scoreOf,
  startProbe,
  stateOf,
} from './breaker.ts';
import { type Trouble, WEIGHTS } from './breaker-weights.ts';
import type { Leg } from './leg.ts';
import type { PlannedOrder } from './plan.ts';
import { TrustFlaps } from './trust-flaps.ts';

export interface BreakerSettings extends BreakerTerms {
  readonly slowAckMs: number;
  readonly slowAckFactor: number;
}

export interface BreakersDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly settings: BreakerSettings;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
}

/** The only role that a breaker may keep back; an unwind's is another type. */
type OpeningRole = Extract<Leg['role'], 'leg'>;

interface TroubleEvent {
  readonly points: number;
  readonly trouble: Trouble;
  /** Monotonic ms. */
  readonly now: number;
  readonly venueIndex: number;
  /** Of the instrument's breaker; absent: of the venue's. */
  readonly row?: number;
}

/** Half-open, and no order came for this long: the venue is asked instead. */
const QUIET_MS = 1_000;

export class Breakers {
  readonly #deps: BreakersDeps;
  readonly #words: BreakerWords;
  readonly #pace: AckPace;
  readonly #flaps: TrustFlaps;

  constructor(deps: BreakersDeps) {
    const { universe, buffer, layout, settings } = deps;
    this.#deps = deps;
    this.#words = breakerWords(buffer, layout);
    this.#pace = new AckPace(universe.venues.length, settings.slowAckMs, settings.slowAckFactor);
    this.#flaps = new TrustFlaps(universe, buffer, layout);
    for (const words of [...this.#words.venues, ...this.#words.rows]) adopt(words);
  }

  /** Reason code for the orders of a new leg set. */
  checkOpen(_role: OpeningRole, orders: readonly PlannedOrder[]): number {
    const now = this.#nowMs();
    const { settings } = this.#deps;
    for (let i = 0; i < orders.length; i++) {
      const { row, venueIndex } = (orders[i] as PlannedOrder).row;
      if (!isPassable(this.#venue(venueIndex), now, settings)) return REASON['breaker-venue'];
      if (!isPassable(this.#row(row), now, settings)) return REASON['breaker-instrument'];
    }
    return REASON.ok;
  }

  /** An order is being sent. One of a new set is a probe where the breaker is half-open. */
  follow(row: number, role: Leg['role']): OrderTrace {
    const now = this.#nowMs();
    if (role === 'leg') {
      startProbe(this.#venue(this.#venueOf(row)), now);
      startProbe(this.#row(row), now);
    }
    return new OrderTrace(this, row, role === 'leg' ? now : 0);
  }

  onOutcome(row: number, outcome: PlaceOutcome): void {
    if (outcome.kind === 'unknown') return this.onTrouble(row, 'unknown-outcome');
    // Nothing left this machine: it says nothing of the venue.
    if (outcome.kind === 'rejected' && (outcome.error.code === NOT_SENT || outcome.error.code === SELF_TRADE)) return;
    const now = this.#nowMs();
    const venueIndex = this.#venueOf(row);
    if (this.#pace.note(venueIndex, outcome.ackedAt - outcome.sentAt)) this.onTrouble(row, 'slow-ack', now);
    else if (outcome.kind === 'acked' || WEIGHTS[outcome.error.class].venue === 0) {
      this.#good(this.#venue(venueIndex), now, venueIndex);
    }
    // Too little for a fill-or-kill order is said in an acknowledged order's end, or in a refusal: either is an answer.
    if (outcome.kind === 'acked' || outcome.error.class === 'unfilled')
      this.#good(this.#row(row), now, venueIndex, row);
    else this.onTrouble(row, outcome.error.class, now);
  }

  /** Weighs on the row's own breaker and on its venue's, as the table says. */
  onTrouble(row: number, trouble: Trouble, now = this.#nowMs()): void {
    const { venue, row: own } = WEIGHTS[trouble];
    const venueIndex = this.#venueOf(row);
    if (venue > 0) this.#trouble(this.#venue(venueIndex), { points: venue, trouble, now, venueIndex });
    if (own > 0) this.#trouble(this.#row(row), { points: own, trouble, now, venueIndex, row });
  }

  /** The probe that this row's order was has its answer, or none in time. */
  endProbes(row: number, sentAtMs: number): void {
    endProbe(this.#venue(this.#venueOf(row)), sentAtMs);
    endProbe(this.#row(row), sentAtMs);
  }

  /** Looks at what nobody tells: rows that lost their trust. */
  lookAround(): void {
    this.#flaps.look({
      onRow: (row) => this.onTrouble(row, 'distrust'),
      onVenue: (venueIndex) => {
        const points = WEIGHTS['venue-distrust'].venue;
        const now = this.#nowMs();
        this.#trouble(this.#venue(venueIndex), { points, trouble: 'venue-distrust', now, venueIndex });
      },
    });
  }

  /** Half-open, with no probe on its way, and no order for a while that could be one. */
  isQuiet(venueIndex: number): boolean {
    const words = this.#venue(venueIndex);
    const now = this.#nowMs();
    if (stateOf(words, now) !== 'half-open' || !isPassable(words, now, this.#deps.settings)) return false;
    const since = Math.max(words[BREAKER.UNTIL] as number, words[BREAKER.PROBE_AT] as number);
    return now - since >= QUIET_MS;
  }

  /** A query goes out in place of an order; gives what `onQueried` wants. */
  startQuery(venueIndex: number): number {
    const now = this.#nowMs();
    startProbe(this.#venue(venueIndex), now);
    return now;
  }

  /** That the venue does not know the order is as good as any answer. A refusal that says nothing of the venue is neither
   *  good nor trouble. */
  onQueried(venueIndex: number, outcome: QueryOutcome, sentAtMs: number): void {
    const words = this.#venue(venueIndex);
    const now = this.#nowMs();
    endProbe(words, sentAtMs);
    if (outcome.kind !== 'failed') return this.#good(words, now, venueIndex);
    const trouble = outcome.error.class;
    const points = WEIGHTS[trouble].venue;
    if (points > 0) this.#trouble(words, { points, trouble, now, venueIndex });
  }

  #good(words: Float64Array, now: number, venueIndex: number, row?: number): void {
    if (!onGood(words, now, this.#deps.settings)) return;
    this.#deps.log.info(this.#whereOf(venueIndex, row), 'breaker closed');
  }

  #trouble(words: Float64Array, event: TroubleEvent): void {
    const { settings, log } = this.#deps;
    const { points, trouble, now, venueIndex, row } = event;
    if (!onTrouble(words, points, now, settings)) return;
    const openMs = words[BREAKER.OPEN_FOR] as number;
    log.warn({ ...this.#whereOf(venueIndex, row), trouble, openMs }, 'breaker opened');
    if (openMs > settings.firstOpenMs) this.#tellOnce(words, event);
  }

  /** A first opening is everyday; one that follows another is a person's business. */
  #tellOnce(words: Float64Array, { trouble, now, venueIndex, row }: TroubleEvent): void {
    if (words[BREAKER.TOLD] === 1) return;
    words[BREAKER.TOLD] = 1;
    const { settings, onFault } = this.#deps;
    const where = this.#whereOf(venueIndex, row);
    const name = where.instrument === undefined ? where.venue : `${where.instrument} at ${where.venue}`;
    const openMs = words[BREAKER.OPEN_FOR] as number;
    const message = `${name} is in trouble again (${trouble}); new leg sets leave it out for ${openMs} ms, and for longer while it lasts`;
    onFault(
      new Fault('execution/breaker', message, { ...where, trouble, openMs, score: scoreOf(words, now, settings) }),
    );
  }

  #whereOf(venueIndex: number, row?: number): { readonly venue: string; readonly instrument?: string } {
    const { universe } = this.#deps;
    const instrument = row === undefined ? undefined : universe.rows[row]?.instrument;
    return { venue: universe.venues[venueIndex] ?? '', ...(instrument === undefined ? {} : { instrument }) };
  }

  #nowMs(): number {
    return Math.floor(this.#deps.clock.monotonicNs() / 1e6);
  }

  #venueOf(row: number): number {
    return this.#deps.universe.rows[row]?.venueIndex ?? -1;
  }

  #venue(venueIndex: number): Float64Array {
    const words = this.#words.venues[venueIndex];
    if (words === undefined) throw new RangeError(`no breaker of venue ${venueIndex}`);
    return words;
  }

  #row(row: number): Float64Array {
    const words = this.#words.rows[row];
    if (words === undefined) throw new RangeError(`no breaker of row ${row}`);
    return words;
  }
}

/** One order on its way. An order that is late, and then lost, is one trouble. */
export class OrderTrace {
  readonly #breakers: Breakers;
  readonly #row: number;
  /** When it was sent as a probe, if it is one; else 0. */
  readonly #probeAtMs: number;
  #isTold = false;

  constructor(breakers: Breakers, row: number, probeAtMs: number) {
    this.#breakers = breakers;
    this.#row = row;
    this.#probeAtMs = probeAtMs;
  }

  /** It has no last word in time. */
  onLate(): void {
    this.#breakers.endProbes(this.#row, this.#probeAtMs);
    if (this.#isTold) return;
    this.#isTold = true;
    this.#breakers.onTrouble(this.#row, 'late');
  }

  onOutcome(outcome: PlaceOutcome): void {
    this.#breakers.endProbes(this.#row, this.#probeAtMs);
    if (this.#isTold) return;
    this.#isTold = outcome.kind !== 'acked';
    this.#breakers.onOutcome(this.#row, outcome);
  }
}
