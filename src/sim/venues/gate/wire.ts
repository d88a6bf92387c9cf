/** The Gate API v4 spot wire: REST under `/api/v4`, and one WebSocket protocol under two paths. The venue has a single
 *  address for market data, account and orders; the second path exists so that the simulator can tell the sockets of
 *  the two apart (faults have a scope), and serves the same. */
import type { SocketScope } from '../../fault-port.ts';
import { lookup } from '../../lookup.ts';
import { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { privateRoutes } from './rest-private.ts';
import { Session, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';

export const PUBLIC_PATH = '/ws/v4/';
export const PRIVATE_PATH = '/private/ws/v4/';
const SCOPES: Readonly<Record<string, Exclude<SocketScope, 'all'>>> = {
  [PUBLIC_PATH]: 'public',
  [PRIVATE_PATH]: 'private',
};

export function createGateWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, limits, (order) => accountHub.onCompleted(order));
  const looks = privateRoutes(context, accountHub);
  const rest = new RestApi({ context, limits, desk, looks, tickers: publicHub.tickers });
  const shared: SessionShared = { context, publicHub, accountHub, desk, orderList: looks['/spot/orders'] };
  const sessions = new Set<Session>();
  const counts = { requests: 0, connections: 0, messages: 0 };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  const scopeOf = ({ path }: { readonly path: string }): SocketScope => lookup(SCOPES, path) ?? 'all';

  return {
    accepts: (path) => lookup(SCOPES, path) !== undefined,
    scopeOf,
    onRequest: (request) => {
      counts.requests++;
      return rest.answer(request);
    },
    onConnection: (connection: Connection): ConnectionHandlers => {
      counts.connections++;
      const session = new Session(connection, shared);
      sessions.add(session);
      return {
        onMessage: (text) => {
          counts.messages++;
          session.onMessage(text);
        },
        onPing: () => session.onPing(),
        onPong: () => session.onPong(),
        onClose: () => {
          sessions.delete(session);
          session.onClose();
        },
      };
    },
    disconnect: (scope) => {
      const meant = [...sessions].filter(({ connection }) => scope === 'all' || scopeOf(connection) === scope);
      for (const { connection } of meant) connection.terminate();
      return meant.length;
    },
    stats: () => ({ ...counts, open: sessions.size }),
    close: () => {
      unlisten();
      publicHub.close();
      accountHub.close();
      for (const session of sessions) session.onClose();
      sessions.clear();
    },
  };
}
