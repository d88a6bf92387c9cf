/** Market data in Bybit's words. Field lists: https://bybit-exchange.github.io/docs/v5/market/instrument, …/orderbook,
 *  …/recent-trade and https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, …/trade; the order of keys and
 *  the fields of August 2026 as recorded. */
import { priceText, sizeText } from '../../amounts.ts';
import type { Level, SimInstrument, SimTrade } from '../../port.ts';
import { msText, tradeIdText } from './ids.ts';
import { detailOf } from './instruments.ts';

export const sideText = (side: 'buy' | 'sell'): 'Buy' | 'Sell' => (side === 'buy' ? 'Buy' : 'Sell');

/** A row of `GET /v5/market/instruments-info`. */
export function instrumentRow(instrument: SimInstrument): object {
  const { spec } = instrument;
  const detail = detailOf(instrument);
  return {
    symbolId: detail.symbolId,
    symbol: instrument.symbol,
    baseCoin: instrument.base,
    quoteCoin: instrument.quote,
    innovation: '0',
    status: 'Trading',
    marginTrading: 'utaOnly',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: spec.lot,
      quotePrecision: detail.quotePrecision,
      minOrderQty: spec.minSize,
      maxOrderQty: spec.maxSize,
      minOrderAmt: spec.minNotional ?? '0',
      maxOrderAmt: spec.maxNotional ?? '0',
      maxLimitOrderQty: spec.maxSize,
      maxMarketOrderQty: spec.maxMarketSize ?? spec.maxSize,
      postOnlyMaxLimitOrderSize: detail.postOnlyMaxSize,
    },
    priceFilter: { tickSize: spec.tick },
    riskParameters: { priceLimitRatioX: '0.005', priceLimitRatioY: '0.01' },
    symbolType: '',
    xstockMultiplier: '1',
  };
}

export type LevelRow = readonly [price: string, size: string];

export const levelRows = (instrument: SimInstrument, levels: readonly Level[]): LevelRow[] =>
  levels.map(({ price, size }) => [priceText(instrument, price), sizeText(instrument, size)]);

export interface BookFrame {
  readonly topic: string;
  readonly type: 'snapshot' | 'delta';
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** Number of the message in its topic, without holes. */
  readonly u: number;
  /** Cross sequence: one line of numbers for all depths of an instrument. */
  readonly seq: number;
  readonly ts: number;
  /** When the matching engine made the newest change in it. */
  readonly cts: number;
}

/** An `orderbook` message; for spot `ts` stands before `type`, as documented and recorded. */
export const bookFrame = (instrument: SimInstrument, frame: BookFrame): string =>
  JSON.stringify({
    topic: frame.topic,
    ts: Math.floor(frame.ts),
    type: frame.type,
    data: {
      s: instrument.symbol,
      b: levelRows(instrument, frame.bids),
      a: levelRows(instrument, frame.asks),
      u: frame.u,
      seq: frame.seq,
    },
    cts: Math.floor(frame.cts),
  });

/** A row of a `publicTrade` message. */
export const tradeRow = (trade: SimTrade, seq: number): object => ({
  i: tradeIdText(trade),
  T: Math.floor(trade.at),
  p: priceText(trade.instrument, trade.price),
  v: sizeText(trade.instrument, trade.size),
  S: sideText(trade.takerSide),
  seq,
  s: trade.instrument.symbol,
  BT: false,
  RPI: false,
});

/** A row of `GET /v5/market/recent-trade`. */
export const restTradeRow = (trade: SimTrade, seq: number): object => ({
  execId: tradeIdText(trade),
  symbol: trade.instrument.symbol,
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  side: sideText(trade.takerSide),
  time: msText(trade.at),
  isBlockTrade: false,
  isRPITrade: false,
  seq: String(seq),
});
