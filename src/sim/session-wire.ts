/** The frame of a wire: it opens a session for each connection, counts, and finds the sockets of a scope. What is said
 *  over them is the venue's. */
import type { SocketScope } from './fault-port.ts';
import type { Connection, ConnectionHandlers, HttpAnswer, HttpIn } from './server.ts';
import type { VenueWire } from './wire-port.ts';

/** What a venue puts into the frame. */
export interface SessionWireParts<Session extends ConnectionHandlers> extends Pick<VenueWire, 'accepts' | 'scopeOf'> {
  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer>;
  /** Undefined: the connection was turned away, and nothing of it is heard. */
  open(connection: Connection): Session | undefined;
  /** Stops what all sessions share; each of them is closed after it. */
  close(): void;
}

export interface SessionWire<Session> extends VenueWire {
  /** Those that are open. */
  sessions(): Iterable<Session>;
}

export function newSessionWire<Session extends ConnectionHandlers>(
  parts: SessionWireParts<Session>,
): SessionWire<Session> {
  const open = new Map<Session, { readonly connection: Connection; readonly scope: SocketScope }>();
  const counts = { requests: 0, connections: 0, messages: 0 };
  return {
    accepts: (path) => parts.accepts(path),
    scopeOf: (connection) => parts.scopeOf(connection),
    onRequest: (request) => {
      counts.requests++;
      return parts.answer(request);
    },
    onConnection: (connection) => {
      counts.connections++;
      const session = parts.open(connection);
      if (session === undefined) return { onMessage: () => {}, onClose: () => {} };
      open.set(session, { connection, scope: parts.scopeOf(connection) });
      return {
        onMessage: (text) => {
          counts.messages++;
          session.onMessage(text);
        },
        onPing: () => session.onPing?.(),
        onPong: () => session.onPong?.(),
        onClose: () => {
          open.delete(session);
          session.onClose();
        },
      };
    },
    disconnect: (scope) => {
      const meant = [...open.values()].filter((one) => scope === 'all' || scope === one.scope);
      for (const { connection } of meant) connection.terminate();
      return meant.length;
    },
    stats: () => ({ ...counts, open: open.size }),
    sessions: () => open.keys(),
    close: () => {
      parts.close();
      for (const session of open.keys()) session.onClose();
      open.clear();
    },
  };
}

/** The scopes of sockets by their paths, for venues where the path tells. */
export const scopesByPath = (
  scopes: Readonly<Record<string, Exclude<SocketScope, 'all'>>>,
): Pick<VenueWire, 'accepts' | 'scopeOf'> & { kindOf(path: string): Exclude<SocketScope, 'all'> } => {
  const known = new Map(Object.entries(scopes));
  return {
    accepts: (path) => known.has(path),
    scopeOf: ({ path }) => known.get(path) ?? 'all',
    kindOf: (path) => known.get(path) ?? 'public',
  };
};
