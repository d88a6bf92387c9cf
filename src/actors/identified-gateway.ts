/** A gateway that is spoken to in canonical assets and units, and speaks to its venue in the venue's own.
 *  Thread: executor. */

import type { AssetAlias } from '../core/identity.ts';
import { meaningOf, shifted } from '../core/identity.ts';
import type { Listing } from '../core/instrument.ts';
import type {
  Balance,
  CancelOutcome,
  Fill,
  Gateway,
  GatewayEvent,
  OrderRef,
  OrderReport,
  OrderRequest,
  PlaceOutcome,
  QueryOutcome,
} from '../core/order.ts';
import type { GatewayDeps, VenueDescriptor } from '../core/venue.ts';
import { GatewayShell } from '../net/gateway-shell.ts';

/** The venue's gateway; wrapped only where one of its listings means something else than it says. */
export function createIdentifiedGateway(
  venue: VenueDescriptor,
  deps: GatewayDeps,
  aliases: readonly AssetAlias[],
): Gateway {
  const translation = new Translation(venue.id, deps.listings, aliases);
  if (translation.isNone) return venue.createGateway(deps);
  const inner = venue.createGateway({
    ...deps,
    listings: deps.listings.map(nativeOf),
    onEvent: (event) => deps.onEvent(translation.event(event)),
  });
  return new IdentifiedGateway(inner, translation);
}

const nativeOf = (listing: Listing): Listing => listing.native ?? listing;

class Translation {
  readonly isNone: boolean;
  readonly #venue: string;
  readonly #aliases: readonly AssetAlias[];
  readonly #bySymbol: ReadonlyMap<string, Listing>;

  constructor(venue: string, listings: readonly Listing[], aliases: readonly AssetAlias[]) {
    this.#venue = venue;
    this.#aliases = aliases;
    this.#bySymbol = new Map(listings.map((listing) => [listing.symbol, listing]));
    this.isNone = listings.every((listing) => listing.native === undefined);
  }

  order(order: OrderRequest): OrderRequest {
    const { exponent = 0 } = order.listing;
    const native = {
      listing: nativeOf(order.listing),
      ...(order.price === undefined ? {} : { price: shifted(order.price, exponent) }),
    };
    // Of an order by quote only the price has a unit of base in it.
    if (order.size === undefined) return { ...order, ...native };
    return { ...order, ...native, size: shifted(order.size, -exponent) };
  }

  event(event: GatewayEvent): GatewayEvent {
    switch (event.kind) {
      case 'OrderUpdated':
        return { ...event, report: this.report(event.report) };
      case 'LegFilled':
        return { ...event, fill: this.fill(event.fill) };
      case 'BalancesChanged':
        return { ...event, balances: event.balances.map((balance) => this.balance(balance)) };
      default:
        return event;
    }
  }

  report(report: OrderReport): OrderReport {
    return { ...report, filled: shifted(report.filled, this.#exponentOf(report.symbol)) };
  }

  fill(fill: Fill): Fill {
    const exponent = this.#exponentOf(fill.symbol);
    const fee = meaningOf(this.#venue, fill.feeAsset, this.#aliases);
    return {
      ...fill,
      price: shifted(fill.price, -exponent),
      size: shifted(fill.size, exponent),
      fee: shifted(fill.fee, fee.exponent),
      feeAsset: fee.is,
    };
  }

  balance({ asset, free, locked }: Balance): Balance {
    const { is, exponent } = meaningOf(this.#venue, asset, this.#aliases);
    return { asset: is, free: shifted(free, exponent), locked: shifted(locked, exponent) };
  }

  #exponentOf(symbol: string): number {
    return this.#bySymbol.get(symbol)?.exponent ?? 0;
  }
}

class IdentifiedGateway extends GatewayShell implements Gateway {
  readonly #inner: Gateway;
  readonly #translation: Translation;

  constructor(inner: Gateway, translation: Translation) {
    super(inner);
    this.#inner = inner;
    this.#translation = translation;
  }

  place(order: OrderRequest): Promise<PlaceOutcome> {
    return this.#inner.place(this.#translation.order(order));
  }

  cancel(order: OrderRef): Promise<CancelOutcome> {
    return this.#inner.cancel({ ...order, listing: nativeOf(order.listing) });
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    const outcome = await this.#inner.query({ ...order, listing: nativeOf(order.listing) });
    if (outcome.kind !== 'found') return outcome;
    return {
      kind: 'found',
      report: this.#translation.report(outcome.report),
      fills: outcome.fills.map((fill) => this.#translation.fill(fill)),
    };
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    return (await this.#inner.openOrders()).map((report) => this.#translation.report(report));
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    return (await this.#inner.recentFills(nativeOf(listing), sinceMs)).map((fill) => this.#translation.fill(fill));
  }

  async balances(): Promise<readonly Balance[]> {
    return (await this.#inner.balances()).map((balance) => this.#translation.balance(balance));
  }

  feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    return this.#inner.feeRates(nativeOf(listing));
  }
}
