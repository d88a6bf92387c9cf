/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours).
 *  Sources: https://www.gate.com/docs/developers/apiv4/ws/en/#tickers-channel and
 *  https://www.gate.com/docs/developers/apiv4/en/#get-currency-pair-ticker-information. */
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { Day, DayStatistics } from '../../day-statistics.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';

export class Tickers {
  readonly #exchange: ExchangePort;
  readonly #days: DayStatistics;
  readonly #bookChangedAt = new Map<SimInstrument, number>();

  constructor(exchange: ExchangePort, days: DayStatistics) {
    this.#exchange = exchange;
    this.#days = days;
  }

  onBook(instrument: SimInstrument, at: number): void {
    this.#bookChangedAt.set(instrument, at);
  }

  /** When the book changed last, wall ms; undefined before the first change. */
  bookChangedAt(instrument: SimInstrument): number | undefined {
    return this.#bookChangedAt.get(instrument);
  }

  /** `result` of a `spot.tickers` frame. */
  result(instrument: SimInstrument): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      currency_pair: instrument.symbol,
      last: price(day.last),
      lowest_ask: ask === undefined ? '' : price(ask.price),
      highest_bid: bid === undefined ? '' : price(bid.price),
      change_percentage: changeText(day),
      base_volume: sizeText(instrument, day.volume),
      quote_volume: amountText(day.value),
      high_24h: price(day.high),
      low_24h: price(day.low),
    };
  }

  /** A row of `GET /spot/tickers`; the changes since two midnights only where a time zone was asked for. */
  row(instrument: SimInstrument, timezone: string): object {
    const change = changeText(this.#days.of(instrument));
    return {
      ...this.result(instrument),
      ...(timezone === 'utc0' || timezone === 'all' ? { change_utc0: change } : {}),
      ...(timezone === 'utc8' || timezone === 'all' ? { change_utc8: change } : {}),
    };
  }
}

/** Percent with up to two decimals. */
const changeText = ({ open, last }: Day): string =>
  open === 0 ? '0' : String(Math.round(((last - open) / open) * 1e4) / 100);
