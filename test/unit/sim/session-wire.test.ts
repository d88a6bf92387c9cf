import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandlers } from '../../../src/sim/server.ts';
import { newSessionWire, scopesByPath } from '../../../src/sim/session-wire.ts';

const PATHS = scopesByPath({ '/open': 'public', '/own': 'private' });

function newWire() {
  const said: string[] = [];
  const wire = newSessionWire<ConnectionHandlers & { readonly name: string }>({
    ...PATHS,
    answer: ({ path }) => ({ status: 200, body: path }),
    open: (connection) => {
      if (connection.query === 'refused') return undefined;
      const name = `${connection.path}#${connection.id}`;
      return {
        name,
        onMessage: (text) => said.push(`${name} ${text}`),
        onPing: () => said.push(`${name} ping`),
        onClose: () => said.push(`${name} closed`),
      };
    },
    close: () => said.push('shared closed'),
  });
  let nextId = 1;
  const connect = (path: string, query = ''): ConnectionHandlers & { readonly connection: Connection } => {
    const connection: Connection = {
      id: nextId++,
      path,
      query,
      headers: {},
      send: () => {},
      ping: () => {},
      close: () => {},
      terminate: () => {
        said.push(`${path} cut`);
        handlers.onClose();
      },
    };
    const handlers = wire.onConnection(connection);
    return { ...handlers, connection };
  };
  return { wire, said, connect };
}

describe('a wire of sessions', () => {
  it('knows its paths and their scopes', () => {
    const { wire } = newWire();
    expect(['/open', '/own', '/', 'constructor'].map((path) => wire.accepts(path))).toEqual([true, true, false, false]);
    expect(['/open', '/own', '/'].map((path) => wire.scopeOf({ path, query: '' }))).toEqual([
      'public',
      'private',
      'all',
    ]);
    expect(PATHS.kindOf('/own')).toBe('private');
  });

  it('hands on what sessions are told, and counts', async () => {
    const { wire, said, connect } = newWire();
    const one = connect('/open');
    one.onMessage('hello');
    one.onPing?.();
    one.onPong?.();
    connect('/own');
    expect(said).toEqual(['/open#1 hello', '/open#1 ping']);
    expect([...wire.sessions()].map(({ name }) => name)).toEqual(['/open#1', '/own#2']);
    await wire.onRequest({ method: 'GET', path: '/', query: '', headers: {}, body: '' });
    expect(wire.stats()).toEqual({ requests: 1, connections: 2, messages: 1, open: 2 });
    one.onClose();
    expect(wire.stats().open).toBe(1);
  });

  it('hears nothing of a connection that was turned away', () => {
    const { wire, said, connect } = newWire();
    const one = connect('/open', 'refused');
    one.onMessage('hello');
    one.onClose();
    expect(said).toEqual([]);
    expect(wire.stats()).toEqual({ requests: 0, connections: 1, messages: 0, open: 0 });
  });

  it.each([
    ['public', ['/open']],
    ['private', ['/own']],
    ['all', ['/open', '/own']],
  ] as const)('cuts the sockets of a scope: %s', (scope, cut) => {
    const { wire, said, connect } = newWire();
    connect('/open');
    connect('/own');
    expect(wire.disconnect(scope)).toBe(cut.length);
    expect(said.filter((text) => text.endsWith('cut'))).toEqual(cut.map((path) => `${path} cut`));
    expect(wire.stats().open).toBe(2 - cut.length);
  });

  it('closes what sessions share, then each of them', () => {
    const { wire, said, connect } = newWire();
    connect('/open');
    connect('/own');
    wire.close();
    expect(said).toEqual(['shared closed', '/open#1 closed', '/own#2 closed']);
    expect(wire.stats().open).toBe(0);
  });
});
