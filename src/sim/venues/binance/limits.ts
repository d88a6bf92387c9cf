/** Request weight and order counts, shared by REST and the WebSocket API as they are per address and account. */
import type { Clock } from '../../../core/clock.ts';
import { tooManyOrders, tooMuchWeight } from './errors.ts';

export const WEIGHT_LIMIT = 6000;
export const ORDERS_10S_LIMIT = 100;
export const ORDERS_DAY_LIMIT = 200_000;

const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;
const DAY_MS = 86_400_000;

/** Counts within windows that start at whole multiples of their length. */
class WindowCount {
  readonly lengthMs: number;
  #window = -1;
  #count = 0;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  add(now: number, by: number): number {
    const window = Math.floor(now / this.lengthMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#count = 0;
    }
    this.#count += by;
    return this.#count;
  }

  endsAt(now: number): number {
    return (Math.floor(now / this.lengthMs) + 1) * this.lengthMs;
  }
}

export interface RateLimitRow {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS';
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY';
  readonly intervalNum: number;
  readonly limit: number;
  readonly count: number;
}

export class Limits {
  readonly #clock: Clock;
  readonly #weight = new WindowCount(MINUTE_MS);
  readonly #tenSeconds = new WindowCount(TEN_SECONDS_MS);
  readonly #day = new WindowCount(DAY_MS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws the 429 refusal when the limit is passed. */
  useWeight(weight: number): void {
    const now = this.#clock.wallMs();
    if (this.#weight.add(now, weight) > WEIGHT_LIMIT) throw tooMuchWeight(WEIGHT_LIMIT, this.#weight.endsAt(now));
  }

  useOrder(): void {
    const now = this.#clock.wallMs();
    if (this.#tenSeconds.add(now, 1) > ORDERS_10S_LIMIT) {
      throw tooManyOrders(ORDERS_10S_LIMIT, '10 SECOND', this.#tenSeconds.endsAt(now));
    }
    if (this.#day.add(now, 1) > ORDERS_DAY_LIMIT) {
      throw tooManyOrders(ORDERS_DAY_LIMIT, '1 DAY', this.#day.endsAt(now));
    }
  }

  headers(withOrders: boolean): Record<string, string> {
    const now = this.#clock.wallMs();
    const weight = String(this.#weight.add(now, 0));
    return {
      'x-mbx-used-weight': weight,
      'x-mbx-used-weight-1m': weight,
      ...(withOrders
        ? {
            'x-mbx-order-count-10s': String(this.#tenSeconds.add(now, 0)),
            'x-mbx-order-count-1d': String(this.#day.add(now, 0)),
          }
        : {}),
    };
  }

  rows(withOrders: boolean): RateLimitRow[] {
    const now = this.#clock.wallMs();
    const row = (
      rateLimitType: RateLimitRow['rateLimitType'],
      interval: RateLimitRow['interval'],
      intervalNum: number,
      limit: number,
      count: number,
    ): RateLimitRow => ({ rateLimitType, interval, intervalNum, limit, count });
    const orders = [
      row('ORDERS', 'SECOND', 10, ORDERS_10S_LIMIT, this.#tenSeconds.add(now, 0)),
      row('ORDERS', 'DAY', 1, ORDERS_DAY_LIMIT, this.#day.add(now, 0)),
    ];
    return [...(withOrders ? orders : []), row('REQUEST_WEIGHT', 'MINUTE', 1, WEIGHT_LIMIT, this.#weight.add(now, 0))];
  }
}
