/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours).
 *  Source: https://bybit-exchange.github.io/docs/v5/websocket/public/ticker (spot) and …/v5/market/tickers. */
import { formatFixed } from '../../../core/decimal.ts';
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { Day, DayStatistics } from '../../day-statistics.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';

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

  /** The data of a `tickers` message: spot has no best bid and offer there. */
  row(instrument: SimInstrument): Readonly<Record<string, string>> {
    const day = this.#days.of(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      symbol: instrument.symbol,
      lastPrice: price(day.last),
      highPrice24h: price(day.high),
      lowPrice24h: price(day.low),
      prevPrice24h: price(day.open),
      volume24h: sizeText(instrument, day.volume),
      turnover24h: amountText(day.value),
      price24hPcnt: changeText(day),
      usdIndexPrice: price(this.#middle(instrument)),
    };
  }

  /** A row of `GET /v5/market/tickers`. */
  restRow(instrument: SimInstrument): object {
    const { bid, ask } = this.#exchange.top(instrument);
    const { symbol, ...rest } = this.row(instrument);
    return {
      symbol,
      bid1Price: bid === undefined ? '' : priceText(instrument, bid.price),
      bid1Size: bid === undefined ? '' : sizeText(instrument, bid.size),
      ask1Price: ask === undefined ? '' : priceText(instrument, ask.price),
      ask1Size: ask === undefined ? '' : sizeText(instrument, ask.size),
      ...rest,
    };
  }

  /** Stands for the index of several venues. */
  #middle(instrument: SimInstrument): number {
    const { bid, ask } = this.#exchange.top(instrument);
    return bid === undefined || ask === undefined
      ? this.#days.of(instrument).last
      : Math.floor((bid.price + ask.price) / 2);
  }
}

/** A share with four decimals, cut towards zero. */
function changeText({ open, last }: Day): string {
  if (open === 0) return '0';
  return formatFixed((BigInt(last - open) * 10_000n) / BigInt(open), 4);
}
