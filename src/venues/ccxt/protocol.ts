/** What an engine thread and a ccxt worker say to each other. Plain data; only `Frame` is frequent. */
import type { Listing } from '../../core/instrument.ts';
import type { GatewayEvent, OrderRef, OrderRequest, VenueError } from '../../core/order.ts';
import type { MonoNs } from '../../core/units.ts';
import type { Credentials, Endpoints } from '../../core/venue.ts';

/** What a worker is started with. Keys only where orders are entered. */
export interface CcxtWorkerData {
  /** As the configuration names the venue. */
  readonly venue: string;
  /** ccxt's class. */
  readonly exchange: string;
  readonly endpoints: Endpoints;
  readonly isTestnet: boolean;
  /** Handed to ccxt's constructor as `options`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly credentials?: Credentials;
  readonly listings?: readonly Listing[];
}

/** A question of the gateway's, and of `loadListings`. */
export type Ask =
  | { readonly kind: 'listings' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'place'; readonly order: OrderRequest }
  | { readonly kind: 'cancel'; readonly order: OrderRef }
  | { readonly kind: 'query'; readonly order: OrderRef }
  | { readonly kind: 'openOrders' }
  | { readonly kind: 'recentFills'; readonly listing: Listing; readonly sinceMs: number }
  | { readonly kind: 'balances' }
  | { readonly kind: 'feeRates'; readonly listing: Listing }
  | { readonly kind: 'close' };

export type ToCcxt =
  /** A virtual socket: the books of these symbols, streamed until it is closed. */
  | { readonly kind: 'Open'; readonly socket: number; readonly symbols: readonly string[] }
  | { readonly kind: 'Ping'; readonly socket: number }
  | { readonly kind: 'Close'; readonly socket: number }
  | { readonly kind: 'Ask'; readonly id: number; readonly ask: Ask };

export type FromCcxt =
  | { readonly kind: 'Opened'; readonly socket: number }
  | { readonly kind: 'Frame'; readonly socket: number; readonly bytes: Uint8Array; readonly receivedAt: MonoNs }
  /** Every connection of that socket has been heard anew. */
  | { readonly kind: 'Pong'; readonly socket: number }
  | { readonly kind: 'Closed'; readonly socket: number; readonly reason: string }
  | { readonly kind: 'Answered'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'Refused'; readonly id: number; readonly error: VenueError }
  | { readonly kind: 'Event'; readonly event: GatewayEvent; readonly isUp: boolean };
