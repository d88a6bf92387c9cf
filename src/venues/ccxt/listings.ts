/** Spot markets of ccxt as listings. Thread: the ccxt worker. Pure. The exchange object gives numbers as texts. */
import type { Market } from 'ccxt';
import { canonical, isZero } from '../../core/decimal-text.ts';
import type { Listing } from '../../core/instrument.ts';
import { numberText } from './frames.ts';

/** ccxt's `precisionMode`s. */
const DECIMAL_PLACES = 2;
const TICK_SIZE = 4;

const ID_PART = /^[A-Z0-9]+$/;

/** Undefined for what cannot be traded on a grid: no spot market, no tick, or a name that is none of ours. */
export function listingOf(venue: string, market: Market, precisionMode: number): Listing | undefined {
  if (market?.spot !== true || !ID_PART.test(market.base) || !ID_PART.test(market.quote)) return undefined;
  const priceTick = stepOf(market.precision.price, precisionMode);
  const sizeLot = stepOf(market.precision.amount, precisionMode);
  if (priceTick === undefined || sizeLot === undefined || market.id === undefined) return undefined;
  const maxSize = positive(market.limits?.amount?.max);
  const minNotional = positive(market.limits?.cost?.min);
  return {
    venue,
    instrument: `${market.base}-${market.quote}`,
    base: market.base,
    quote: market.quote,
    symbol: market.id,
    // ccxt leaves it open where the venue does not say.
    trading: market.active !== false,
    priceTick,
    sizeLot,
    minSize: positive(market.limits?.amount?.min) ?? sizeLot,
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(minNotional === undefined ? {} : { minNotional }),
  };
}

function stepOf(precision: unknown, mode: number): string | undefined {
  if (mode === TICK_SIZE) return positive(precision);
  const places = Number(precision);
  if (mode !== DECIMAL_PLACES || !Number.isInteger(places)) return undefined;
  return places > 0 ? `0.${'0'.repeat(places - 1)}1` : `1${'0'.repeat(-places)}`;
}

function positive(value: unknown): string | undefined {
  const text = numberText(value);
  return text === '' || text.startsWith('-') || isZero(text) ? undefined : canonical(text);
}
