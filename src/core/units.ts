/** Branded numbers. Grid values are doubles that hold integers: a price in ticks is `price × 10^priceDecimals`. */

/** A price on its instrument's grid. */
export type Ticks = number & { readonly __unit: 'ticks' };
/** A size in base units on its instrument's grid. */
export type Lots = number & { readonly __unit: 'lots' };
/** Basis points: 1/10,000. */
export type Bps = number & { readonly __unit: 'bps' };
/** Nanoseconds of this machine's monotonic clock; never leaves the process. */
export type MonoNs = number & { readonly __unit: 'mono-ns' };
/** Milliseconds since 1970, wall time. */
export type EpochMs = number & { readonly __unit: 'epoch-ms' };

/** Past this a double no longer holds every integer; sizes saturate here and are flagged. */
export const GRID_MAX = Number.MAX_SAFE_INTEGER;

/** The common grid of one instrument over all venues. `version` changes whenever either exponent does. */
export interface Grid {
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  readonly version: number;
}

/** A venue's id in configuration and records: the name of its folder (`binance`). */
export type VenueId = string;

export type Side = 'buy' | 'sell';

/** The side that a venue names as we do. */
export const sideOf = (name: unknown): Side | undefined => (name === 'buy' || name === 'sell' ? name : undefined);

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

/** Proves to the compiler that a switch is exhaustive; reached only through a bug. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
