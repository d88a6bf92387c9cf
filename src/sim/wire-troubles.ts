/** Planted troubles of sockets, the same for every venue, between server and wire:
 *  `freeze`: sockets stay open; nothing comes out of them, pongs included, and all goes on when it is over.
 *  `half-open`: the sockets that are open when it is planted are dead for ever: nothing comes out of them, and nothing
 *  that is sent into them arrives; new ones work.
 *  `maintenance`: as `VenueWire.announceMaintenance` says. */
import type { Clock } from '../core/clock.ts';
import type { SocketScope, VenueFaults } from './fault-port.ts';
import { type Limit, RequestLimits } from './request-limits.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import type { Connection, HttpOut, ServerHandlers } from './server.ts';
import type { VenueWire } from './wire-port.ts';

export interface TroubledWire extends ServerHandlers {
  /** Makes the sockets that are open now dead for ever; returns how many. */
  halfOpen(scope: SocketScope): number;
  /** A `maintenance` fault was planted. */
  maintain(): void;
  close(): void;
  /** What was asked of the venue, oldest first. */
  readonly requests: readonly LoggedRequest[];
}

/** What an address that connects too often is answered; the venues do not say. */
const TOO_MANY: HttpOut = { status: 429, body: '' };

/** @param connections how many connections one address, here always the same, may open; absent: any number */
export function troubled(wire: VenueWire, faults: VenueFaults, clock: Clock, connections?: Limit): TroubledWire {
  const log = new RequestLog(clock);
  const limits = new RequestLimits(clock);
  const open = new Set<Connection>();
  const dead = new WeakSet<Connection>();
  let cancelEnd = (): void => {};
  const inMaintenance = (): boolean => faults.peek('maintenance') !== undefined;
  const isMeant = (connection: Connection, scope: SocketScope): boolean => {
    const own = wire.scopeOf(connection);
    return scope === 'all' || own === 'all' || own === scope;
  };

  const awaitEnd = (): void => {
    const { until = 0 } = faults.peek('maintenance') ?? {};
    const waitMs = Math.min(Math.max(until - clock.wallMs(), 10), 1000);
    cancelEnd = clock.after(waitMs, () => {
      if (inMaintenance()) awaitEnd();
      else wire.announceMaintenance?.(false);
    });
  };

  return {
    onRequest: async (request) => {
      const at = log.now();
      const answer = await wire.onRequest(request);
      log.note(at, request.method, request.path, answer);
      return answer;
    },
    accepts: (path) => wire.accepts(path) && (wire.announceMaintenance !== undefined || !inMaintenance()),
    refusal: (path, headers) => {
      const fits = connections === undefined || limits.take('connections', connections);
      const refusal = fits ? wire.refusal?.(path, headers) : TOO_MANY;
      log.note(log.now(), 'CONNECT', path, refusal ?? 'open');
      return refusal;
    },
    gate: (connection) =>
      !dead.has(connection) &&
      faults.peek('freeze', { scope: wire.scopeOf(connection) }) === undefined &&
      (wire.gate?.(connection) ?? true),
    onConnection: (connection) => {
      open.add(connection);
      const own = wire.onConnection(connection);
      const alive = (act: () => void): void => {
        if (!dead.has(connection)) act();
      };
      return {
        onMessage: (text) => alive(() => own.onMessage(text)),
        onPing: () => alive(() => own.onPing?.()),
        onPong: () => alive(() => own.onPong?.()),
        onClose: () => {
          open.delete(connection);
          own.onClose();
        },
      };
    },
    halfOpen: (scope) => {
      const meant = [...open].filter((connection) => !dead.has(connection) && isMeant(connection, scope));
      for (const connection of meant) dead.add(connection);
      return meant.length;
    },
    maintain: () => {
      cancelEnd();
      if (wire.announceMaintenance === undefined) wire.disconnect('all');
      else wire.announceMaintenance(true);
      awaitEnd();
    },
    close: () => {
      cancelEnd();
      wire.close();
    },
    requests: log.entries,
  };
}
