/** What an order of each kind says to its venue, and how far its limit is from the price that was decided on. Pure.
 *
 *  A market order with a price band is an immediate-or-cancel limit at the band's edge, at every venue alike: Binance has no
 *  other, and the slippage settings of true market orders (Bybit's `slippageTolerance`, OKX's `slippagePct`) reject or cut an
 *  order each by a reference price of its own. */
import { divideCeil, divideFloor } from '../core/decimal.ts';
import type { OrderKind, TimeInForce } from '../core/order.ts';
import type { Side } from '../core/units.ts';

/** As it is configured. */
export interface OrderKindSettings {
  readonly kind: OrderKind;
  /** Of `limit-for`, ms. */
  readonly restMs: number;
  /** Of `market-band`. */
  readonly bandBps: number;
}

/** What holds for every order of a kind. */
export interface KindTerms {
  readonly kind: OrderKind;
  /** Our own cancel is due so long after sending, and the venue's own end, where it has one, after `lifeMs`. */
  readonly restMs?: number;
  readonly lifeMs?: number;
  /** Thousandths of a basis point that a limit may be beyond the price decided on. */
  readonly bandUnits: bigint;
}

export const TIME_IN_FORCE: Readonly<Record<OrderKind, TimeInForce>> = {
  ioc: 'ioc',
  fok: 'fok',
  'limit-for': 'gtc',
  'market-band': 'ioc',
};

/** Of hedges, and of legs unless another kind is configured. */
export const IOC_TERMS: KindTerms = { kind: 'ioc', bandUnits: 0n };

/** Room that the venue's own end leaves for our cancel, which comes first. */
const LIFE_MARGIN_MS = 1_000;
const UNITS_PER_BPS = 1_000;
const BAND_UNITS = 10_000n * BigInt(UNITS_PER_BPS);

/** Throws a RangeError for a band that is none. */
export function termsOfKind({ kind, restMs, bandBps }: OrderKindSettings): KindTerms {
  switch (kind) {
    case 'ioc':
    case 'fok':
      return { kind, bandUnits: 0n };
    case 'limit-for':
      return { kind, bandUnits: 0n, restMs, lifeMs: restMs + LIFE_MARGIN_MS };
    case 'market-band':
      if (!(bandBps >= 0 && bandBps < 10_000)) throw new RangeError(`a price band of ${bandBps} bps is none`);
      return { kind, bandUnits: BigInt(Math.floor(bandBps * UNITS_PER_BPS)) };
  }
}

/** The limit of an order that was decided on at `ticks`, which are on the venue's `tick`; it is, too. The band is cut
 *  towards the price: never wider than was asked for. */
export function limitOfKind(side: Side, ticks: bigint, tick: number, { bandUnits }: KindTerms): bigint {
  if (bandUnits === 0n) return ticks;
  const step = BigInt(tick);
  const room = (ticks * bandUnits) / BAND_UNITS;
  return side === 'buy' ? divideFloor(ticks + room, step) * step : divideCeil(ticks - room, step) * step;
}

/** The share of a price that the band is, for the detector's doubles: no less than what `limitOfKind` allows. */
export const bandShare = ({ kind, bandBps }: OrderKindSettings): number =>
  kind === 'market-band' ? bandBps / 10_000 : 0;
