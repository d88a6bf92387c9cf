/** Chooses the server that the simulated exchanges stand on. */
import type { Log } from '../core/log.ts';
import type { ServerKind } from './server.ts';
import { loadUws } from './server-uws.ts';
import { wsServer } from './server-ws.ts';

/** Picks uWebSockets.js where it loads and `ws` elsewhere; says once which one serves, and why. */
export async function pickServer(log: Log): Promise<ServerKind> {
  const uws = await loadUws();
  if (uws.kind !== undefined) {
    log.info({ server: uws.kind.name }, 'simulated exchanges are served by uWebSockets.js');
    return uws.kind;
  }
  log.info({ server: wsServer.name, reason: uws.reason }, 'simulated exchanges are served by ws');
  return wsServer;
}
