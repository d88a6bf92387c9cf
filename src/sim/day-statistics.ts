/** The trades of each instrument since the simulator started (it is younger than 24 hours), as tickers sum them up. How
 *  they are written, and what a change is a share of, is the venue's. */
import { quoteAmount } from './amounts.ts';
import type { ExchangePort, SimInstrument, SimTrade } from './port.ts';

/** Prices and sizes in the instrument's integers, `value` an amount of the quote asset. */
export interface Day {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly last: number;
  readonly lastSize: number;
  readonly volume: number;
  readonly value: bigint;
  readonly trades: number;
}

type Mutable<Of> = { -readonly [Name in keyof Of]: Of[Name] };

export class DayStatistics {
  readonly #exchange: ExchangePort;
  readonly #days = new Map<SimInstrument, Mutable<Day>>();

  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
  }

  onTrade({ instrument, price, size }: SimTrade): void {
    const day = this.#day(instrument);
    day.last = price;
    day.lastSize = size;
    day.high = Math.max(day.high, price);
    day.low = Math.min(day.low, price);
    day.volume += size;
    day.value += quoteAmount(instrument, price, size);
    day.trades++;
  }

  of(instrument: SimInstrument): Day {
    return this.#day(instrument);
  }

  /** Before the first trade the best bid stands for the last price. */
  #day(instrument: SimInstrument): Mutable<Day> {
    const known = this.#days.get(instrument);
    if (known !== undefined) return known;
    const { bid, ask } = this.#exchange.top(instrument);
    const price = bid?.price ?? ask?.price ?? 0;
    const day = { open: price, high: price, low: price, last: price, lastSize: 0, volume: 0, value: 0n, trades: 0 };
    if (price > 0) this.#days.set(instrument, day);
    return day;
  }
}
