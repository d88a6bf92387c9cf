/** What became of one request, over either way. */
import { Fault } from '../../core/faults.ts';
import type { VenueError } from '../../core/order.ts';
import type { MonoNs } from '../../core/units.ts';

export type Reply =
  | { readonly kind: 'answered'; readonly result: unknown; readonly sentAt: MonoNs; readonly receivedAt: MonoNs }
  | { readonly kind: 'refused'; readonly error: VenueError; readonly sentAt: MonoNs; readonly receivedAt: MonoNs }
  /** It may have been carried out: it was written, and no answer came. */
  | { readonly kind: 'lost'; readonly reason: string; readonly sentAt: MonoNs }
  /** Nothing left this machine. */
  | { readonly kind: 'unsent'; readonly reason: string };

/** What the venue said, as an error; a missing answer is an unknown outcome. */
export function errorOf(reply: Exclude<Reply, { kind: 'answered' }>): VenueError {
  if (reply.kind === 'refused') return reply.error;
  return { class: reply.kind === 'lost' ? 'unknown-outcome' : 'other', code: reply.kind, message: reply.reason };
}

/** A refusal as a fault; it keeps what the venue said. */
export class VenueFault extends Fault {
  readonly error: VenueError;

  constructor(what: string, error: VenueError) {
    const code = error.class === 'auth' ? 'venue/auth' : 'venue/refused';
    super(code, `binance refused ${what}: ${error.message} (${error.code})`, { error });
    this.error = error;
  }
}

/** The fault that `connect`, `balances`, `openOrders` and `recentFills` reject with. */
export function faultOf(what: string, reply: Exclude<Reply, { kind: 'answered' }>): Fault {
  return reply.kind === 'refused'
    ? new VenueFault(what, reply.error)
    : new Fault('venue/unreachable', `binance ${what}: ${reply.reason}`);
}
