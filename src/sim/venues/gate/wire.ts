/** The Gate API v4 spot wire: REST under `/api/v4`, and one WebSocket protocol under two paths. The venue has a single
 *  address for market data, account and orders; the second path exists so that the simulator can tell the sockets of
 *  the two apart (faults have a scope), and serves the same. */
import { RequestLimits } from '../../request-limits.ts';
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { privateRoutes } from './rest-private.ts';
import { Session, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';

export const PUBLIC_PATH = '/ws/v4/';
export const PRIVATE_PATH = '/private/ws/v4/';
const PATHS = scopesByPath({
  [PUBLIC_PATH]: 'public',
  [PRIVATE_PATH]: 'private',
});

export function createGateWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, limits, (order) => accountHub.onCompleted(order));
  const looks = privateRoutes(context, accountHub);
  const rest = new RestApi({ context, limits, desk, looks, tickers: publicHub.tickers });
  const shared: SessionShared = { context, publicHub, accountHub, desk, orderList: looks['/spot/orders'] };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  return newSessionWire({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => new Session(connection, shared),
    close: () => {
      unlisten();
      desk.deadMan.close();
      publicHub.close();
      accountHub.close();
    },
  });
}
