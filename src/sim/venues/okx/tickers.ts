/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours). */
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { DayStatistics } from '../../day-statistics.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';
import { msText } from './times.ts';

export class Tickers {
  readonly #exchange: ExchangePort;
  readonly #days: DayStatistics;

  constructor(exchange: ExchangePort, days: DayStatistics) {
    this.#exchange = exchange;
    this.#days = days;
  }

  /** The last price as text. */
  last(instrument: SimInstrument): string {
    return priceText(instrument, this.#days.of(instrument).last);
  }

  row(instrument: SimInstrument, at: number): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      instType: 'SPOT',
      instId: instrument.symbol,
      last: price(day.last),
      lastSz: sizeText(instrument, day.lastSize),
      askPx: ask === undefined ? '' : price(ask.price),
      askSz: ask === undefined ? '0' : sizeText(instrument, ask.size),
      bidPx: bid === undefined ? '' : price(bid.price),
      bidSz: bid === undefined ? '0' : sizeText(instrument, bid.size),
      open24h: price(day.open),
      high24h: price(day.high),
      low24h: price(day.low),
      volCcy24h: amountText(day.value),
      vol24h: sizeText(instrument, day.volume),
      sodUtc0: price(day.open),
      sodUtc8: price(day.open),
      ts: msText(at),
    };
  }
}
