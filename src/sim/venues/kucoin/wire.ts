/** KuCoin's classic spot wire: REST, the push sockets under `/endpoint` and the trading socket under `/v1/private`. */
import { DeadManTimers } from '../../dead-man.ts';
import { RequestLimits } from '../../request-limits.ts';
import type { ConnectionHandlers } from '../../server.ts';
import { newSessionWire } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { PushSession, type PushShared } from './push-session.ts';
import { RatePools } from './rate-pools.ts';
import { RestApi } from './rest.ts';
import { accountRoutes } from './rest-account.ts';
import { deadManRoutes } from './rest-dead-man.ts';
import { orderEntryRoutes } from './rest-order-entry.ts';
import { orderQueryRoutes } from './rest-order-queries.ts';
import { publicRoutes } from './rest-public.ts';
import { PUSH_PATH, Tokens } from './tokens.ts';
import { TradeDesk } from './trade-desk.ts';
import { TRADE_PATH, TradeSession, type TradeShared } from './trade-session.ts';

export function createKucoinWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const pools = new RatePools(context.clock);
  const tokens = new Tokens(context);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, (order) => accountHub.onPlaced(order));
  const deadMan = new DeadManTimers(context.exchange);
  const rest = new RestApi(context, pools, [
    ...publicRoutes(context, publicHub, tokens),
    ...accountRoutes(context, publicHub, tokens),
    ...orderEntryRoutes(context, desk),
    ...orderQueryRoutes(context),
    ...deadManRoutes(context, deadMan),
  ]);
  const pushShared: PushShared = { context, limits, tokens, publicHub, accountHub };
  const tradeShared: TradeShared = { context, limits, pools, desk };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  return newSessionWire<ConnectionHandlers>({
    accepts: (path) => path === PUSH_PATH || path === TRADE_PATH,
    // A push socket is as private as its token.
    scopeOf: ({ path, query }) =>
      path === TRADE_PATH || tokens.ofQuery(query)?.account !== undefined ? 'private' : 'public',
    answer: (request) => rest.answer(request),
    open: (connection) =>
      connection.path === TRADE_PATH
        ? new TradeSession(connection, tradeShared)
        : new PushSession(connection, pushShared),
    close: () => {
      unlisten();
      deadMan.close();
      publicHub.close();
      accountHub.close();
    },
  });
}
