/** The Bybit v5 spot wire: REST, `/v5/public/spot`, `/v5/private` and `/v5/trade` under one port. */
import { RequestLimits } from '../../request-limits.ts';
import type { ConnectionHandlers } from '../../server.ts';
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PrivateSession } from './private-session.ts';
import { PublicHub } from './public-hub.ts';
import { PublicSession } from './public-session.ts';
import { RestApi } from './rest.ts';
import { Sequences } from './sequences.ts';
import type { SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';
import { TradeSession } from './trade-session.ts';

const PRIVATE = '/v5/private';
const TRADE = '/v5/trade';
const PATHS = scopesByPath({ '/v5/public/spot': 'public', [PRIVATE]: 'private', [TRADE]: 'private' });

export function createBybitWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const sequences = new Sequences(context.exchange);
  const publicHub = new PublicHub(context, sequences);
  const accountHub = new AccountHub(context, sequences);
  const desk = new TradeDesk(context, limits, publicHub.tickers, (order) => accountHub.onCompleted(order));
  const shared: SessionShared = { context, limits, sequences, publicHub, accountHub, desk };
  const rest = new RestApi(shared);
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  return newSessionWire<ConnectionHandlers>({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => {
      if (connection.path === PRIVATE) return new PrivateSession(connection, shared);
      if (connection.path === TRADE) return new TradeSession(connection, shared);
      return new PublicSession(connection, shared);
    },
    close: () => {
      unlisten();
      sequences.close();
      publicHub.close();
      accountHub.close();
    },
  });
}
