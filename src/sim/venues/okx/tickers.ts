/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours). */
import { amountText, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import type { ExchangePort, SimInstrument, SimTrade } from '../../port.ts';
import { msText } from './times.ts';

interface Day {
  open: number;
  high: number;
  low: number;
  last: number;
  lastSize: number;
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
    day.lastSize = trade.size;
    day.high = Math.max(day.high, trade.price);
    day.low = Math.min(day.low, trade.price);
    day.volume += trade.size;
    day.value += quoteAmount(trade.instrument, trade.price, trade.size);
  }

  /** The last price as text. */
  last(instrument: SimInstrument): string {
    return priceText(instrument, this.#day(instrument).last);
  }

  row(instrument: SimInstrument, at: number): object {
    const day = this.#day(instrument);
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

  /** Before the first trade the best bid stands for the last price. */
  #day(instrument: SimInstrument): Day {
    const known = this.#days.get(instrument);
    if (known !== undefined) return known;
    const { bid, ask } = this.#exchange.top(instrument);
    const price = bid?.price ?? ask?.price ?? 0;
    const day = { open: price, high: price, low: price, last: price, lastSize: 0, volume: 0, value: 0n };
    if (price > 0) this.#days.set(instrument, day);
    return day;
  }
}
