/** Market data in Coinbase's words. REST bodies: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/
 *  (products, public); WebSocket events: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/
 *  websocket-channels. Keys and their order as recorded in August 2026. */
import { amountText, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import { assetName } from '../../asset-names.ts';
import type { Sides } from '../../book-window.ts';
import type { BookView, Level, SimInstrument, SimTrade, TopOfBook } from '../../port.ts';
import { type Days, shortText } from './days.ts';
import { isoTime } from './times.ts';

/** Largest `quote_size`; Coinbase states it for all products in USDT alike. */
export const QUOTE_MAX_SIZE = '10000000';

export function productRow(instrument: SimInstrument, days: Days): object {
  const { spec, base, quote, symbol } = instrument;
  const day = days.of(instrument);
  return {
    product_id: symbol,
    price: day.last,
    price_percentage_change_24h: day.changePercent,
    volume_24h: day.volume,
    volume_percentage_change_24h: '0',
    base_increment: spec.lot,
    quote_increment: spec.tick,
    quote_min_size: spec.minNotional ?? '1',
    quote_max_size: QUOTE_MAX_SIZE,
    base_min_size: spec.minSize,
    base_max_size: spec.maxSize,
    base_name: assetName(base),
    quote_name: assetName(quote),
    watched: false,
    is_disabled: false,
    new: false,
    status: 'online',
    cancel_only: false,
    limit_only: false,
    post_only: false,
    trading_disabled: false,
    auction_mode: false,
    product_type: 'SPOT',
    quote_currency_id: quote,
    base_currency_id: base,
    fcm_trading_session_details: null,
    mid_market_price: '',
    alias: '',
    alias_to: [],
    base_display_symbol: base,
    quote_display_symbol: quote,
    view_only: false,
    price_increment: spec.tick,
    display_name: symbol,
    product_venue: 'CBE',
    approximate_quote_24h_volume: (Number(day.volume) * Number(day.last)).toFixed(2),
    new_at: '2023-01-01T00:00:00Z',
    market_cap: '',
    base_cbrn: '',
    quote_cbrn: '',
    product_cbrn: '',
    icon_color: '',
    icon_url: '',
    display_name_overwrite: '',
    is_alpha_testing: false,
    about_description: '',
    best_bid_price: '',
    best_ask_price: '',
    high_24h: day.high,
    low_24h: day.low,
  };
}

const levelRow = (instrument: SimInstrument, { price, size }: Level): object => ({
  price: priceText(instrument, price),
  size: sizeText(instrument, size),
});

export const priceBook = (instrument: SimInstrument, book: BookView, at: number): object => ({
  product_id: instrument.symbol,
  bids: book.bids.map((level) => levelRow(instrument, level)),
  asks: book.asks.map((level) => levelRow(instrument, level)),
  time: isoTime(at),
});

/** The body of a product book; what stands beside the book is left empty while a side is. */
export function productBook(instrument: SimInstrument, book: BookView, at: number): object {
  const { bid, ask } = book;
  const pricebook = priceBook(instrument, book, at);
  if (bid === undefined || ask === undefined) {
    return { pricebook, last: '', mid_market: '', spread_bps: '', spread_absolute: '' };
  }
  const unit = 10 ** instrument.priceDecimals;
  const middle = amountText(
    (quoteAmount(instrument, bid.price + ask.price, 1) * 10n ** BigInt(instrument.sizeDecimals)) / 2n,
  );
  return {
    pricebook,
    last: middle,
    mid_market: middle,
    spread_bps: shortText(((ask.price - bid.price) / ((ask.price + bid.price) / 2)) * 10_000),
    spread_absolute: shortText((ask.price - bid.price) / unit),
  };
}

/** `side` is the maker's (documented, and so recorded): a buyer who takes is told as `SELL`. */
const makerSide = (trade: SimTrade): 'BUY' | 'SELL' => (trade.takerSide === 'buy' ? 'SELL' : 'BUY');

export const restTradeRow = (trade: SimTrade): object => ({
  trade_id: String(trade.id),
  product_id: trade.instrument.symbol,
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  time: isoTime(trade.at),
  side: makerSide(trade),
  bid: '',
  ask: '',
  exchange: 'coinbase',
});

export const tradeRow = (trade: SimTrade): object => ({
  product_id: trade.instrument.symbol,
  trade_id: String(trade.id),
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  time: isoTime(trade.at),
  side: makerSide(trade),
});

/** @param top absent in `ticker_batch`, which has no best prices */
export function tickerRow(instrument: SimInstrument, days: Days, top?: TopOfBook): object {
  const day = days.of(instrument);
  const price = (level: Level | undefined): string => (level === undefined ? '' : priceText(instrument, level.price));
  const size = (level: Level | undefined): string => (level === undefined ? '' : sizeText(instrument, level.size));
  const best =
    top === undefined
      ? {}
      : {
          best_bid: price(top.bid),
          best_ask: price(top.ask),
          best_bid_quantity: size(top.bid),
          best_ask_quantity: size(top.ask),
        };
  return {
    type: 'ticker',
    product_id: instrument.symbol,
    price: day.last,
    volume_24_h: day.volume,
    low_24_h: day.low,
    high_24_h: day.high,
    low_52_w: day.low,
    high_52_w: day.high,
    price_percent_chg_24_h: day.changePercent,
    ...best,
  };
}

/** Levels of a `level2` event: bids from the best down, then offers from the best up, each with its new size. */
export function levelUpdates(instrument: SimInstrument, { bids, asks }: Sides, at: number): readonly object[] {
  const event_time = isoTime(at);
  const row = (side: 'bid' | 'offer', { price, size }: Level): object => ({
    side,
    event_time,
    price_level: priceText(instrument, price),
    new_quantity: sizeText(instrument, size),
  });
  return [...bids.map((level) => row('bid', level)), ...asks.map((level) => row('offer', level))];
}

/** A row of the `status` channel. */
export const statusRow = ({ symbol, base, quote, spec }: SimInstrument): object => ({
  product_type: 'SPOT',
  id: symbol,
  base_currency: base,
  quote_currency: quote,
  base_increment: spec.lot,
  quote_increment: spec.tick,
  display_name: `${base}/${quote}`,
  status: 'online',
  status_message: '',
  min_market_funds: spec.minNotional ?? '1',
});
