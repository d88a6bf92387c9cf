/** The Bitget v2 spot wire: REST, `/v2/ws/public` and `/v2/ws/private` under one port. */
import type { SocketScope } from '../../fault-port.ts';
import { lookup } from '../../lookup.ts';
import { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionKind, type SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';

const PATHS: Readonly<Record<string, SessionKind>> = {
  '/v2/ws/public': 'public',
  '/v2/ws/private': 'private',
};

export function createBitgetWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, accountHub);
  const rest = new RestApi(context, limits, { desk, accountHub, tickers: publicHub.tickers });
  const shared: SessionShared = { context, limits, publicHub, accountHub };
  const sessions = new Set<Session>();
  const counts = { requests: 0, connections: 0, messages: 0 };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));

  return {
    accepts: (path) => lookup(PATHS, path) !== undefined,
    scopeOf: ({ path }) => lookup(PATHS, path) ?? 'all',
    onRequest: (request) => {
      counts.requests++;
      return rest.answer(request);
    },
    onConnection: (connection: Connection): ConnectionHandlers => {
      counts.connections++;
      const session = new Session(connection, lookup(PATHS, connection.path) ?? 'public', shared);
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
      accountHub.close();
      for (const session of sessions) session.onClose();
      sessions.clear();
    },
  };
}
