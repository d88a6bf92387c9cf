/** Market data in Bitget's words. Numbers are texts without trailing zeros, as recorded.
 *  Field lists: https://www.bitget.com/api-doc/spot/market/Get-Symbols, …/Get-Coin-List, …/Get-Recent-Trades,
 *  https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel and …/Trades-Channel. */
import { priceText, sizeText } from '../../amounts.ts';
import type { Sides } from '../../book-window.ts';
import type { Level, SimInstrument, SimTrade } from '../../port.ts';
import {
  LISTED_FEE,
  listingOf,
  MAX_LIMIT_VALUE,
  MAX_MARKET_VALUE,
  MAX_OPEN_ORDERS,
  MIN_TRADE_USDT,
  PRICE_RATIO,
} from './instruments.ts';
import { msText } from './times.ts';

/** A row of `GET /spot/public/symbols`. */
export function symbolRow(instrument: SimInstrument): object {
  const listing = listingOf(instrument);
  return {
    symbol: instrument.symbol,
    baseCoin: instrument.base,
    quoteCoin: instrument.quote,
    minTradeAmount: listing.minTradeAmount,
    maxTradeAmount: '900000000000000000000',
    takerFeeRate: LISTED_FEE,
    makerFeeRate: LISTED_FEE,
    pricePrecision: String(listing.pricePrecision),
    quantityPrecision: String(listing.quantityPrecision),
    quotePrecision: String(listing.quotePrecision),
    status: 'online',
    minTradeUSDT: MIN_TRADE_USDT,
    buyLimitPriceRatio: PRICE_RATIO.text,
    sellLimitPriceRatio: PRICE_RATIO.text,
    areaSymbol: 'no',
    orderQuantity: String(MAX_OPEN_ORDERS),
    openTime: listing.openTime,
    offTime: '',
    maxLimitOrderValue: MAX_LIMIT_VALUE,
    maxMarketOrderValue: MAX_MARKET_VALUE,
  };
}

/** Deposits and withdrawals are not simulated: every chain is closed. */
const CHAINS: Readonly<Record<string, readonly [coinId: string, chain: string]>> = {
  BTC: ['1', 'BTC'],
  USDT: ['2', 'ERC20'],
  ETH: ['3', 'ETH'],
  XRP: ['18', 'XRP'],
  DOGE: ['135', 'DOGE'],
  SOL: ['266', 'SOL'],
};

/** A row of `GET /spot/public/coins`. */
export function coinRow(coin: string): object {
  const [coinId, chain] = CHAINS[coin] ?? ['0', coin];
  return {
    coinId,
    coin,
    transfer: 'false',
    chains: [
      {
        chain,
        needTag: 'false',
        withdrawable: 'false',
        rechargeable: 'false',
        withdrawFee: '0.005',
        extraWithdrawFee: '0',
        depositConfirm: '1',
        withdrawConfirm: '1',
        minDepositAmount: '0.001',
        minWithdrawAmount: '0.001',
        browserUrl: '',
        contractAddress: '',
        withdrawStep: '0',
        withdrawMinScale: '8',
        congestion: 'normal',
      },
    ],
  };
}

export type LevelRow = readonly [price: string, size: string];

/** Size "0" removes a level. */
export const levelRows = (instrument: SimInstrument, levels: readonly Level[]): LevelRow[] =>
  levels.map(({ price, size }) => [priceText(instrument, price), sizeText(instrument, size)]);

/** The body of `GET /spot/market/orderbook`. */
export const restBook = (instrument: SimInstrument, { asks, bids }: Sides, at: number): object => ({
  asks: levelRows(instrument, asks),
  bids: levelRows(instrument, bids),
  ts: msText(at),
});

/** Sequence numbers are bare JSON integers. Bitget's spot books stood near 2^40 in September 2026, other products of
 *  the same gateway beyond 2^53; the simulated ones are of the large kind, so that no reader may take them for doubles. */
const SEQ_BASE = 1_304_314_508_780_000_000n;
export const seqText = (id: number): string => String(SEQ_BASE + BigInt(id));

export interface BookFrame {
  readonly action: 'snapshot' | 'update';
  readonly channel: string;
  readonly sides: Sides;
  readonly at: number;
  readonly seq: number;
  /** Of the previous push; absent: 0, as in every snapshot. */
  readonly previous?: number;
}

/** A frame of a book channel. Recorded in September 2026 without the documented `checksum`. */
export function bookFrame(instrument: SimInstrument, frame: BookFrame): string {
  const { action, channel, sides, at, seq, previous } = frame;
  const arg = JSON.stringify({ instType: 'SPOT', channel, instId: instrument.symbol });
  const asks = JSON.stringify(levelRows(instrument, sides.asks));
  const bids = JSON.stringify(levelRows(instrument, sides.bids));
  const ts = msText(at);
  const chain = `"seq":${seqText(seq)},"pseq":${previous === undefined ? '0' : seqText(previous)}`;
  return `{"action":"${action}","arg":${arg},"data":[{"asks":${asks},"bids":${bids},"ts":"${ts}",${chain}}],"ts":${ts}}`;
}

/** A row of the `trade` channel. It does not name its symbol. */
export const tradeRow = (trade: SimTrade): object => ({
  ts: msText(trade.at),
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  side: trade.takerSide,
  tradeId: String(trade.id),
});

export const restTradeRow = (trade: SimTrade): object => ({
  symbol: trade.instrument.symbol,
  tradeId: String(trade.id),
  side: trade.takerSide,
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  ts: msText(trade.at),
});
