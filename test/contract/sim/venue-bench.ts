/** One simulated venue over a still book, without the seeded market: what is asked for is what happens. */
import { type Clock, ManualClock, systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { amountOf, integerOf } from '../../../src/sim/amounts.ts';
import { Exchange } from '../../../src/sim/exchange.ts';
import type { FaultRequest } from '../../../src/sim/fault-requests.ts';
import { FaultBoard, skewedClock } from '../../../src/sim/faults.ts';
import type { Level, SimAccount, SimInstrument } from '../../../src/sim/port.ts';
import type { LoggedRequest } from '../../../src/sim/request-log.ts';
import type { Connection, ConnectionHandlers } from '../../../src/sim/server.ts';
import { wsServer } from '../../../src/sim/server-ws.ts';
import type { KeyKind, RecordingPlayer, SimEndpoints, SimVenue, VenueWire } from '../../../src/sim/wire-port.ts';
import { troubled } from '../../../src/sim/wire-troubles.ts';

export interface VenueBench {
  readonly venue: SimVenue;
  readonly exchange: Exchange;
  readonly faults: FaultBoard;
  readonly account: SimAccount;
  readonly wire: VenueWire;
  /** By canonical id (`BTC-USDT`). */
  instrument(id: string): SimInstrument;
  /** Puts a book of `levels` a side, one tick apart: best bid `bid`, best ask `ask`, `size` at each. */
  quote(id: string, bid: string, ask: string, size: string, levels?: number): void;
  plant(fault: Omit<FaultRequest, 'venue'>): void;
}

export const START_BALANCES: Readonly<Record<string, string>> = { USDT: '1000000', BTC: '10', ETH: '300', DOGE: '0' };

function parts(
  venue: SimVenue,
  real: Clock,
  latencyMs: number,
  recording?: RecordingPlayer,
  keys?: KeyKind,
): VenueBench & { clock: Clock } {
  const board = new FaultBoard(real);
  const faults = board.of(venue.id);
  const clock = skewedClock(real, faults);
  const exchange = new Exchange({
    venue: venue.id,
    instruments: venue.instruments,
    policy: venue.policy,
    clock,
    faults,
    latencyMs: () => latencyMs,
  });
  const random = seededRandom(7);
  const account = exchange.addAccount(
    venue.makeCredentials(random, keys),
    new Map(Object.entries(START_BALANCES).map(([asset, text]) => [asset, amountOf(text)])),
  );
  const wire = venue.createWire({
    exchange,
    faults,
    clock,
    random,
    log: silentLog,
    ...(recording === undefined ? {} : { recording }),
  });
  const instrument = (id: string): SimInstrument => {
    const found = exchange.instruments.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };
  const quote: VenueBench['quote'] = (id, bid, ask, size, levels = 10) => {
    const one = instrument(id);
    const price = (text: string): number => integerOf(text, one.priceDecimals) ?? Number.NaN;
    const lots = integerOf(size, one.sizeDecimals) ?? Number.NaN;
    const side = (best: number, step: number): Level[] =>
      Array.from({ length: levels }, (_, n) => ({ price: best + n * step * one.tick, size: lots }));
    exchange.requote(one, side(price(bid), -1), side(price(ask), 1));
  };
  const plant: VenueBench['plant'] = (fault) => void board.plant({ venue: venue.id, ...fault });
  return { venue, exchange, faults: board, account, wire, clock, instrument, quote, plant };
}

export interface LoopbackBench extends VenueBench {
  readonly endpoints: SimEndpoints;
  /** What was asked of it, oldest first. */
  readonly requests: readonly LoggedRequest[];
  close(): Promise<void>;
}

/** On real sockets and the machine's clock. */
export async function startVenue(venue: SimVenue, latencyMs = 0, keys?: KeyKind): Promise<LoopbackBench> {
  const clock = systemClock();
  const made = parts(venue, clock, latencyMs, undefined, keys);
  const troubles = troubled(made.wire, made.faults.of(venue.id), clock, venue.connections);
  const server = await wsServer.listen({ port: 0 }, troubles);
  return {
    ...made,
    endpoints: venue.endpoints(server.port),
    requests: troubles.requests,
    close: async () => {
      troubles.close();
      await server.close();
    },
  };
}

export type Json = Readonly<Record<string, unknown>>;

/** A socket without a network: what the wire sent and how it closed it. */
export interface FakeSocket {
  readonly connection: Connection;
  /** Texts, and bytes of binary messages in hex. */
  readonly sent: string[];
  closed: { readonly code: number; readonly reason: string } | undefined;
  send(message: string | object): void;
  /** What was sent since the last call, as it was sent. */
  takeTexts(): string[];
  /** The same, as JSON. */
  take(): Json[];
  hangUp(): void;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  /** What came instead of an answer. */
  readonly silence?: 'drop' | 'hang';
}

export interface ManualBench extends VenueBench {
  readonly clock: ManualClock;
  /** @param target path and query */
  connect(target: string, headers?: Readonly<Record<string, string>>): FakeSocket;
  request(method: string, target: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Reply>;
}

/** Lets pushes that follow an answer go out. */
export const settle = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await Promise.resolve();
};

/** Without sockets, on a clock that the test moves. */
export function manualVenue(
  venue: SimVenue,
  recording?: (clock: Clock) => RecordingPlayer,
  keys?: KeyKind,
): ManualBench {
  const clock = new ManualClock();
  const made = parts(venue, clock, 0, recording?.(clock), keys);
  let nextId = 1;

  const connect: ManualBench['connect'] = (target, headers = {}) => {
    const [path = '', query = ''] = target.split('?');
    let handlers: ConnectionHandlers | undefined;
    let taken = 0;
    const hangUp = (): void => {
      handlers?.onClose();
      handlers = undefined;
    };
    const connection: Connection = {
      id: nextId++,
      path,
      query,
      headers,
      send: (message) => {
        if (socket.closed !== undefined) return;
        socket.sent.push(typeof message === 'string' ? message : Buffer.from(message).toString('hex'));
      },
      ping: () => {},
      close: (code, reason) => {
        socket.closed = { code, reason };
        hangUp();
      },
      terminate: hangUp,
    };
    const takeTexts = (): string[] => {
      const fresh = socket.sent.slice(taken);
      taken = socket.sent.length;
      return fresh;
    };
    const socket: FakeSocket = {
      connection,
      sent: [],
      closed: undefined,
      send: (message) => handlers?.onMessage(typeof message === 'string' ? message : JSON.stringify(message)),
      takeTexts,
      take: () => takeTexts().map((text) => JSON.parse(text) as Json),
      hangUp,
    };
    handlers = made.wire.onConnection(connection);
    return socket;
  };

  const request: ManualBench['request'] = async (method, target, headers = {}, body = '') => {
    const [path = '', query = ''] = target.split('?');
    const answer = await made.wire.onRequest({ method, path, query, headers, body });
    if (typeof answer === 'string') return { status: 0, headers: {}, body: {}, silence: answer };
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      body: answer.body === '' ? {} : (JSON.parse(answer.body) as Json),
    };
  };

  return { ...made, clock, connect, request };
}
