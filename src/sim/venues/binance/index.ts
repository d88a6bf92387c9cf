/** The simulated Binance spot exchange: REST, market streams (JSON and SBE) and WebSocket API under one port. */
import type { ExchangePort } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { HttpOut } from '../../server.ts';
import type { SimVenue, VenueWire, WireContext } from '../../wire-port.ts';
import { INSTRUMENTS, POLICY } from './instruments.ts';
import { jsonStreams } from './json-frames.ts';
import { Limits } from './limits.ts';
import type { Desk } from './operation.ts';
import { answerRest } from './rest.ts';
import { sbeStreams } from './sbe-frames.ts';
import { ed25519Secret, hasEd25519 } from './sign.ts';
import { isStreamPath, newMarketStreams, SBE_PATH } from './streams.ts';
import { newWsApi } from './ws-api.ts';

const WS_API_PATH = '/ws-api/v3';
const KEY_LENGTH = 64;

export const binanceVenue: SimVenue = {
  id: 'binance',
  instruments: INSTRUMENTS,
  policy: POLICY,
  makeCredentials: (random, kind) => ({
    apiKey: keyText(random, KEY_LENGTH),
    secret: kind === 'ed25519' ? ed25519Secret(random) : keyText(random, KEY_LENGTH),
    passphrase: '',
  }),
  hasChecksums: false,
  // https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams: 300 in five minutes.
  connections: { count: 300, windowMs: 300_000 },
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}`,
    wsPrivate: `ws://127.0.0.1:${port}${WS_API_PATH}`,
    wsTrade: `ws://127.0.0.1:${port}${WS_API_PATH}`,
    wsSbe: `ws://127.0.0.1:${port}${SBE_PATH}`,
  }),
  createWire,
};

function createWire(context: WireContext): VenueWire {
  const { exchange, faults, clock, random, recording } = context;
  const desk: Desk = { exchange, limits: new Limits(clock), random, cancelIds: new Map() };
  const json = newMarketStreams(exchange, faults, clock, jsonStreams, recording);
  const sbe = newMarketStreams(exchange, faults, clock, sbeStreams, undefined);
  const wsApi = newWsApi(desk, faults, clock, random);
  let restRequests = 0;
  const isWsApi = (path: string): boolean => path === WS_API_PATH;
  return {
    onRequest: (request) => {
      restRequests++;
      return answerRest({ desk, faults, recording }, request);
    },
    // Recordings are of the JSON streams: beside one, a binary market would be another market.
    accepts: (path) =>
      isWsApi(path) || isStreamPath(path) || (recording === undefined && isStreamPath(sbePathOf(path) ?? '')),
    refusal: (path, headers) =>
      sbePathOf(path) === undefined ? undefined : keyRefusal(exchange, headers['x-mbx-apikey']),
    onConnection: (connection) => {
      if (isWsApi(connection.path)) return wsApi.connect(connection);
      return (sbePathOf(connection.path) === undefined ? json : sbe).connect(connection);
    },
    scopeOf: ({ path }) => (isWsApi(path) ? 'private' : 'public'),
    disconnect: (scope) =>
      (scope === 'private' ? 0 : json.disconnect() + sbe.disconnect()) + (scope === 'public' ? 0 : wsApi.disconnect()),
    stats: () => ({
      restRequests,
      marketConnections: json.connections + sbe.connections,
      marketFrames: json.framesSent + sbe.framesSent,
      apiConnections: wsApi.connections,
      apiRequests: wsApi.requests,
      userEvents: wsApi.eventsSent,
    }),
    close: () => {
      json.close();
      sbe.close();
      wsApi.close();
    },
  };
}

const sbePathOf = (path: string): string | undefined =>
  path.startsWith(`${SBE_PATH}/`) ? path.slice(SBE_PATH.length) : undefined;

/** The binary streams are open to Ed25519 keys alone. Without a key the venue is known to answer like this; what it says
 *  of a key of another kind is not documented. */
function keyRefusal(exchange: ExchangePort, apiKey: string | undefined): HttpOut | undefined {
  const account = exchange.accountByKey(apiKey ?? '');
  if (account !== undefined && hasEd25519(account)) return undefined;
  const body = apiKey === undefined ? 'No X-MBX-APIKEY header' : 'Invalid X-MBX-APIKEY header';
  return { status: 400, headers: { 'content-type': 'text/plain' }, body };
}
