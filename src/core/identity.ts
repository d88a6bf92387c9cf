/** Which asset a venue's ticker stands for. A ticker is a venue's own word: `1000SATS` is a thousand SATS, and two venues
 *  may use one word for two assets, or two words for one. Pure. */
import { decimalsOf, formatDecimal, parseDecimal, pow10 } from './decimal.ts';
import type { Listing } from './instrument.ts';
import type { VenueId } from './units.ts';

/** What a venue's ticker means. */
export interface AssetMeaning {
  /** The canonical asset. */
  readonly is: string;
  /** One venue unit is 10^exponent canonical units (`1000SATS`: 3). */
  readonly exponent: number;
}

/** A meaning that the configuration gives. */
export interface AssetAlias {
  readonly venue: VenueId;
  readonly asset: string;
  readonly is: string;
  /** Canonical units in one of the venue's; a power of ten. */
  readonly units?: number;
}

/** How exchanges write bundles of cheap coins: `1000SATS`, `10000LADYS`, `1MBABYDOGE`. A name that happens to look so
 *  (`1INCH` does not) is told apart in the configuration. */
const BUNDLE = /^(1000000|100000|10000|1000|1M)([A-Z][A-Z0-9]{2,})$/;
const EXPONENTS: Readonly<Record<string, number>> = {
  '1000': 3,
  '10000': 4,
  '100000': 5,
  '1000000': 6,
  '1M': 6,
};

export function meaningOf(venue: VenueId, asset: string, aliases: readonly AssetAlias[]): AssetMeaning {
  const alias = aliases.find((each) => each.venue === venue && each.asset === asset);
  if (alias !== undefined) return { is: alias.is, exponent: Math.round(Math.log10(alias.units ?? 1)) };
  const [, count = '', name = ''] = BUNDLE.exec(asset) ?? [];
  return name === '' ? { is: asset, exponent: 0 } : { is: name, exponent: EXPONENTS[count] ?? 0 };
}

/** A decimal text times 10^exponent, exact and canonical. */
export function shifted(text: string, exponent: number): string {
  if (exponent === 0) return text;
  const scale = decimalsOf(text);
  const value = parseDecimal(text, scale);
  return exponent >= scale ? formatDecimal(value * pow10(exponent - scale), 0) : formatDecimal(value, scale - exponent);
}

/** A listing in canonical assets and units. What the venue itself calls and counts stays in `native`; a listing whose
 *  names mean what they say comes back as it is. */
export function identified(listing: Listing, aliases: readonly AssetAlias[]): Listing {
  const base = meaningOf(listing.venue, listing.base, aliases);
  const quote = meaningOf(listing.venue, listing.quote, aliases);
  if (base.is === listing.base && quote.is === listing.quote && base.exponent === 0) return listing;
  const { exponent } = base;
  return {
    ...listing,
    instrument: `${base.is}-${quote.is}`,
    base: base.is,
    quote: quote.is,
    priceTick: shifted(listing.priceTick, -exponent),
    sizeLot: shifted(listing.sizeLot, exponent),
    minSize: shifted(listing.minSize, exponent),
    ...(listing.maxSize === undefined ? {} : { maxSize: shifted(listing.maxSize, exponent) }),
    native: listing,
    exponent,
  };
}

/** A venue's listings by what they are. Of several that are the same instrument the one in plain units stays. */
export function identifiedAll(listings: readonly Listing[], aliases: readonly AssetAlias[]): Listing[] {
  const byInstrument = new Map<string, Listing>();
  for (const listing of listings.map((each) => identified(each, aliases))) {
    const known = byInstrument.get(listing.instrument);
    const isPlainer = known === undefined || (known.exponent ?? 0) > (listing.exponent ?? 0);
    if (isPlainer || (!known.trading && listing.trading)) byInstrument.set(listing.instrument, listing);
  }
  return [...byInstrument.values()];
}
