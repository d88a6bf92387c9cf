/** What tickers tell of each instrument since the simulator started (it is younger than 24 hours). */
import { priceText, sizeText } from '../../amounts.ts';
import type { DayStatistics } from '../../day-statistics.ts';
import type { SimInstrument } from '../../port.ts';

export class Days {
  readonly #days: DayStatistics;

  constructor(days: DayStatistics) {
    this.#days = days;
  }

  /** The prices and volume of the day, as text. */
  of(instrument: SimInstrument): Readonly<Record<'last' | 'high' | 'low' | 'volume' | 'changePercent', string>> {
    const { open, high, low, last, volume } = this.#days.of(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      last: price(last),
      high: price(high),
      low: price(low),
      volume: sizeText(instrument, volume),
      changePercent: open === 0 ? '0' : shortText(((last - open) / open) * 100),
    };
  }
}

/** A figure that no money hangs on, with as many decimals as Coinbase writes. */
export const shortText = (value: number): string => value.toFixed(14).replace(/\.?0+$/, '');
