/** The Kraken spot wire: REST, `/v2` and `/auth/v2` under one port. */
import type { SocketScope } from '../../fault-port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { DecayingCounts, TIERS, type Tier } from './limits.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionKind, type SessionShared } from './session.ts';
import { Tokens } from './sign.ts';
import { TradeDesk } from './trade-desk.ts';

const PATHS: Readonly<Record<string, SessionKind>> = { '/v2': 'public', '/auth/v2': 'private' };

/** @param tier of every account; recorded ordinary accounts are intermediate */
export function createKrakenWire(context: WireContext, tier: Tier = TIERS.intermediate): VenueWire {
  const counts = new DecayingCounts(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, counts, tier, (order) => accountHub.onCompleted(order));
  const tokens = new Tokens(context.clock, context.random);
  const rest = new RestApi(context, { counts, tier, tokens, desk, tickers: publicHub.tickers });
  const shared: SessionShared = { context, counts, publicHub, accountHub, desk, tokens };
  const sessions = new Set<Session>();
  const totals = { requests: 0, connections: 0, messages: 0 };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));

  return {
    accepts: (path) => PATHS[path] !== undefined,
    scopeOf: ({ path }) => PATHS[path] ?? 'all',
    announceMaintenance: () => {
      for (const session of sessions) session.tellStatus();
    },
    onRequest: (request) => {
      totals.requests++;
      return rest.answer(request);
    },
    onConnection: (connection: Connection): ConnectionHandlers => {
      totals.connections++;
      const session = new Session(connection, PATHS[connection.path] ?? 'public', shared);
      sessions.add(session);
      return {
        onMessage: (text) => {
          totals.messages++;
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
    stats: () => ({ ...totals, open: sessions.size }),
    close: () => {
      unlisten();
      publicHub.close();
      accountHub.close();
      for (const session of sessions) session.onClose();
      sessions.clear();
    },
  };
}
