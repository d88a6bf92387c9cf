/** The Bybit v5 spot wire: REST, `/v5/public/spot`, `/v5/private` and `/v5/trade` under one port. */
import { lookup } from '../../lookup.ts';
import { RequestLimits } from '../../request-limits.ts';
import type { Connection } from '../../server.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { PrivateSession } from './private-session.ts';
import { PublicHub } from './public-hub.ts';
import { PublicSession } from './public-session.ts';
import { RestApi } from './rest.ts';
import { Sequences } from './sequences.ts';
import type { Session, SessionShared } from './session.ts';
import { TradeDesk } from './trade-desk.ts';
import { TradeSession } from './trade-session.ts';

const PATHS: Readonly<Record<string, (connection: Connection, shared: SessionShared) => Session>> = {
  '/v5/public/spot': (connection, shared) => new PublicSession(connection, shared),
  '/v5/private': (connection, shared) => new PrivateSession(connection, shared),
  '/v5/trade': (connection, shared) => new TradeSession(connection, shared),
};

export function createBybitWire(context: WireContext): VenueWire {
  const limits = new RequestLimits(context.clock);
  const sequences = new Sequences(context.exchange);
  const publicHub = new PublicHub(context, sequences);
  const accountHub = new AccountHub(context, sequences);
  const desk = new TradeDesk(context, limits, publicHub.tickers, (order) => accountHub.onCompleted(order));
  const shared: SessionShared = { context, limits, sequences, publicHub, accountHub, desk };
  const rest = new RestApi(shared);
  const sessions = new Set<Session>();
  const counts = { requests: 0, connections: 0, messages: 0 };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));

  return {
    accepts: (path) => lookup(PATHS, path) !== undefined,
    scopeOf: ({ path }) =>
      lookup(PATHS, path) === undefined ? 'all' : path === '/v5/public/spot' ? 'public' : 'private',
    onRequest: (request) => {
      counts.requests++;
      return rest.answer(request);
    },
    onConnection: (connection) => {
      counts.connections++;
      const open = lookup(PATHS, connection.path);
      const session = open?.(connection, shared) ?? new PublicSession(connection, shared);
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
    disconnect: (scope) => {
      const meant = [...sessions].filter((session) => scope === 'all' || scope === session.scope);
      for (const { connection } of meant) connection.terminate();
      return meant.length;
    },
    stats: () => ({ ...counts, open: sessions.size }),
    close: () => {
      unlisten();
      sequences.close();
      for (const session of sessions) session.onClose();
      sessions.clear();
      publicHub.close();
      accountHub.close();
    },
  };
}
