/** An OKX wire on loopback over a still book, without the seeded market: what is asked for is what happens. */
import { createHmac } from 'node:crypto';
import { type Clock, ManualClock, systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { amountOf, integerOf } from '../../../src/sim/amounts.ts';
import { Exchange } from '../../../src/sim/exchange.ts';
import { FaultBoard } from '../../../src/sim/faults.ts';
import type { Level, SimAccount, SimInstrument } from '../../../src/sim/port.ts';
import type { Connection, ConnectionHandlers } from '../../../src/sim/server.ts';
import { wsServer } from '../../../src/sim/server-ws.ts';
import { okx } from '../../../src/sim/venues/okx/index.ts';
import type { RecordingPlayer, SimEndpoints, VenueWire } from '../../../src/sim/wire-port.ts';

export interface OkxBench {
  readonly exchange: Exchange;
  readonly faults: FaultBoard;
  readonly account: SimAccount;
  readonly wire: VenueWire;
  readonly endpoints: SimEndpoints;
  instrument(symbol: string): SimInstrument;
  /** Puts a book of `levels` a side, one tick apart: best bid `bid`, best ask `ask`, `size` at each. */
  quote(symbol: string, bid: string, ask: string, size: string, levels?: number): void;
  close(): Promise<void>;
}

export const START_BALANCES: Readonly<Record<string, string>> = { USDT: '1000000', BTC: '10', ETH: '300', DOGE: '0' };

function parts(clock: Clock, latencyMs: number, recording?: RecordingPlayer) {
  const faults = new FaultBoard(clock);
  const exchange = new Exchange({
    venue: 'okx',
    instruments: okx.instruments,
    policy: okx.policy,
    clock,
    faults: faults.of('okx'),
    latencyMs: () => latencyMs,
  });
  const random = seededRandom(7);
  const account = exchange.addAccount(
    okx.makeCredentials(random),
    new Map(Object.entries(START_BALANCES).map(([asset, text]) => [asset, amountOf(text)])),
  );
  const wire = okx.createWire({
    exchange,
    faults: faults.of('okx'),
    clock,
    random,
    log: silentLog,
    ...(recording === undefined ? {} : { recording }),
  });
  const instrument = (symbol: string): SimInstrument => {
    const found = exchange.instrumentBySymbol(symbol);
    if (found === undefined) throw new Error(`no ${symbol}`);
    return found;
  };
  const quote: OkxBench['quote'] = (symbol, bid, ask, size, levels = 10) => {
    const one = instrument(symbol);
    const price = (text: string): number => integerOf(text, one.priceDecimals) ?? Number.NaN;
    const lots = integerOf(size, one.sizeDecimals) ?? Number.NaN;
    const side = (best: number, step: number): Level[] =>
      Array.from({ length: levels }, (_, n) => ({ price: best + n * step * one.tick, size: lots }));
    exchange.requote(one, side(price(bid), -1), side(price(ask), 1));
  };
  return { exchange, faults, account, wire, instrument, quote };
}

/** On real sockets and the machine's clock. */
export async function startOkx(latencyMs = 0): Promise<OkxBench> {
  const made = parts(systemClock(), latencyMs);
  const server = await wsServer.listen({ port: 0 }, made.wire);
  return {
    ...made,
    endpoints: okx.endpoints(server.port),
    close: async () => {
      made.wire.close();
      await server.close();
    },
  };
}

export type Json = Readonly<Record<string, unknown>>;

/** A socket without a network: what the wire sent and how it closed it. */
export interface FakeSocket {
  readonly connection: Connection;
  readonly sent: string[];
  closed: { readonly code: number; readonly reason: string } | undefined;
  send(message: string | object): void;
  /** What was sent since the last call, as JSON. */
  take(): Json[];
  hangUp(): void;
}

export interface ManualOkx extends Omit<OkxBench, 'endpoints' | 'close'> {
  readonly clock: ManualClock;
  connect(path: '/ws/v5/public' | '/ws/v5/private'): FakeSocket;
  /** A private socket, logged in, with what that sent taken. */
  login(): FakeSocket;
  get(path: string): Promise<Reply>;
  signed(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly body: Json;
  /** What came instead of an answer. */
  readonly silence?: 'drop' | 'hang';
}

const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64');

/** Lets pushes that follow an answer go out. */
export const settle = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await Promise.resolve();
};

/** Without sockets, on a clock that the test moves. */
export function manualOkx(recording?: (clock: Clock) => RecordingPlayer): ManualOkx {
  const clock = new ManualClock();
  const made = parts(clock, 0, recording?.(clock));
  const { wire, account } = made;
  let nextId = 1;

  const connect: ManualOkx['connect'] = (path) => {
    let handlers: ConnectionHandlers | undefined;
    let taken = 0;
    const hangUp = (): void => {
      handlers?.onClose();
      handlers = undefined;
    };
    const connection: Connection = {
      id: nextId++,
      path,
      query: '',
      headers: {},
      send: (message) => {
        if (socket.closed === undefined) socket.sent.push(String(message));
      },
      ping: () => {},
      close: (code, reason) => {
        socket.closed = { code, reason };
        hangUp();
      },
      terminate: hangUp,
    };
    const socket: FakeSocket = {
      connection,
      sent: [],
      closed: undefined,
      send: (message) => handlers?.onMessage(typeof message === 'string' ? message : JSON.stringify(message)),
      take: () => {
        const fresh = socket.sent.slice(taken);
        taken = socket.sent.length;
        return fresh.map((text) => JSON.parse(text) as Json);
      },
      hangUp,
    };
    handlers = wire.onConnection(connection);
    return socket;
  };

  const request = async (
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Reply> => {
    const [path = '', query = ''] = target.split('?');
    const answer = await wire.onRequest({ method, path, query, headers, body });
    if (typeof answer === 'string') return { status: 0, body: {}, silence: answer };
    return { status: answer.status, body: JSON.parse(answer.body) as Json };
  };

  return {
    ...made,
    clock,
    connect,
    login: () => {
      const socket = connect('/ws/v5/private');
      const timestamp = String(clock.wallMs() / 1000);
      socket.send({
        op: 'login',
        args: [
          {
            apiKey: account.apiKey,
            passphrase: account.passphrase,
            timestamp,
            sign: sign(account.secret, `${timestamp}GET/users/self/verify`),
          },
        ],
      });
      socket.take();
      return socket;
    },
    get: (path) => request('GET', path, {}, ''),
    signed: (method, path, body, headers = {}) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const timestamp = new Date(clock.wallMs()).toISOString();
      return request(
        method,
        path,
        {
          'content-type': 'application/json',
          'ok-access-key': account.apiKey,
          'ok-access-passphrase': account.passphrase,
          'ok-access-timestamp': timestamp,
          'ok-access-sign': sign(account.secret, timestamp + method + path + text),
          ...headers,
        },
        text,
      );
    },
  };
}

/** The rows of a frame or body, and the first of them. */
export const rows = (frame: Json | undefined): Json[] => (frame?.data ?? []) as Json[];
export const first = (frame: Json | undefined): Json => rows(frame)[0] ?? {};
