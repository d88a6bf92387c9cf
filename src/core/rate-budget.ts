/** What may still be asked of one venue: its own limits counted on our side, shares of them reserved for what must never
 *  wait, corrected to the venue's word where that is worse, and closed for a while when it refuses.
 *  Thread: executor, alone. Steady state: no allocation. */
import type { Clock } from './clock.ts';
import type { VenueError } from './order.ts';
import { countOf, type RateCount, usableOf } from './rate-count.ts';
import {
  type BudgetView,
  LANES,
  type Lane,
  OPERATIONS,
  type Operation,
  type RateBucket,
  type RateLimits,
  type RateReading,
} from './rate-limits.ts';

/** Of each bucket, kept for the lanes after `open`: shared by those that ask for something of it. */
const RESERVED = 0.25;
/** First waits where the venue names none; each further refusal of an episode doubles them. */
const WAIT = { firstMs: 1_000, mostMs: 60_000 } as const;
const BAN = { firstMs: 30_000, mostMs: 1_800_000 } as const;

/** The lane that an operation is asked for in; orders of new sets are asked for in `open`. */
const OWN_LANE: Readonly<Record<Operation, Lane>> = {
  place: 'reduce',
  cancel: 'reduce',
  query: 'query',
  openOrders: 'query',
  recentFills: 'query',
  balances: 'query',
  feeRates: 'open',
  snapshot: 'open',
  listings: 'open',
};

interface Meter {
  readonly bucket: RateBucket;
  readonly usable: number;
  /** By lane: how much may count at most after a request in it. */
  readonly limits: readonly number[];
  /** By symbol; under '' what is not counted apart. */
  readonly counts: Map<string, RateCount>;
}

interface Charge {
  readonly meter: Meter;
  readonly weight: number;
}

export interface RateBudgetDeps {
  readonly venue: string;
  readonly limits: RateLimits;
  readonly clock: Clock;
  /** The first refusal of an episode, and how long it holds things back. */
  readonly onEpisode: (error: VenueError, waitMs: number) => void;
}

export class RateBudget {
  readonly #deps: RateBudgetDeps;
  readonly #meters: readonly Meter[];
  readonly #charges: Readonly<Record<Operation, readonly Charge[]>>;
  /** By lane, monotonic ns; 0 where it was not closed in this episode. */
  readonly #closedUntil = new Float64Array(LANES.length);
  /** By lane: 1 while the request is under way that tries whether the venue answers again. */
  readonly #isTrying = new Uint8Array(LANES.length);
  #restUntil = 0;
  /** Refusals of the episode that is going on; 0 where none is. */
  #strikes = 0;
  #refusals = 0;
  #episodes = 0;
  #held = 0;

  constructor(deps: RateBudgetDeps) {
    this.#deps = deps;
    this.#meters = deps.limits.buckets.map(meterOf);
    const chargesOf = (operation: Operation): readonly Charge[] =>
      this.#meters.flatMap((meter) => {
        const weight = meter.bucket.weights[operation] ?? 0;
        return weight === 0 ? [] : [{ meter, weight }];
      });
    this.#charges = Object.fromEntries(OPERATIONS.map((name) => [name, chargesOf(name)])) as Record<
      Operation,
      readonly Charge[]
    >;
  }

  get venue(): string {
    return this.#deps.venue;
  }

  /** Whether `times` such requests may be made now. Takes nothing. */
  hasRoom(operation: Operation, lane: Lane, symbol = '', times = 1): boolean {
    const now = this.#deps.clock.monotonicNs();
    const index = LANES.indexOf(lane);
    if (!this.#isOpen(index, times, now)) return false;
    for (const { meter, weight } of this.#charges[operation]) {
      if (countIn(meter, symbol).used(now) + weight * times > (meter.limits[index] as number)) return false;
    }
    return true;
  }

  /** Takes what one request needs; false, taking nothing and counting it as held back, where its lane has too little. */
  tryTake(operation: Operation, lane: Lane, symbol = ''): boolean {
    if (!this.hasRoom(operation, lane, symbol)) {
      this.#held++;
      return false;
    }
    const now = this.#deps.clock.monotonicNs();
    for (const { meter, weight } of this.#charges[operation]) countIn(meter, symbol).add(now, weight);
    const index = LANES.indexOf(lane);
    if ((this.#closedUntil[index] as number) > 0) this.#isTrying[index] = 1;
    return true;
  }

  /** How long until there is room if nobody else asks, ms; 0: there is. */
  waitMs(operation: Operation, lane: Lane, symbol = ''): number {
    const now = this.#deps.clock.monotonicNs();
    const index = LANES.indexOf(lane);
    let wait = Math.max(0, (this.#closedUntil[index] as number) - now);
    for (const { meter, weight } of this.#charges[operation]) {
      wait = Math.max(wait, countIn(meter, symbol).waitNs(now, (meter.limits[index] as number) - weight));
    }
    return wait / 1e6;
  }

  /** How long a lane is closed because the venue refused, ms; 0: it is not. */
  closedMs(lane: Lane): number {
    return Math.max(0, (this.#closedUntil[LANES.indexOf(lane)] as number) - this.#deps.clock.monotonicNs()) / 1e6;
  }

  /** How long nothing may be asked over REST, ms; 0: it may. */
  get restWaitMs(): number {
    return Math.max(0, this.#restUntil - this.#deps.clock.monotonicNs()) / 1e6;
  }

  /** How long nothing at all may be sent, connections included, ms; 0: it may. */
  get banWaitMs(): number {
    return this.#deps.limits.banStops === 'everything' ? this.restWaitMs : 0;
  }

  /** Takes the venue's word on a bucket where it leaves us less than we believed. */
  correct(reading: RateReading): void {
    const meter = this.#meters.find(({ bucket }) => bucket.name === reading.bucket);
    if (meter === undefined) return;
    const now = this.#deps.clock.monotonicNs();
    const count = countIn(meter, reading.symbol ?? '');
    const told = 'used' in reading ? reading.used : meter.bucket.capacity - reading.left;
    const missing = told - count.used(now);
    if (missing > 0) count.add(now, missing);
  }

  /** The venue refused a request of `lane` because of its limits. That lane and those before it are closed until the time
   *  that it named, else or when it refuses again for a time that doubles with each refusal: whoever comes after them still goes on. A ban
   *  leaves only what it does not stop. Then one request at a time tries, until one is answered. */
  refused(lane: Lane, error: VenueError): void {
    const now = this.#deps.clock.monotonicNs();
    const index = error.isBan === true ? this.#lastBanned() : LANES.indexOf(lane);
    this.#isTrying[LANES.indexOf(lane)] = 0;
    // What was under way when its lane was closed is no new strike.
    const isStrike = now >= (this.#closedUntil[index] as number);
    if (isStrike) {
      this.#strikes++;
      this.#refusals++;
    }
    const { firstMs, mostMs } = error.isBan === true ? BAN : WAIT;
    const named = error.retryAfterMs ?? 0;
    // Who is refused again right after the named time waits longer than it names.
    const isAgain = (this.#closedUntil[index] as number) > 0;
    const own = named > 0 && !isAgain ? 0 : Math.min(mostMs, firstMs * 2 ** Math.max(0, this.#strikes - 1));
    const waitMs = Math.max(named, own);
    const until = now + waitMs * 1e6;
    for (let each = 0; each <= index; each++) {
      this.#closedUntil[each] = Math.max(this.#closedUntil[each] as number, until);
    }
    if (error.isBan === true) this.#restUntil = Math.max(this.#restUntil, until);
    if (isStrike && this.#strikes === 1) {
      this.#episodes++;
      this.#deps.onEpisode(error, waitMs);
    }
  }

  /** The venue answered a request of `lane`: once nothing is closed any more, that ends the episode. */
  answered(lane: Lane): void {
    this.settled(lane);
    if (this.#strikes === 0) return;
    const now = this.#deps.clock.monotonicNs();
    if (now < this.#restUntil || !this.#closedUntil.every((until) => now >= until)) return;
    this.#strikes = 0;
    this.#closedUntil.fill(0);
  }

  /** A request of `lane` is over, and said nothing of the venue's limits. */
  settled(lane: Lane): void {
    this.#isTrying[LANES.indexOf(lane)] = 0;
  }

  view(): BudgetView {
    const now = this.#deps.clock.monotonicNs();
    const closedMs = LANES.map((lane) => [lane, this.closedMs(lane)]);
    return {
      venue: this.#deps.venue,
      buckets: this.#meters.map(({ bucket, usable, counts }) => {
        const used = Math.max(0, ...[...counts.values()].map((count) => count.used(now)));
        return { bucket: bucket.name, capacity: bucket.capacity, left: Math.max(0, usable - used) };
      }),
      closedMs: Object.fromEntries(closedMs) as BudgetView['closedMs'],
      refusals: this.#refusals,
      episodes: this.#episodes,
      held: this.#held,
    };
  }

  /** After a refusal a lane opens to one request, and to all once the venue has answered. */
  #isOpen(index: number, times: number, now: number): boolean {
    const until = this.#closedUntil[index] as number;
    return until === 0 || (now >= until && times === 1 && this.#isTrying[index] === 0);
  }

  /** The last lane that a ban stops: cancels and unwinds go on over sockets that it does not concern. */
  #lastBanned(): number {
    return LANES.indexOf(this.#deps.limits.banStops === 'everything' ? 'reduce' : 'query');
  }
}

function countIn({ bucket, counts }: Meter, symbol: string): RateCount {
  const key = bucket.per === 'instrument' ? symbol : '';
  const known = counts.get(key);
  if (known !== undefined) return known;
  const count = countOf(bucket.rule);
  counts.set(key, count);
  return count;
}

/** Each lane leaves free what is reserved for the ones after it, if those ask for something of this bucket: its share, and
 *  at least the heaviest of their requests. */
function meterOf(bucket: RateBucket): Meter {
  const usable = usableOf(bucket);
  const heaviest = LANES.map((lane) =>
    Math.max(0, ...OPERATIONS.filter((name) => OWN_LANE[name] === lane).map((name) => bucket.weights[name] ?? 0)),
  );
  const askers = LANES.filter((_, index) => index > 0 && (heaviest[index] as number) > 0).length;
  const reserved = heaviest.map((weight, index) =>
    index === 0 || weight === 0 ? 0 : Math.max(weight, Math.ceil((usable * RESERVED) / askers)),
  );
  const limits = LANES.map((_, index) => usable - reserved.slice(index + 1).reduce((sum, part) => sum + part, 0));
  if (limits.some((limit) => limit <= 0)) throw new RangeError(`${bucket.name}: nothing is left beside its reserves`);
  return { bucket, usable, limits, counts: new Map() };
}
