/** Before anything is traded: every venue is asked what became of what others left open. What is open is cancelled, what
 *  was filled is booked. Ids are deterministic and fills known by their trade ids: doing it twice changes nothing.
 *  Thread: executor. */
import { isOurs } from '../core/client-id.ts';
import { type Clock, pause } from '../core/clock.ts';
import { type Fault, messageOf } from '../core/faults.ts';
import type { Row, Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { Gateway, GatewayEvent } from '../core/order.ts';
import type { RecoveryRecord } from '../core/recovery-record.ts';
import type { TakenOver } from './executor.ts';
import { cancelOrders, tellOrphans } from './open-orders.ts';

const LOOK_EVERY_MS = 20;
/** Between two tries of a question that was refused: Kraken, for one, grants a call every two seconds. */
const ASK_AGAIN_MS = 2_000;

export interface RecoveryDeps {
  readonly run: string;
  /** 5 characters of [0-9a-z]: the installation's. */
  readonly instance: string;
  readonly universe: Universe;
  readonly gateways: readonly Gateway[];
  readonly clock: Clock;
  /** A question that is refused is asked again for this long: a start soon after another finds limits used up. */
  readonly patienceMs: number;
  readonly log: Log;
  readonly executor: {
    inquire(): void;
    unsettled(): string[];
    knows(clientId: string): boolean;
    hasSettled(clientId: string): boolean;
    onGatewayEvent(venueIndex: number, event: GatewayEvent): void;
  };
  /** Fills booked so far. */
  readonly fillsSoFar: () => number;
  readonly onFault: (fault: Fault) => void;
}

type Found = Pick<RecoveryRecord, 'cancelled' | 'orphans'>;

/** Settles what was taken over; resolves when nothing is left to ask for: every question ends in time, or its venue may not
 *  be asked for so long that the others trade without it. */
export async function recover(deps: RecoveryDeps, taken: TakenOver): Promise<RecoveryRecord> {
  const { clock, universe, executor, fillsSoFar } = deps;
  const startedAt = clock.wallMs();
  const fillsBefore = fillsSoFar();
  const asked = executor.unsettled();
  executor.inquire();
  const found = await Promise.all(universe.venues.map((_, venueIndex) => cancelOpen(deps, venueIndex)));
  await Promise.all(taken.rows.map((row) => bookRecent(deps, universe.rows[row] as Row, taken.since)));
  while (executor.unsettled().length > 0) await pause(clock, LOOK_EVERY_MS);
  const at = clock.wallMs();
  return {
    kind: 'Recovery',
    id: `${deps.run}-${at}`,
    run: deps.run,
    at,
    tookMs: at - startedAt,
    legSets: taken.open,
    stranded: taken.stranded,
    fills: fillsSoFar() - fillsBefore,
    cancelled: found.flatMap(({ cancelled }) => cancelled),
    orphans: found.flatMap(({ orphans }) => orphans),
    unknown: asked.filter((clientId) => !executor.hasSettled(clientId)),
  };
}

/** Nothing of ours may stand open at a venue before this run sends its first order. */
async function cancelOpen(deps: RecoveryDeps, venueIndex: number): Promise<Found> {
  const { universe, gateways, instance, executor, log } = deps;
  const gateway = gateways[venueIndex];
  const venue = universe.venues[venueIndex] ?? '';
  if (gateway?.isUp !== true) return { cancelled: [], orphans: [] };
  try {
    const listed = await persistently(deps, gateway, () => gateway.openOrders());
    const open = listed.filter(({ clientId }) => isOurs(clientId, instance));
    const orphans = open.filter(({ clientId }) => !executor.knows(clientId)).map(({ clientId }) => clientId);
    await cancelOrders(deps, venueIndex, open);
    tellOrphans(deps, venueIndex, orphans);
    return { cancelled: open.map(({ clientId }) => clientId), orphans };
  } catch (thrown) {
    log.warn({ venue, cause: messageOf(thrown) }, 'open orders could not be listed');
    return { cancelled: [], orphans: [] };
  }
}

/** Fills that nobody was there to hear of, also of orders that were settled. */
async function bookRecent(deps: RecoveryDeps, row: Row, since: number): Promise<void> {
  const { gateways, instance, executor, log } = deps;
  const gateway = gateways[row.venueIndex];
  if (gateway?.isUp !== true) return;
  try {
    for (const fill of await persistently(deps, gateway, () => gateway.recentFills(row.listing, since))) {
      if (isOurs(fill.clientId, instance)) executor.onGatewayEvent(row.venueIndex, { kind: 'LegFilled', fill });
    }
  } catch (thrown) {
    log.warn({ venue: row.venue, symbol: row.listing.symbol, cause: messageOf(thrown) }, 'fills could not be listed');
  }
}

async function persistently<T>(
  { clock, patienceMs }: RecoveryDeps,
  gateway: Gateway,
  ask: () => Promise<T>,
): Promise<T> {
  const deadline = clock.wallMs() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (!gateway.isUp || clock.wallMs() + ASK_AGAIN_MS > deadline) throw thrown;
      await pause(clock, ASK_AGAIN_MS);
    }
  }
}
