/** The control server: the ledger, planted faults, put prices, permissions of keys, counters. Not part of any exchange. */
import type { Clock } from '../core/clock.ts';
import { isObject, type Json } from '../core/json.ts';
import { integerOf, isPlainDecimal } from './amounts.ts';
import { chooseFees } from './control-account.ts';
import type { Exchange } from './exchange.ts';
import { readFault, readLift } from './fault-requests.ts';
import type { FaultBoard } from './faults.ts';
import { readLedger } from './ledger.ts';
import type { Market } from './market.ts';
import type { HttpIn, HttpOut, ServerHandlers } from './server.ts';
import type { VenueWire } from './wire-port.ts';
import type { TroubledWire } from './wire-troubles.ts';

export interface ControlledVenue {
  readonly exchange: Exchange;
  readonly wire: VenueWire;
  readonly troubles: TroubledWire;
  readonly hasChecksums: boolean;
}

export interface ControlContext {
  readonly clock: Clock;
  readonly faults: FaultBoard;
  readonly market: Market;
  readonly venues: ReadonlyMap<string, ControlledVenue>;
  /** The ready line's object. */
  readonly ready: () => unknown;
}

const DEFAULT_HOLD_MS = 1000;

const json = (status: number, body: unknown): HttpOut => ({ status, body: JSON.stringify(body) });
const bad = (message: string): HttpOut => json(400, { error: { code: 'control/invalid', message } });

export function controlHandlers(context: ControlContext): ServerHandlers {
  return {
    onRequest: (request) => answer(context, request),
    accepts: () => false,
    onConnection: () => {
      throw new Error('the control server takes no sockets');
    },
  };
}

function answer(context: ControlContext, request: HttpIn): HttpOut {
  const { faults, clock, venues } = context;
  const exchanges = [...venues.values()].map(({ exchange }) => exchange);
  switch (`${request.method} ${request.path}`) {
    case 'GET /ready':
      return json(200, context.ready());
    case 'GET /ledger':
      return json(200, readLedger(exchanges, clock.wallMs()));
    case 'GET /stats':
      return json(200, statsOf(context));
    case 'GET /requests':
      return json(200, Object.fromEntries([...venues].map(([id, { troubles }]) => [id, troubles.requests])));
    case 'GET /faults':
      return json(200, { faults: faults.list().map(finite), history: faults.history });
    case 'POST /faults':
      return withBody(request, (body) => plant(context, body));
    case 'DELETE /faults': {
      const reading = readLift(request.query, [...venues.keys()]);
      return reading.ok ? json(200, { lifted: faults.lift(reading.where) }) : bad(reading.message);
    }
    case 'POST /market':
      return withBody(request, (body) => putPrice(context, body));
    case 'POST /account':
      return withBody(request, (body) =>
        'feeAsset' in body ? chooseFees(venues, body) : setPermissions(context, body),
      );
    default:
      return json(404, {
        error: {
          code: 'control/not-found',
          message: 'known: GET ready ledger stats requests faults, POST faults market account, DELETE faults',
        },
      });
  }
}

/** JSON has no infinity: a bound that is not there is left out. */
const finite = (fault: object): object =>
  Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== Number.POSITIVE_INFINITY));

function withBody(request: HttpIn, act: (body: Json) => HttpOut): HttpOut {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return bad('the body is not JSON');
  }
  return isObject(body) ? act(body) : bad('the body is not a JSON object');
}

function plant({ faults, venues }: ControlContext, body: Json): HttpOut {
  const reading = readFault(body, [...venues.keys()]);
  if (!reading.ok) return bad(reading.message);
  const { request } = reading;
  if (request.instrument !== undefined) {
    const listed = venues.get(request.venue)?.exchange.instruments.map(({ id }) => id) ?? [];
    if (!listed.includes(request.instrument)) {
      return bad(`unknown instrument "${request.instrument}"; known: ${listed.join(', ')}`);
    }
  }
  const venue = venues.get(request.venue);
  const { kind, scope = 'all' } = request;
  if (kind === 'checksum' && venue?.hasChecksums !== true) return bad(`${request.venue} sends no checksums`);
  if (kind === 'disconnect' || kind === 'half-open') {
    faults.note(request);
    const cut = kind === 'disconnect' ? venue?.wire.disconnect(scope) : venue?.troubles.halfOpen(scope);
    return json(200, { kind, cut: cut ?? 0 });
  }
  const planted = faults.plant(request);
  if (kind === 'maintenance') venue?.troubles.maintain();
  return json(200, finite(planted));
}

function putPrice({ venues, market, clock }: ControlContext, body: Json): HttpOut {
  const { venue, instrument: id, forMs = DEFAULT_HOLD_MS } = body;
  const exchange = venues.get(String(venue))?.exchange;
  if (exchange === undefined) return bad(`unknown venue "${String(venue)}"; known: ${[...venues.keys()].join(', ')}`);
  const instrument = exchange.instruments.find((candidate) => candidate.id === id);
  if (instrument === undefined) {
    return bad(`unknown instrument "${String(id)}"; known: ${exchange.instruments.map((each) => each.id).join(', ')}`);
  }
  if (typeof forMs !== 'number' || !(forMs > 0)) return bad('"forMs" is a number above 0');
  const read = (key: string, decimals: number, step: number): number | undefined => {
    const text = String(body[key]);
    const value = isPlainDecimal(text) ? integerOf(text, decimals) : undefined;
    return value !== undefined && value > 0 && value % step === 0 ? value : undefined;
  };
  const bid = read('bid', instrument.priceDecimals, instrument.tick);
  const ask = read('ask', instrument.priceDecimals, instrument.tick);
  const size = read('size', instrument.sizeDecimals, instrument.lot);
  const { tick, lot } = instrument.spec;
  if (bid === undefined) return bad(`"bid" is a price on the tick ${tick}`);
  if (ask === undefined) return bad(`"ask" is a price on the tick ${tick}`);
  if (size === undefined) return bad(`"size" is a size on the lot ${lot}`);
  if (bid >= ask) return bad('"bid" is below "ask"; a crossed book is the fault "crossed"');
  const until = clock.wallMs() + forMs;
  market.hold(exchange.venue, instrument, { bid, ask, size, until });
  return json(200, { venue, instrument: id, until });
}

const PERMISSIONS = ['withdraw', 'ipRestricted'];

/** What the keys of a venue's accounts say of themselves; what is left out stays. */
function setPermissions({ venues }: ControlContext, body: Json): HttpOut {
  const { venue, permissions } = body;
  const exchange = venues.get(String(venue))?.exchange;
  if (exchange === undefined) return bad(`unknown venue "${String(venue)}"; known: ${[...venues.keys()].join(', ')}`);
  const isKnown = ([name, value]: [string, unknown]): boolean =>
    PERMISSIONS.includes(name) && typeof value === 'boolean';
  if (!isObject(permissions) || !Object.entries(permissions).every(isKnown)) {
    return bad(`"permissions" is an object of true and false; known: ${PERMISSIONS.join(', ')}`);
  }
  for (const account of exchange.accounts) account.permissions = { ...account.permissions, ...permissions };
  return json(200, { venue, permissions: exchange.accounts[0]?.permissions });
}

function statsOf({ venues, faults, clock }: ControlContext): object {
  return {
    at: clock.wallMs(),
    venues: Object.fromEntries(
      [...venues].map(([id, { exchange, wire }]) => [
        id,
        {
          ...wire.stats(),
          orders: exchange.accounts.reduce((sum, account) => sum + exchange.allOrders(account).length, 0),
          openOrders: exchange.accounts.reduce((sum, account) => sum + exchange.openOrders(account).length, 0),
          fills: exchange.orders.fills.length,
        },
      ]),
    ),
    faultsUsed: Object.fromEntries(faults.used),
  };
}
