/** The way to one venue that keeps to its limits: order entry, sockets and HTTP around one budget. Thread: executor. */

import { Fault } from '../core/faults.ts';
import type { AssetAlias } from '../core/identity.ts';
import { errorText, type Gateway } from '../core/order.ts';
import { RateBudget } from '../core/rate-budget.ts';
import type { GatewayDeps, VenueDescriptor } from '../core/venue.ts';
import { BudgetedGateway } from '../net/budgeted-gateway.ts';
import { meteredHttp } from '../net/metered-http.ts';
import { pacedSockets } from '../net/paced-sockets.ts';
import { createIdentifiedGateway } from './identified-gateway.ts';

export interface VenueAccess {
  readonly gateway: Gateway;
  readonly budget: RateBudget;
}

/** @param onFault hears of each episode of refusals once */
export function accessTo(
  venue: VenueDescriptor,
  deps: Omit<GatewayDeps, 'onRates'>,
  aliases: readonly AssetAlias[],
  onFault: (fault: Fault) => void,
): VenueAccess {
  const { clock } = deps;
  const limits = venue.rateLimits;
  const budget = new RateBudget({
    venue: venue.id,
    limits,
    clock,
    onEpisode: (error, waitMs) => {
      const isBan = error.isBan === true;
      const what = isBan ? 'keeps us out' : 'is asked too often';
      const details = { venue: venue.id, venueCode: error.code, waitMs: Math.ceil(waitMs), isBan };
      onFault(new Fault('venue/rate-limited', `${venue.id} ${what}: ${errorText(error)}`, details));
    },
  });
  const inner = createIdentifiedGateway(
    venue,
    {
      ...deps,
      http: meteredHttp(deps.http, budget, limits),
      sockets: pacedSockets({
        sockets: deps.sockets,
        clock,
        rate: limits.connections,
        closedMs: () => budget.banWaitMs,
      }),
      onRates: (readings) => {
        for (const reading of readings) budget.correct(reading);
      },
    },
    aliases,
  );
  return { gateway: new BudgetedGateway(inner, budget, clock), budget };
}
