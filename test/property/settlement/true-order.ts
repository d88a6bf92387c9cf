/** An order as it really is. */
import type { Fill, OrderRequest, OrderStatus } from '../../../src/core/order.ts';
import { units } from './plain.ts';
import type { Tape } from './tape.ts';

const FATES = ['answered', 'silent', 'unanswered', 'refused', 'lost', 'denied', 'repeated', 'thrown'] as const;
/** How often each is drawn, of 16. */
const FATE_AT = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7] as const;

export interface TrueOrder {
  readonly clientId: string;
  readonly venue: number;
  readonly isBuy: boolean;
  readonly size: bigint;
  readonly price: bigint;
  readonly sentAt: number;
  /** `denied`: it lives, and the answer says that it was rejected. `repeated`: the answer is "duplicate id". `thrown`: the
   *  gateway throws after the order left. */
  readonly fate: (typeof FATES)[number];
  readonly fills: Fill[];
  filled: bigint;
  state: 'under way' | 'never' | 'open' | 'done';
  status: OrderStatus;
  arrivedAt: number;
  /** The truth about it has to come by itself: what was said of it is wrong, and believed, so that nobody may ask. */
  isMistold: boolean;
}

export const newOrder = (request: OrderRequest, venue: number, now: number, tape: Tape): TrueOrder => ({
  clientId: request.clientId,
  venue,
  isBuy: request.side === 'buy',
  size: units(request.size ?? '0'),
  price: units(request.price ?? '0'),
  sentAt: now,
  fate: FATES[FATE_AT[tape.draw(16)] as number] as TrueOrder['fate'],
  fills: [],
  filled: 0n,
  state: 'under way',
  status: 'open',
  arrivedAt: 0,
  isMistold: false,
});
