/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours).
 *  Source: https://bybit-exchange.github.io/docs/v5/websocket/public/ticker (spot) and …/v5/market/tickers. */
import { formatFixed } from '../../../core/decimal.ts';
import { amountText, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import type { ExchangePort, SimInstrument, SimTrade } from '../../port.ts';

interface Day {
  readonly open: number;
  high: number;
  low: number;
  last: number;
  volume: number;
  value: bigint;
}

export class Tickers {
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
    day.value += quoteAmount(trade.instrument, trade.price, trade.size);
  }

  /** The last price as text. */
  last(instrument: SimInstrument): string {
    return priceText(instrument, this.#day(instrument).last);
  }

  /** The data of a `tickers` message: spot has no best bid and offer there. */
  row(instrument: SimInstrument): Readonly<Record<string, string>> {
    const day = this.#day(instrument);
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
      ? this.#day(instrument).last
      : Math.floor((bid.price + ask.price) / 2);
  }

  /** Before the first trade the best bid stands for the last price. */
  #day(instrument: SimInstrument): Day {
    const known = this.#days.get(instrument);
    if (known !== undefined) return known;
    const { bid, ask } = this.#exchange.top(instrument);
    const price = bid?.price ?? ask?.price ?? 0;
    const day = { open: price, high: price, low: price, last: price, volume: 0, value: 0n };
    if (price > 0) this.#days.set(instrument, day);
    return day;
  }
}

/** A share with four decimals, cut towards zero. */
function changeText({ open, last }: Day): string {
  if (open === 0) return '0';
  return formatFixed((BigInt(last - open) * 10_000n) / BigInt(open), 4);
}
