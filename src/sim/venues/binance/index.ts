/** The simulated Binance spot exchange: REST, market streams and WebSocket API under one port. */
import { keyText } from '../../account.ts';
import type { SimVenue, VenueWire, WireContext } from '../../wire-port.ts';
import { INSTRUMENTS, POLICY } from './instruments.ts';
import { Limits } from './limits.ts';
import type { Desk } from './operation.ts';
import { answerRest } from './rest.ts';
import { newMarketStreams } from './streams.ts';
import { newWsApi } from './ws-api.ts';

const WS_API_PATH = '/ws-api/v3';
const KEY_LENGTH = 64;

export const binanceVenue: SimVenue = {
  id: 'binance',
  instruments: INSTRUMENTS,
  policy: POLICY,
  makeCredentials: (random) => ({
    apiKey: keyText(random, KEY_LENGTH),
    secret: keyText(random, KEY_LENGTH),
    passphrase: '',
  }),
  hasChecksums: false,
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}`,
    wsPrivate: `ws://127.0.0.1:${port}${WS_API_PATH}`,
    wsTrade: `ws://127.0.0.1:${port}${WS_API_PATH}`,
  }),
  createWire,
};

function createWire(context: WireContext): VenueWire {
  const { exchange, faults, clock, random, recording } = context;
  const desk: Desk = { exchange, limits: new Limits(clock), random, cancelIds: new Map() };
  const streams = newMarketStreams(exchange, faults, clock, recording);
  const wsApi = newWsApi(desk, faults, clock, random);
  let restRequests = 0;
  const isWsApi = (path: string): boolean => path === WS_API_PATH;
  return {
    onRequest: (request) => {
      restRequests++;
      return answerRest({ desk, faults, recording }, request);
    },
    accepts: (path) => isWsApi(path) || path === '/ws' || path.startsWith('/ws/') || path.startsWith('/stream'),
    onConnection: (connection) => (isWsApi(connection.path) ? wsApi.connect(connection) : streams.connect(connection)),
    scopeOf: ({ path }) => (isWsApi(path) ? 'private' : 'public'),
    disconnect: (scope) =>
      (scope === 'private' ? 0 : streams.disconnect()) + (scope === 'public' ? 0 : wsApi.disconnect()),
    stats: () => ({
      restRequests,
      marketConnections: streams.connections,
      marketFrames: streams.framesSent,
      apiConnections: wsApi.connections,
      apiRequests: wsApi.requests,
      userEvents: wsApi.eventsSent,
    }),
    close: () => {
      streams.close();
      wsApi.close();
    },
  };
}
