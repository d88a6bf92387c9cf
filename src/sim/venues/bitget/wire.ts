/** The Bitget v2 spot wire: REST, `/v2/ws/public` and `/v2/ws/private` under one port. */
import { RequestLimits } from '../../request-limits.ts';
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';

const PATHS = scopesByPath({
  '/v2/ws/public': 'public',
  '/v2/ws/private': 'private',
});

export function createBitgetWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, accountHub);
  const rest = new RestApi(context, limits, { desk, accountHub, tickers: publicHub.tickers });
  const shared: SessionShared = { context, limits, publicHub, accountHub };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  return newSessionWire({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => new Session(connection, PATHS.kindOf(connection.path), shared),
    close: () => {
      unlisten();
      publicHub.close();
      accountHub.close();
    },
  });
}
