/** What tickers tell of each instrument since the simulator started (it is younger than 24 hours). */
import { priceText, sizeText } from '../../amounts.ts';
import type { ExchangePort, SimInstrument, SimTrade } from '../../port.ts';

interface Day {
  open: number;
  high: number;
  low: number;
  last: number;
  volume: number;
}

export class Days {
  readonly #exchange: ExchangePort;
  readonly #days = new Map<SimInstrument, Day>();

  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
  }

  onTrade(trade: SimTrade): void {
    const day = this.#day(trade.instrument);
    day.last = trade.price;
    day.high = Math.max(day.high, trade.price);
    day.low = Math.min(day.low, trade.price);
    day.volume += trade.size;
  }

  /** The prices and volume of the day, as text. */
  of(instrument: SimInstrument): Readonly<Record<'last' | 'high' | 'low' | 'volume' | 'changePercent', string>> {
    const { open, high, low, last, volume } = this.#day(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      last: price(last),
      high: price(high),
      low: price(low),
      volume: sizeText(instrument, volume),
      changePercent: open === 0 ? '0' : shortText(((last - open) / open) * 100),
    };
  }

  /** Before the first trade the best bid stands for the last price. */
  #day(instrument: SimInstrument): Day {
    const known = this.#days.get(instrument);
    if (known !== undefined) return known;
    const { bid, ask } = this.#exchange.top(instrument);
    const price = bid?.price ?? ask?.price ?? 0;
    const day = { open: price, high: price, low: price, last: price, volume: 0 };
    if (price > 0) this.#days.set(instrument, day);
    return day;
  }
}

/** A figure that no money hangs on, with as many decimals as Coinbase writes. */
export const shortText = (value: number): string => value.toFixed(14).replace(/\.?0+$/, '');
