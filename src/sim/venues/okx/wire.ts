/** The OKX v5 spot wire: REST, `/ws/v5/public` and `/ws/v5/private` under one port. */
import { DeadManTimers } from '../../dead-man.ts';
import { RequestLimits } from '../../request-limits.ts';
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';

const PATHS = scopesByPath({
  '/ws/v5/public': 'public',
  '/ws/v5/private': 'private',
});

export function createOkxWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context, publicHub.tickers);
  const desk = new TradeDesk(context, limits, (order) => accountHub.onCompleted(order));
  const deadMan = new DeadManTimers(context.exchange);
  const rest = new RestApi(context, limits, desk, publicHub.tickers, deadMan);
  const shared: SessionShared = { context, limits, publicHub, accountHub, desk };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  return newSessionWire({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => new Session(connection, PATHS.kindOf(connection.path), shared),
    close: () => {
      unlisten();
      deadMan.close();
      publicHub.close();
      accountHub.close();
    },
  });
}
