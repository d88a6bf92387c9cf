/** What the connections of a wire share. */
import type { RequestLimits } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub } from './account-hub.ts';
import type { PublicHub } from './public-hub.ts';
import type { Sequences } from './sequences.ts';
import type { TradeDesk } from './trade-desk.ts';

export interface SessionShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly sequences: Sequences;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
  readonly desk: TradeDesk;
}
