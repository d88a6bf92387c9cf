/** Planted troubles of sockets, the same for every venue, between server and wire:
 *  `freeze`: sockets stay open; nothing comes out of them, pongs included, and all goes on when it is over.
 *  `half-open`: the sockets that are open when it is planted are dead for ever: nothing comes out of them, and nothing
 *  that is sent into them arrives; new ones work.
 *  `maintenance`: as `VenueWire.announceMaintenance` says. */
import type { Clock } from '../core/clock.ts';
import type { SocketScope, VenueFaults } from './fault-port.ts';
import type { Connection, ServerHandlers } from './server.ts';
import type { VenueWire } from './wire-port.ts';

export interface TroubledWire extends ServerHandlers {
  /** Makes the sockets that are open now dead for ever; returns how many. */
  halfOpen(scope: SocketScope): number;
  /** A `maintenance` fault was planted. */
  maintain(): void;
  close(): void;
}

export function troubled(wire: VenueWire, faults: VenueFaults, clock: Clock): TroubledWire {
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
    onRequest: (request) => wire.onRequest(request),
    accepts: (path) => wire.accepts(path) && (wire.announceMaintenance !== undefined || !inMaintenance()),
    ...(wire.refusal === undefined ? {} : { refusal: (path, headers) => wire.refusal?.(path, headers) }),
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
  };
}
