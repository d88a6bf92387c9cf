/** Starts the simulated exchanges: one port a venue and one for control, all on 127.0.0.1. Prints nothing. */
import { type Clock, systemClock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import { type Log, silentLog } from '../core/log.ts';
import { seededRandom } from '../core/random.ts';
import { amountOf } from './amounts.ts';
import { type ControlledVenue, controlHandlers } from './control.ts';
import { Exchange } from './exchange.ts';
import type { VenueFaults } from './fault-port.ts';
import { FaultBoard, skewedClock } from './faults.ts';
import { type Ledger, readLedger } from './ledger.ts';
import { Market } from './market.ts';
import { MARKETS, type MarketName, startPrice } from './market-shape.ts';
import { newPlayer, readRecording } from './recording.ts';
import type { RunningServer, ServerHandlers, ServerKind } from './server.ts';
import { pickServer } from './server-pick.ts';
import { SIM_VENUES } from './venues/registry.ts';
import type { KeyKind, RecordingPlayer, SimEndpoints, SimVenue } from './wire-port.ts';
import { troubled } from './wire-troubles.ts';

export interface SimOptions {
  /** Ids; absent: every registered venue. */
  readonly venues?: readonly string[];
  /** The control port; the venues follow on the next ones. 0 or absent: any free ports. */
  readonly port?: number;
  readonly seed?: number;
  /** A name of MARKETS; default `wobble`. */
  readonly market?: string;
  /** The kind of key that accounts have where a venue knows more than one; default `hmac`. */
  readonly keys?: KeyKind;
  /** A recorded session that its venue serves in place of its own market data. */
  readonly recording?: string;
  /** 2 plays the recording twice as fast; default 1. */
  readonly recordingSpeed?: number;
  /** Least and most delay of the matching engines, ms; default 0 to 2. */
  readonly latencyMs?: readonly [number, number];
  /** Added to the numbers of orders and trades; default 0. */
  readonly idsFrom?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Default: uWebSockets.js where it loads, `ws` elsewhere. */
  readonly server?: ServerKind;
}

export interface ReadyVenue extends SimEndpoints {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase?: string;
  /** Canonical ids. */
  readonly instruments: readonly string[];
}

/** The ready line. */
export interface SimReady {
  readonly ready: true;
  readonly control: string;
  readonly venues: Readonly<Record<string, ReadyVenue>>;
  readonly seed: number;
  readonly market: string;
}

export interface RunningSim {
  readonly ready: SimReady;
  readonly faults: FaultBoard;
  ledger(): Ledger;
  close(): Promise<void>;
}

const DEFAULT_SEED = 1;
const DEFAULT_LATENCY_MS = [0, 2] as const;
/** What each venue's account starts with: quote currency, and as much again in each base. */
const START_QUOTE = '1000000';
const START_BASE_DECIMALS = 2;

interface Started extends ControlledVenue {
  readonly server: RunningServer;
  readonly ready: ReadyVenue;
}

/** Resolves when everything listens. Rejects with `usage/invalid` for options that make no sense, with `sim/failed` when
 *  a port is taken. */
export async function runSim(options: SimOptions = {}): Promise<RunningSim> {
  const { seed = DEFAULT_SEED, log = silentLog, clock = systemClock(), port = 0 } = options;
  const venues = chooseVenues(options.venues);
  const marketName = chooseMarket(options.market);
  const players = choosePlayers(options, venues, clock);
  const faults = new FaultBoard(clock);
  const server = options.server ?? (await pickServer(log));

  const exchanges = venues.map((venue) =>
    newExchange(venue, options, seed, skewedClock(clock, faults.of(venue.id)), faults.of(venue.id)),
  );
  const market = new Market({
    seed,
    shape: MARKETS[marketName],
    clock,
    venues: exchanges.map((exchange) => ({ exchange, faults: faults.of(exchange.venue) })),
  });
  // Books stand before the first client can ask for one.
  market.start();

  const started = new Map<string, Started>();
  let control: RunningServer | undefined;
  const close = async (): Promise<void> => {
    market.stop();
    for (const { troubles } of started.values()) troubles.close();
    await Promise.all([...started.values()].map((venue) => venue.server.close()));
    await control?.close();
  };
  try {
    for (const [index, venue] of venues.entries()) {
      const exchange = exchanges[index];
      if (exchange === undefined) throw new Error(`no exchange for ${venue.id}`);
      const recording = players.get(venue.id);
      const wire = venue.createWire({
        exchange,
        faults: faults.of(venue.id),
        clock: exchange.clock,
        random: seededRandom(seed * 31 + index + 17),
        log,
        ...(recording === undefined ? {} : { recording }),
      });
      const troubles = troubled(wire, faults.of(venue.id), clock, venue.connections);
      const listening = await listen(server, port === 0 ? 0 : port + index + 1, troubles);
      started.set(venue.id, {
        exchange,
        wire,
        troubles,
        hasChecksums: venue.hasChecksums,
        server: listening,
        ready: readyOf(venue, exchange, listening.port),
      });
    }
    control = await listen(
      server,
      port,
      controlHandlers({ clock, faults, market, venues: started, ready: () => ready }),
    );
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const ready: SimReady = {
    ready: true,
    control: `http://127.0.0.1:${control.port}`,
    venues: Object.fromEntries([...started].map(([id, venue]) => [id, venue.ready])),
    seed,
    market: marketName,
  };
  return { ready, faults, ledger: () => readLedger(exchanges, clock.wallMs()), close };
}

async function listen(server: ServerKind, port: number, handlers: ServerHandlers): Promise<RunningServer> {
  try {
    return await server.listen({ port }, handlers);
  } catch (thrown) {
    throw new Fault('sim/failed', `the simulated exchanges cannot listen on port ${port}: ${messageOf(thrown)}`);
  }
}

function chooseVenues(ids: readonly string[] | undefined): readonly SimVenue[] {
  if (ids === undefined) return SIM_VENUES;
  const known = SIM_VENUES.map(({ id }) => id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0 || ids.length === 0) {
    throw new Fault('usage/invalid', `unknown venues: ${unknown.join(', ')}; known: ${known.join(', ')}`, { unknown });
  }
  return SIM_VENUES.filter(({ id }) => ids.includes(id));
}

function chooseMarket(name: string | undefined): MarketName {
  const names = Object.keys(MARKETS) as MarketName[];
  const chosen = names.find((candidate) => candidate === (name ?? 'wobble'));
  if (chosen === undefined) {
    throw new Fault('usage/invalid', `unknown market "${name}"; known: ${names.join(', ')}`, { market: name });
  }
  return chosen;
}

function choosePlayers(options: SimOptions, venues: readonly SimVenue[], clock: Clock): Map<string, RecordingPlayer> {
  const players = new Map<string, RecordingPlayer>();
  if (options.recording === undefined) return players;
  const recording = readRecording(
    options.recording,
    venues.map(({ id }) => id),
  );
  const owner = recording.venue ?? (venues.length === 1 ? venues[0]?.id : undefined);
  if (owner === undefined) {
    throw new Fault('usage/invalid', `${options.recording} names no venue that is simulated; give one with --venues`);
  }
  players.set(owner, newPlayer(recording, clock, options.recordingSpeed ?? 1));
  return players;
}

function newExchange(venue: SimVenue, options: SimOptions, seed: number, clock: Clock, faults: VenueFaults): Exchange {
  // Keys and latencies depend on the seed and the venue, not on which other venues run.
  const random = seededRandom(
    seed * 65_537 + [...venue.id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7),
  );
  const [least, most] = options.latencyMs ?? DEFAULT_LATENCY_MS;
  const exchange = new Exchange({
    venue: venue.id,
    instruments: venue.instruments,
    policy: venue.policy,
    ...(venue.names === undefined ? {} : { names: venue.names }),
    clock,
    faults,
    latencyMs: () => least + (most - least) * random.next(),
    ...(options.idsFrom === undefined ? {} : { idsFrom: options.idsFrom }),
  });
  exchange.addAccount(venue.makeCredentials(random, options.keys), startBalances(exchange));
  return exchange;
}

function startBalances(exchange: Exchange): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { id, base, quote } of exchange.instruments) {
    balances.set(quote, amountOf(START_QUOTE));
    balances.set(base, amountOf((Number(START_QUOTE) / startPrice(id)).toFixed(START_BASE_DECIMALS)));
  }
  return balances;
}

function readyOf(venue: SimVenue, exchange: Exchange, port: number): ReadyVenue {
  const account = exchange.accounts[0];
  if (account === undefined) throw new Error(`${venue.id} has no account`);
  return {
    ...venue.endpoints(port),
    apiKey: account.apiKey,
    secret: account.secret,
    ...(account.passphrase === '' ? {} : { passphrase: account.passphrase }),
    instruments: exchange.instruments.map(({ id }) => id),
  };
}
