/** Pairs, assets, books and trades in Kraken's words, by REST and on the sockets. Field lists: recorded replies of
 *  September 2026 (`fees` and `fees_maker` of every pair are empty since; rates stand in `TradeVolume` alone) and
 *  https://docs.kraken.com/api/docs/websocket-v2/instrument. */
import type { BookView, Level, SimInstrument, SimTrade } from '../../port.ts';
import { assetOf, legacySocketName, socketName } from './names.ts';
import { restPrice } from './tickers.ts';
import { rfc3339, secondsOf } from './times.ts';
import { COST_DECIMALS, priceNumber, sizeDigits, sizeNumber, WireNumber } from './wire-numbers.ts';

/** A row of `GET /public/AssetPairs`. */
export function pairRow(instrument: SimInstrument): object {
  const { spec } = instrument;
  return {
    altname: instrument.symbol,
    wsname: legacySocketName(instrument),
    aclass_base: 'currency',
    base: assetOf(instrument.base).id,
    aclass_quote: 'currency',
    quote: assetOf(instrument.quote).id,
    lot: 'unit',
    cost_decimals: COST_DECIMALS,
    pair_decimals: instrument.priceDecimals,
    lot_decimals: instrument.sizeDecimals,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: [],
    fees_maker: [],
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: spec.minSize,
    costmin: spec.minNotional ?? '0',
    tick_size: spec.tick,
    status: 'online',
    execution_venue: 'international',
  };
}

/** A row of `GET /public/Assets`. */
export function assetRow(asset: string): object {
  const { altname, decimals, displayDecimals, collateral, marginRate } = assetOf(asset);
  return {
    aclass: 'currency',
    altname,
    decimals,
    display_decimals: displayDecimals,
    collateral_value: collateral,
    status: 'enabled',
    margin_rate: marginRate,
  };
}

const assetEntry = (asset: string): object => {
  const { decimals, displayDecimals, collateral, marginRate } = assetOf(asset);
  return {
    id: asset,
    status: 'enabled',
    precision: decimals,
    precision_display: displayDecimals,
    borrowable: true,
    collateral_value: new WireNumber(collateral.toFixed(3)),
    class: 'currency',
    margin_rate: new WireNumber(Number(marginRate).toFixed(6)),
  };
};

const pairEntry = (instrument: SimInstrument): object => {
  const { spec, priceDecimals, sizeDecimals } = instrument;
  return {
    symbol: socketName(instrument),
    base: instrument.base,
    quote: instrument.quote,
    status: 'online',
    qty_precision: sizeDecimals,
    qty_increment: new WireNumber(spec.lot),
    price_precision: priceDecimals,
    cost_precision: COST_DECIMALS,
    marginable: false,
    has_index: true,
    ws_display_price_precision: priceDecimals,
    cost_min: new WireNumber(spec.minNotional ?? '0'),
    tick_size: new WireNumber(spec.tick),
    price_increment: new WireNumber(spec.tick),
    qty_min: sizeNumber(instrument, instrument.minSize),
  };
};

/** The `data` of an `instrument` frame. */
export const instrumentData = (instruments: readonly SimInstrument[]): object => ({
  assets: [...new Set(instruments.flatMap(({ base, quote }) => [base, quote]))].map(assetEntry),
  pairs: instruments.map(pairEntry),
});

/** A side of `GET /public/Depth`: price, size and the second in which the level changed (here: now). */
const depthSide = (instrument: SimInstrument, levels: readonly Level[], at: number) =>
  levels.map(({ price, size }) => [
    restPrice(instrument, price),
    // Recorded with three decimals; the simulator's levels are finer, and are told in full.
    sizeDigits(instrument, size),
    Math.floor(secondsOf(at)),
  ]);

export const depthRow = (instrument: SimInstrument, book: BookView, at: number): object => ({
  asks: depthSide(instrument, book.asks, at),
  bids: depthSide(instrument, book.bids, at),
});

/** A row of `GET /public/Trades`. */
export const restTradeRow = (trade: SimTrade): readonly unknown[] => [
  restPrice(trade.instrument, trade.price),
  sizeDigits(trade.instrument, trade.size),
  secondsOf(trade.at),
  trade.takerSide === 'buy' ? 'b' : 's',
  'l',
  '',
  trade.id,
];

/** A row of a `trade` frame. The core does not tell whether the taker's order had a limit. */
export const tradeRow = (trade: SimTrade): object => ({
  symbol: socketName(trade.instrument),
  side: trade.takerSide,
  price: priceNumber(trade.instrument, trade.price),
  qty: sizeNumber(trade.instrument, trade.size),
  ord_type: 'limit',
  trade_id: trade.id,
  timestamp: rfc3339(trade.at),
});
