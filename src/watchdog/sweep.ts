/** Cancels everything of ours that is open at one venue, until the venue says twice that nothing is.
 *  Twice, and not at once: the kernel still delivers what a killed engine wrote to its sockets, and venues list a new order
 *  a moment after they took it. */
import { type Clock, pause } from '../core/clock.ts';
import { messageOf } from '../core/faults.ts';
import { type CancelOutcome, errorText, type OrderReport } from '../core/order.ts';
import type { VenueId } from '../core/venue.ts';
import type { OpenVenue } from './venues.ts';

export interface SweepDeps extends Pick<OpenVenue, 'gateway' | 'listingOf'> {
  readonly venue: VenueId;
  readonly isOurs: (clientId: string) => boolean;
  readonly clock: Clock;
  /** False once the engine is back: what is open then is its own business. */
  readonly shouldGoOn: () => boolean;
  /** For how long a venue is tried that does not answer, or keeps an order open. */
  readonly giveUpMs: number;
}

export interface SweepResult {
  readonly venue: VenueId;
  /** Client ids of ours that were found open, and those whose cancellation the venue took. */
  readonly found: readonly string[];
  readonly cancelled: readonly string[];
  /** `clear`: nothing of ours is open. `unclear`: something is, or the venue does not say. `stopped`: the engine is back. */
  readonly end: 'clear' | 'unclear' | 'stopped';
  /** What went wrong last. */
  readonly trouble?: string;
}

const QUIET_LOOKS = 2;
const LOOK_EVERY_MS = 1_000;
/** Between looks after which something was left to do: 250 ms, 500 ms, … */
const RETRY = { baseMs: 250, maxMs: 5_000 } as const;
/** Cancels that are under way at once. */
const AT_ONCE = 5;

export async function sweep(deps: SweepDeps): Promise<SweepResult> {
  const { venue, gateway, clock, shouldGoOn } = deps;
  const found = new Set<string>();
  const cancelled = new Set<string>();
  let trouble: string | undefined;
  const result = (end: SweepResult['end']): SweepResult => ({
    venue,
    found: [...found],
    cancelled: [...cancelled],
    end,
    ...(trouble === undefined ? {} : { trouble }),
  });
  const endNs = clock.monotonicNs() + deps.giveUpMs * 1e6;
  let quiet = 0;
  for (let attempt = 0; ; attempt++) {
    if (!shouldGoOn()) return result('stopped');
    let waitMs = Math.min(RETRY.maxMs, RETRY.baseMs * 2 ** attempt);
    try {
      const ours = (await gateway.openOrders()).filter(({ clientId }) => deps.isOurs(clientId));
      quiet = ours.length === 0 ? quiet + 1 : 0;
      if (quiet >= QUIET_LOOKS) return result('clear');
      if (quiet > 0) waitMs = LOOK_EVERY_MS;
      for (const { clientId } of ours) found.add(clientId);
      const outcomes = await cancelAll(ours, deps);
      for (const [clientId, outcome] of outcomes) {
        if (outcome.kind === 'cancelled') cancelled.add(clientId);
        if (outcome.kind !== 'failed') continue;
        trouble = `${clientId}: ${errorText(outcome.error)}`;
        waitMs = Math.max(waitMs, outcome.error.retryAfterMs ?? 0);
      }
    } catch (thrown) {
      quiet = 0;
      trouble = messageOf(thrown);
      // It went without a connection: one that is logged on may get through, and reads the venue's clock.
      if (attempt === 0) gateway.connect().catch(() => {});
    }
    if (clock.monotonicNs() + waitMs * 1e6 > endNs) return result('unclear');
    await pause(clock, waitMs);
  }
}

async function cancelAll(
  orders: readonly OrderReport[],
  { gateway, listingOf, shouldGoOn }: SweepDeps,
): Promise<readonly (readonly [clientId: string, outcome: CancelOutcome])[]> {
  const outcomes: (readonly [string, CancelOutcome])[] = [];
  const waiting = [...orders];
  const cancelNext = async (): Promise<void> => {
    for (let order = waiting.shift(); order !== undefined && shouldGoOn(); order = waiting.shift()) {
      const { clientId, symbol } = order;
      outcomes.push([clientId, await gateway.cancel({ clientId, listing: await listingOf(symbol) })]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, cancelNext));
  return outcomes;
}
