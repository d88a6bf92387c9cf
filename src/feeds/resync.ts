/** When a symbol's book is fetched anew: one flight a symbol, jittered backoff between tries, a pace over all.
 *  How it is fetched is its owner's business. Thread: feed. */
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';

export interface ResyncDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Starts a try; its answer is reported with `done` or `failed` and the same flight number. */
  readonly begin: (symbol: number, flight: number) => void;
  /** The symbol waits for its turn and will for a while: many books are wanted. */
  readonly onStarved?: (symbol: number) => void;
  readonly limits?: Partial<ResyncLimits>;
}

export interface ResyncLimits {
  readonly baseMs: number;
  readonly maxMs: number;
  /** A try without an answer by then has failed. */
  readonly deadlineMs: number;
  /** Tries over all symbols: half of them may begin at once, the rest evenly. */
  readonly perMinute: number;
  /** A symbol that stayed in sync this long is fetched again without backoff. */
  readonly calmMs: number;
}

/** Binance grants a minute 120 snapshots of 1000 levels; the worst minute asks for 90. */
const LIMITS: ResyncLimits = { baseMs: 250, maxMs: 30_000, deadlineMs: 10_000, perMinute: 60, calmMs: 10_000 };
const MINUTE_MS = 60_000;
const STARVED_MS = 5_000;

interface Flight {
  number: number;
  attempt: number;
  isOpen: boolean;
  /** Opened by `expect`, not by a try. */
  isExpected: boolean;
  cancel: () => void;
  /** Since when it waits for its turn. */
  waitsSinceMs: number | undefined;
  /** When it was last in sync. */
  doneMs: number;
}

const nothing = (): void => {};

export class Resync {
  readonly #deps: ResyncDeps;
  readonly #limits: ResyncLimits;
  readonly #flights = new Map<number, Flight>();
  /** Tries that may begin now, as of `#countedMs`. */
  #places: number;
  #countedMs: number;
  #pausedUntilMs = 0;
  #numbers = 0;

  constructor(deps: ResyncDeps) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...deps.limits };
    this.#places = this.#limits.perMinute / 2;
    this.#countedMs = this.#nowMs();
  }

  /** Wants a fresh book of `symbol`. False, having done nothing, while one is on its way. */
  request(symbol: number): boolean {
    const flight = this.#flight(symbol);
    if (flight.isOpen) return false;
    flight.isOpen = true;
    if (this.#nowMs() - flight.doneMs >= this.#limits.calmMs) flight.attempt = 0;
    this.#schedule(symbol, flight);
    return true;
  }

  /** A fresh book will come without having been asked for: it follows a subscription that is about to be sent. */
  expect(symbol: number): void {
    const flight = this.#flight(symbol);
    flight.cancel();
    flight.isOpen = true;
    flight.isExpected = true;
    flight.waitsSinceMs = undefined;
    flight.number = ++this.#numbers;
  }

  /** The subscription has left: what is expected must have come by the deadline, counted from here. */
  subscribed(symbol: number): void {
    const flight = this.#flight(symbol);
    if (flight.isOpen && flight.isExpected) this.#await(symbol, flight);
  }

  /** What the try asks with waits for its turn: it has no deadline before `asked`. */
  queued(symbol: number, number: number): void {
    if (this.isCurrent(symbol, number)) this.#flight(symbol).cancel();
  }

  /** What the try asks with has left: its deadline counts from here. */
  asked(symbol: number, number: number): void {
    if (this.isCurrent(symbol, number)) this.#await(symbol, this.#flight(symbol));
  }

  /** The symbol is in sync. */
  done(symbol: number): void {
    const flight = this.#flight(symbol);
    flight.cancel();
    flight.isOpen = false;
    flight.waitsSinceMs = undefined;
    flight.doneMs = this.#nowMs();
  }

  /** The try `flight` brought nothing of use; another follows. */
  failed(symbol: number, number?: number): void {
    const flight = this.#flight(symbol);
    if (!flight.isOpen || (number !== undefined && number !== flight.number)) return;
    flight.cancel();
    this.#schedule(symbol, flight);
  }

  /** Whether `number` is the try under way, so that a late answer can be dropped. */
  isCurrent(symbol: number, number: number): boolean {
    const flight = this.#flight(symbol);
    return flight.isOpen && flight.number === number;
  }

  /** Tries of `symbol` so far since it was last calm. */
  attempts(symbol: number): number {
    return this.#flight(symbol).attempt;
  }

  /** What was under way is void, since the connection is. The next request begins afresh. */
  cancel(symbol: number): void {
    const flight = this.#flight(symbol);
    flight.cancel();
    flight.isOpen = false;
    flight.waitsSinceMs = undefined;
    flight.attempt = 0;
    flight.number = ++this.#numbers;
  }

  cancelAll(): void {
    for (const symbol of this.#flights.keys()) this.cancel(symbol);
  }

  /** The venue asked for quiet: no try of any symbol begins before `ms` are over. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#nowMs() + ms);
  }

  #schedule(symbol: number, flight: Flight): void {
    const backoff = flight.attempt === 0 ? 0 : backoffMs(flight.attempt - 1, this.#deps.random, this.#limits);
    flight.attempt++;
    if (backoff <= 0) this.#begin(symbol, flight);
    else flight.cancel = this.#deps.clock.after(backoff, () => this.#begin(symbol, flight));
  }

  #begin(symbol: number, flight: Flight): void {
    const quietMs = this.#pausedUntilMs - this.#nowMs();
    const turnMs = this.#placeInMs();
    const wait = Math.max(quietMs, turnMs);
    if (wait > 0) {
      flight.cancel = this.#deps.clock.after(wait, () => this.#begin(symbol, flight));
      if (quietMs <= 0) this.#starve(symbol, flight);
      return;
    }
    this.#places--;
    flight.waitsSinceMs = undefined;
    flight.isExpected = false;
    flight.number = ++this.#numbers;
    this.#await(symbol, flight);
    this.#deps.begin(symbol, flight.number);
  }

  #await(symbol: number, flight: Flight): void {
    const { number } = flight;
    flight.cancel();
    flight.cancel = this.#deps.clock.after(this.#limits.deadlineMs, () => this.failed(symbol, number));
  }

  #starve(symbol: number, flight: Flight): void {
    const now = this.#nowMs();
    flight.waitsSinceMs ??= now;
    if (now - flight.waitsSinceMs < STARVED_MS) return;
    flight.waitsSinceMs = now;
    this.#deps.onStarved?.(symbol);
  }

  /** Milliseconds until the pace lets another try begin. */
  #placeInMs(): number {
    const { perMinute } = this.#limits;
    const now = this.#nowMs();
    this.#places = Math.min(perMinute / 2, this.#places + ((now - this.#countedMs) * perMinute) / MINUTE_MS);
    this.#countedMs = now;
    // A hair's breadth less than a place: sums of fractions fall short of whole numbers.
    return this.#places > 1 - 1e-6 ? 0 : ((1 - this.#places) * MINUTE_MS) / perMinute;
  }

  #flight(symbol: number): Flight {
    let flight = this.#flights.get(symbol);
    if (flight === undefined) {
      flight = {
        number: 0,
        attempt: 0,
        isOpen: false,
        isExpected: false,
        waitsSinceMs: undefined,
        cancel: nothing,
        doneMs: Number.POSITIVE_INFINITY,
      };
      this.#flights.set(symbol, flight);
    }
    return flight;
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicNs() / 1e6;
  }
}
