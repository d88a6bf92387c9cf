/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours), by REST and on the
 *  `ticker` channel. Sources: https://docs.kraken.com/api/docs/rest-api/get-ticker-information and
 *  https://docs.kraken.com/api/docs/websocket-v2/ticker; `trades` as recorded in September 2026. */
import { formatFixed, pow10 } from '../../../core/decimal.ts';
import { baseAmount } from '../../amounts.ts';
import type { Day, DayStatistics } from '../../day-statistics.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';
import { socketName } from './names.ts';
import { rfc3339 } from './times.ts';
import { priceNumber, sizeDigits, sizeNumber, WireNumber } from './wire-numbers.ts';

/** REST writes market prices with five decimals at least. */
export const restPrice = (instrument: SimInstrument, price: number): string => {
  const more = Math.max(0, 5 - instrument.priceDecimals);
  return formatFixed(BigInt(price) * pow10(more), instrument.priceDecimals + more);
};

export class Tickers {
  readonly #exchange: ExchangePort;
  readonly #days: DayStatistics;

  constructor(exchange: ExchangePort, days: DayStatistics) {
    this.#exchange = exchange;
    this.#days = days;
  }

  /** The row of a `ticker` frame. */
  socketRow(instrument: SimInstrument, at: number): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): WireNumber => priceNumber(instrument, value);
    const change = day.last - day.open;
    const percent = day.open === 0 ? 0 : (change / day.open) * 100;
    return {
      symbol: socketName(instrument),
      bid: price(bid?.price ?? 0),
      bid_qty: sizeNumber(instrument, bid?.size ?? 0),
      ask: price(ask?.price ?? 0),
      ask_qty: sizeNumber(instrument, ask?.size ?? 0),
      last: price(day.last),
      volume: sizeNumber(instrument, day.volume),
      vwap: price(this.#average(instrument, day)),
      low: price(day.low),
      high: price(day.high),
      change: price(change),
      change_pct: new WireNumber(percent.toFixed(2)),
      trades: day.trades,
      timestamp: rfc3339(at),
    };
  }

  /** The row of `GET /public/Ticker`: today and the last 24 hours are the same here. */
  restRow(instrument: SimInstrument): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): string => restPrice(instrument, value);
    const twice = (text: string): readonly [string, string] => [text, text];
    const side = (level: { readonly price: number; readonly size: number } | undefined): readonly string[] => {
      // Whole lots count as multiples of one unit.
      const size = (level?.size ?? 0) / 10 ** instrument.sizeDecimals;
      return [price(level?.price ?? 0), String(Math.floor(size)), size.toFixed(3)];
    };
    return {
      a: side(ask),
      b: side(bid),
      c: [price(day.last), sizeDigits(instrument, day.lastSize)],
      v: twice(sizeDigits(instrument, day.volume)),
      p: twice(price(this.#average(instrument, day))),
      t: [day.trades, day.trades],
      l: twice(price(day.low)),
      h: twice(price(day.high)),
      o: price(day.open),
    };
  }

  #average(instrument: SimInstrument, day: Day): number {
    if (day.volume === 0) return day.last;
    return Number((day.value * pow10(instrument.priceDecimals)) / baseAmount(instrument, day.volume));
  }
}
