/** The Coinbase Advanced Trade spot wire: REST, and the two WebSocket hosts as `/market` and `/user` under one port. */
import { monotonicMs } from '../../clock-readings.ts';
import { RequestLimits } from '../../request-limits.ts';
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { CONNECTIONS } from './limits.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';
import { UserHub } from './user-hub.ts';

const PATHS = scopesByPath({ '/market': 'public', '/user': 'private' });

export function createCoinbaseWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const userHub = new UserHub(context);
  const desk = new TradeDesk(context, (order) => userHub.onPlaced(order));
  const rest = new RestApi(context, limits, desk, publicHub.days);
  const startedAtMs = monotonicMs(context.clock);
  const shared: SessionShared = { context, limits, publicHub, userHub, startedAtMs };
  const unlisten = context.exchange.onEvent((event) => userHub.onEvent(event));
  return newSessionWire({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => {
      if (limits.take('connections', CONNECTIONS)) {
        return new Session(connection, PATHS.kindOf(connection.path), shared);
      }
      connection.terminate();
      return undefined;
    },
    close: () => {
      unlisten();
      publicHub.close();
      userHub.close();
    },
  });
}
