/** The Coinbase Advanced Trade spot wire: REST, and the two WebSocket hosts as `/market` and `/user` under one port. */
import type { SocketScope } from '../../fault-port.ts';
import { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { CONNECTIONS } from './limits.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionKind, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';
import { UserHub } from './user-hub.ts';

const PATHS: Readonly<Record<string, SessionKind>> = { '/market': 'public', '/user': 'private' };
const kindOf = (path: string): SessionKind | undefined => (Object.hasOwn(PATHS, path) ? PATHS[path] : undefined);

export function createCoinbaseWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const userHub = new UserHub(context);
  const desk = new TradeDesk(context, (order) => userHub.onPlaced(order));
  const rest = new RestApi(context, limits, desk, publicHub.days);
  const startedAtMs = context.clock.monotonicNs() / 1e6;
  const shared: SessionShared = { context, limits, publicHub, userHub, startedAtMs };
  const sessions = new Set<Session>();
  const counts = { requests: 0, connections: 0, messages: 0 };
  const unlisten = context.exchange.onEvent((event) => userHub.onEvent(event));

  return {
    accepts: (path) => kindOf(path) !== undefined,
    scopeOf: ({ path }) => kindOf(path) ?? 'all',
    onRequest: (request) => {
      counts.requests++;
      return rest.answer(request);
    },
    onConnection: (connection: Connection): ConnectionHandlers => {
      counts.connections++;
      if (!limits.take('connections', CONNECTIONS)) {
        connection.terminate();
        return { onMessage: () => {}, onClose: () => {} };
      }
      const session = new Session(connection, kindOf(connection.path) ?? 'public', shared);
      sessions.add(session);
      return {
        onMessage: (text) => {
          counts.messages++;
          session.onMessage(text);
        },
        onClose: () => {
          sessions.delete(session);
          session.onClose();
        },
      };
    },
    disconnect: (scope: SocketScope) => {
      const meant = [...sessions].filter(({ kind }) => scope === 'all' || scope === kind);
      for (const { connection } of meant) connection.terminate();
      return meant.length;
    },
    stats: () => ({ ...counts, open: sessions.size }),
    close: () => {
      unlisten();
      publicHub.close();
      userHub.close();
      for (const session of sessions) session.onClose();
      sessions.clear();
    },
  };
}
