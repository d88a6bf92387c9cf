/** The Kraken spot wire: REST, `/v2` and `/auth/v2` under one port. */
import { newSessionWire, scopesByPath } from '../../session-wire.ts';
import type { VenueWire, WireContext } from '../../wire-port.ts';
import { AccountHub } from './account-hub.ts';
import { DecayingCounts, TIERS, type Tier } from './limits.ts';
import { PublicHub } from './public-hub.ts';
import { RestApi } from './rest.ts';
import { Session, type SessionShared } from './session.ts';
import { Tokens } from './sign.ts';
import { TradeDesk } from './trade-desk.ts';

const PATHS = scopesByPath({ '/v2': 'public', '/auth/v2': 'private' });

/** @param tier of every account; recorded ordinary accounts are intermediate */
export function createKrakenWire(context: WireContext, tier: Tier = TIERS.intermediate): VenueWire {
  const counts = new DecayingCounts(context.clock);
  const publicHub = new PublicHub(context);
  const accountHub = new AccountHub(context);
  const desk = new TradeDesk(context, counts, tier, (order) => accountHub.onCompleted(order));
  const tokens = new Tokens(context.clock, context.random);
  const rest = new RestApi(context, { counts, tier, tokens, desk, tickers: publicHub.tickers });
  const shared: SessionShared = { context, counts, publicHub, accountHub, desk, tokens };
  const unlisten = context.exchange.onEvent((event) => accountHub.onEvent(event));
  const wire = newSessionWire({
    ...PATHS,
    answer: (request) => rest.answer(request),
    open: (connection) => new Session(connection, PATHS.kindOf(connection.path), shared),
    close: () => {
      unlisten();
      desk.deadMan.close();
      publicHub.close();
      accountHub.close();
    },
  });
  return {
    ...wire,
    announceMaintenance: () => {
      for (const session of wire.sessions()) session.tellStatus();
    },
  };
}
