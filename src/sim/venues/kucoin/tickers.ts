/** What tickers tell of each instrument since the simulator started (it is younger than 24 hours).
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-24hr-stats, …/get-all-tickers,
 *  …/get-ticker and the channels `/market/ticker` and `/market/snapshot`. */
import { pow10 } from '../../../core/decimal.ts';
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { Day, DayStatistics } from '../../day-statistics.ts';
import type { ExchangePort, SimInstrument } from '../../port.ts';
import { rawNumber } from './numbers.ts';

export class Tickers {
  readonly #exchange: ExchangePort;
  readonly #days: DayStatistics;

  constructor(exchange: ExchangePort, days: DayStatistics) {
    this.#exchange = exchange;
    this.#days = days;
  }

  /** The best bid and offer with the last trade: `level1` by REST and `/market/ticker`. */
  top(instrument: SimInstrument, sequence: number, at: number): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    return {
      bestAsk: priceText(instrument, ask?.price ?? 0),
      bestAskSize: sizeText(instrument, ask?.size ?? 0),
      bestBid: priceText(instrument, bid?.price ?? 0),
      bestBidSize: sizeText(instrument, bid?.size ?? 0),
      price: priceText(instrument, day.last),
      sequence: String(sequence),
      size: sizeText(instrument, day.lastSize),
      time: at,
    };
  }

  /** `GET /api/v1/market/stats`. */
  stats(instrument: SimInstrument, at: number): object {
    return { time: at, symbol: instrument.symbol, ...this.#statistics(instrument) };
  }

  /** A row of `GET /api/v1/market/allTickers`. */
  row(instrument: SimInstrument): object {
    const { bid, ask } = this.#exchange.top(instrument);
    return {
      symbol: instrument.symbol,
      symbolName: instrument.symbol,
      bestBidSize: sizeText(instrument, bid?.size ?? 0),
      bestAskSize: sizeText(instrument, ask?.size ?? 0),
      ...this.#statistics(instrument),
    };
  }

  /** The data of a `/market/snapshot` frame: here prices are JSON numbers. */
  snapshot(instrument: SimInstrument, sequence: number, at: number): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): object => rawNumber(priceText(instrument, value));
    const size = (value: number): object => rawNumber(sizeText(instrument, value));
    const period = {
      changePrice: rawNumber(this.#change(instrument, day)),
      changeRate: rawNumber(changeRate(day)),
      high: price(day.high),
      low: price(day.low),
      open: price(day.open),
      vol: size(day.volume),
      volValue: rawNumber(amountText(day.value)),
    };
    const { maker, taker } = this.#exchange.policy.fees;
    const data = {
      askSize: size(ask?.size ?? 0),
      averagePrice: price(day.open),
      baseCurrency: instrument.base,
      bidSize: size(bid?.size ?? 0),
      board: 1,
      buy: price(bid?.price ?? 0),
      ...period,
      close: price(day.last),
      datetime: at,
      lastSize: size(day.lastSize),
      lastTradedPrice: price(day.last),
      makerCoefficient: rawNumber('1.0000'),
      makerFeeRate: rawNumber(maker),
      marginTrade: true,
      mark: 0,
      market: 'USDS',
      marketChange1h: period,
      marketChange24h: period,
      marketChange4h: period,
      markets: ['USDS'],
      quoteCurrency: instrument.quote,
      sell: price(ask?.price ?? 0),
      sequence: String(sequence),
      siteTypes: ['global'],
      sort: 100,
      symbol: instrument.symbol,
      symbolCode: instrument.symbol,
      takerCoefficient: rawNumber('1.0000'),
      takerFeeRate: rawNumber(taker),
      trading: true,
    };
    return { sequence: String(sequence), data };
  }

  #statistics(instrument: SimInstrument): object {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const { maker, taker } = this.#exchange.policy.fees;
    const price = (value: number): string => priceText(instrument, value);
    return {
      buy: price(bid?.price ?? 0),
      sell: price(ask?.price ?? 0),
      changeRate: changeRate(day),
      changePrice: this.#change(instrument, day),
      high: price(day.high),
      low: price(day.low),
      vol: sizeText(instrument, day.volume),
      volValue: amountText(day.value),
      last: price(day.last),
      averagePrice: price(day.open),
      takerFeeRate: taker,
      makerFeeRate: maker,
      takerCoefficient: '1',
      makerCoefficient: '1',
    };
  }

  #change(instrument: SimInstrument, day: Day): string {
    const change = day.last - day.open;
    return `${change < 0 ? '-' : ''}${priceText(instrument, Math.abs(change))}`;
  }
}

/** To four decimals, cut. */
function changeRate({ open, last }: Day): string {
  if (open === 0) return '0';
  const rate = (BigInt(Math.abs(last - open)) * pow10(4)) / BigInt(open);
  return `${last < open && rate > 0n ? '-' : ''}${rate / pow10(4)}.${String(rate % pow10(4)).padStart(4, '0')}`;
}
