/** What a ticker tells of each instrument since the simulator started (it is younger than 24 hours).
 *  Field lists: https://www.bitget.com/api-doc/spot/market/Get-Tickers and
 *  https://www.bitget.com/api-doc/spot/websocket/public/Tickers-Channel. */
import { pow10 } from '../../../core/decimal.ts';
import { amountText, priceText, sizeText } from '../../amounts.ts';
import type { Day, DayStatistics } from '../../day-statistics.ts';
import { AMOUNT_SCALE, type ExchangePort, type SimInstrument } from '../../port.ts';
import { msText } from './times.ts';

/** Decimals of a relative change, 0.01 for 1 %. */
const CHANGE_DECIMALS = 5;

export class Tickers {
  readonly #exchange: ExchangePort;
  readonly #days: DayStatistics;

  constructor(exchange: ExchangePort, days: DayStatistics) {
    this.#exchange = exchange;
    this.#days = days;
  }

  /** A row of the `ticker` channel. */
  channelRow(instrument: SimInstrument, at: number): object {
    const { open, change, ...facts } = this.#facts(instrument);
    return {
      instId: instrument.symbol,
      lastPr: facts.last,
      open24h: open,
      high24h: facts.high,
      low24h: facts.low,
      change24h: change,
      bidPr: facts.bidPr,
      askPr: facts.askPr,
      bidSz: facts.bidSz,
      askSz: facts.askSz,
      baseVolume: facts.baseVolume,
      quoteVolume: facts.quoteVolume,
      openUtc: open,
      changeUtc24h: change,
      ts: msText(at),
    };
  }

  /** A row of `GET /spot/market/tickers`. */
  restRow(instrument: SimInstrument, at: number): object {
    const { open, change, ...facts } = this.#facts(instrument);
    return {
      open,
      symbol: instrument.symbol,
      high24h: facts.high,
      low24h: facts.low,
      lastPr: facts.last,
      quoteVolume: facts.quoteVolume,
      baseVolume: facts.baseVolume,
      usdtVolume: facts.quoteVolume,
      ts: msText(at),
      bidPr: facts.bidPr,
      askPr: facts.askPr,
      bidSz: facts.bidSz,
      askSz: facts.askSz,
      openUtc: open,
      changeUtc24h: change,
      change24h: change,
    };
  }

  #facts(instrument: SimInstrument) {
    const day = this.#days.of(instrument);
    const { bid, ask } = this.#exchange.top(instrument);
    const price = (value: number): string => priceText(instrument, value);
    return {
      open: price(day.open),
      high: price(day.high),
      low: price(day.low),
      last: price(day.last),
      change: changeText(day),
      bidPr: price(bid?.price ?? 0),
      askPr: price(ask?.price ?? 0),
      bidSz: sizeText(instrument, bid?.size ?? 0),
      askSz: sizeText(instrument, ask?.size ?? 0),
      baseVolume: sizeText(instrument, day.volume),
      quoteVolume: amountText(day.value),
    };
  }
}

function changeText({ open, last }: Day): string {
  if (open === 0) return '0';
  const change = (BigInt(last - open) * pow10(CHANGE_DECIMALS)) / BigInt(open);
  return amountText(change * pow10(AMOUNT_SCALE - CHANGE_DECIMALS));
}
