/** Looks at one venue as an engine would use it: its clock, its instruments, the key, the fees, its sockets. Sends no
 *  order. Measuring is apart from asking, so that what one venue is busy with does not lengthen another's times. */
import { createIdentifiedGateway } from '../actors/identified-gateway.ts';
import { configuredFees, dearestRates } from '../actors/reference.ts';
import { accessOf, type VenueSetup } from '../actors/venue-setup.ts';
import { type Clock, type ClockReading, pause } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { decimalsOf } from '../core/decimal.ts';
import { Fault, messageOf } from '../core/faults.ts';
import { identifiedAll } from '../core/identity.ts';
import type { Listing } from '../core/instrument.ts';
import { isObject } from '../core/json.ts';
import { silentLog } from '../core/log.ts';
import type { Gateway } from '../core/order.ts';
import { type Redact, redactor } from '../core/redact.ts';
import type { HttpPort, Socket, SocketFactory } from '../core/socket.ts';
import { withMarketData } from '../core/venue.ts';
import { type Check, fail, pass, type Verdict, warn } from './checks.ts';
import { plainAddress, SocketProbe } from './socket-probe.ts';
import { clockVerdict, feesVerdict, permissionsVerdict, roundTripVerdict } from './verdicts.ts';

export interface CheckupDeps {
  readonly config: Config;
  readonly allowWithdrawal: boolean;
  readonly http: HttpPort;
  readonly sockets: SocketFactory;
  readonly clock: Clock;
}

const LOGON_TIMEOUT_MS = 15_000;
const TRIES = 3;
const RETRY_MS = 1_500;
/** The share of the time for an order that a bare round trip may take. */
const TRIP_SHARE = 0.25;

export class VenueCheckup {
  readonly #setup: VenueSetup;
  readonly #deps: CheckupDeps;
  readonly #redact: Redact;
  readonly #probe: SocketProbe;
  readonly #checks: Check[] = [];
  #listings: readonly Listing[] = [];
  /** Over REST; nothing else is asked of a venue that is not. */
  #isReachable = true;
  #isKeyTaken = false;
  /** What a gateway warned of: the only way in which it tells that it could not learn the account's rates. */
  #warnings = 0;

  constructor(setup: VenueSetup, deps: CheckupDeps) {
    this.#setup = setup;
    this.#deps = deps;
    this.#redact = redactor(setup.credentials);
    this.#probe = new SocketProbe(deps.sockets, deps.clock);
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  /** The clock, and how long REST takes. */
  async measureRest(): Promise<void> {
    const { limits } = this.#deps.config;
    const gateway = this.#gateway([]);
    try {
      const read = gateway.venueClock?.bind(gateway);
      if (read === undefined) {
        this.#say('clock', warn("the adapter keeps the venue's time to itself; keep this machine's in step (chrony)"));
        return;
      }
      const readings = [await this.#patiently(read), await this.#patiently(read)];
      this.#say('clock', clockVerdict(closest(readings), limits.maxVenueSkewMs));
      const [, ...tripsMs] = readings.flatMap((reading) => reading.tripsMs);
      this.#say('rest', this.#roundTrip({ address: plainAddress(this.#setup.endpoints.rest), tripsMs }));
    } catch (thrown) {
      this.#isReachable = false;
      this.#say('rest', fail(`${messageOf(thrown)}; nothing more is asked over REST`));
    } finally {
      await gateway.close();
    }
  }

  /** Instruments, key, permissions and fees. */
  async ask(): Promise<void> {
    if (!this.#isReachable) return;
    await this.#findInstruments();
    const gateway = this.#gateway(this.#listings);
    try {
      await this.#tryKey(gateway);
      if (!this.#isKeyTaken) return;
      await this.#askPermissions(gateway);
      await this.#askFees(gateway);
    } finally {
      await gateway.close();
    }
  }

  /** Opens the sockets that an engine would, logs on, and pings them. */
  async measureSockets(): Promise<void> {
    // Connections of an adapter are made elsewhere: its log-on tells what there is to tell.
    if (this.#setup.descriptor.sockets === undefined) await this.#measureMarketData();
    if (this.#isKeyTaken) await this.#measureLogon();
  }

  async #findInstruments(): Promise<void> {
    const { config, http } = this.#deps;
    const { descriptor, endpoints } = this.#setup;
    try {
      const listed = identifiedAll(await descriptor.loadListings(endpoints, http), config.assets);
      this.#listings = listed.filter(({ instrument, trading }) => trading && config.instruments.includes(instrument));
    } catch (thrown) {
      this.#say('instruments', fail(messageOf(thrown)));
      return;
    }
    const traded = this.#listings.map(({ instrument }) => instrument);
    const missing = config.instruments.filter((instrument) => !traded.includes(instrument));
    const figures = { traded, missing };
    if (traded.length === 0) this.#say('instruments', fail('none of those configured is traded here', figures));
    else if (missing.length === 0)
      this.#say('instruments', pass(`${traded.length} of ${traded.length} traded`, figures));
    else this.#say('instruments', warn(`not traded here: ${missing.join(', ')}`, figures));
  }

  async #tryKey(gateway: Gateway): Promise<void> {
    try {
      const held = await gateway.balances();
      this.#isKeyTaken = true;
      this.#say('key', pass(`the venue takes it; the account holds ${held.length} assets`));
    } catch (thrown) {
      this.#say('key', fail(messageOf(thrown)));
    }
  }

  async #askPermissions(gateway: Gateway): Promise<void> {
    try {
      const permissions = await gateway.permissions?.();
      this.#say('permissions', permissionsVerdict(permissions, this.#deps.allowWithdrawal));
    } catch (thrown) {
      this.#say('permissions', fail(`${messageOf(thrown)}; try again`));
    }
  }

  async #askFees(gateway: Gateway): Promise<void> {
    if (this.#listings.length === 0) return;
    const { defaultFees } = this.#setup.descriptor;
    const before = this.#warnings;
    const own = await dearestRates(gateway, this.#listings).catch(() => undefined);
    const isSaid = own !== undefined && this.#warnings === before;
    const configured = configuredFees(this.#setup);
    this.#say('fees', feesVerdict({ account: own ?? defaultFees, isSaid, configured }));
  }

  async #measureMarketData(): Promise<void> {
    const { http } = this.#deps;
    const { descriptor, endpoints } = this.#setup;
    const { stream } = withMarketData(descriptor, accessOf(this.#setup));
    // Any symbol makes a plan; without one some venues have no address to ask.
    const [listing] = this.#listings;
    if (listing === undefined) return;
    const { symbol, priceTick, sizeLot } = listing;
    const entry = { symbol, priceDecimals: decimalsOf(priceTick), sizeDecimals: decimalsOf(sizeLot) };
    const [plan] = stream.plan(endpoints, [entry]);
    if (plan === undefined) return;
    let socket: Socket | undefined;
    try {
      const url = plan.dial === undefined ? plan.url : await plan.dial(http);
      socket = await this.#open(url, plan.headers ?? {});
      await this.#sayRoundTrips();
    } catch (thrown) {
      this.#say('socket', fail(`${plainAddress(plan.url)}: cannot be opened: ${messageOf(thrown)}`));
    } finally {
      socket?.close();
    }
  }

  /** Rejects with the reason when it does not come up. */
  #open(url: string, headers: Readonly<Record<string, string>>): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket: Socket = this.#probe.open(
        url,
        {
          onOpen: () => resolve(socket),
          onFrame: () => {},
          onPong: () => {},
          onClose: (code, reason) => reject(new Error(reason === '' ? `closed with ${code}` : reason)),
        },
        { headers },
      );
    });
  }

  async #measureLogon(): Promise<void> {
    const { clock } = this.#deps;
    const gateway = this.#gateway(this.#listings);
    const startedAt = clock.monotonicNs();
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(LOGON_TIMEOUT_MS, () => reject(new Error(`not logged on within ${LOGON_TIMEOUT_MS} ms`)));
    });
    try {
      await Promise.race([this.#patiently(() => gateway.connect()), late]);
      const logonMs = Math.round((clock.monotonicNs() - startedAt) / 1e6);
      this.#say('log-on', pass(`order entry and private stream are up after ${logonMs} ms`, { logonMs }));
      await this.#sayRoundTrips();
    } catch (thrown) {
      this.#say('log-on', fail(messageOf(thrown)));
    } finally {
      cancel();
      await gateway.close();
    }
  }

  async #sayRoundTrips(): Promise<void> {
    for (const measured of await this.#probe.measure()) this.#say('socket', this.#roundTrip(measured));
  }

  /** Asks again where the venue only said that it is asked too often: an engine at work here may have used that up. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (thrown) {
        if (attempt === TRIES || !isRateLimit(thrown)) throw thrown;
        await pause(this.#deps.clock, attempt * RETRY_MS);
      }
    }
  }

  #roundTrip(measured: Parameters<typeof roundTripVerdict>[0]): Verdict {
    return roundTripVerdict(measured, this.#deps.config.execution.orderTimeoutMs * TRIP_SHARE);
  }

  #gateway(listings: readonly Listing[]): Gateway {
    const { config, http, clock } = this.#deps;
    const { descriptor, endpoints, credentials } = this.#setup;
    const log = { ...silentLog, warn: () => void this.#warnings++ };
    return createIdentifiedGateway(
      descriptor,
      { endpoints, credentials, listings, sockets: this.#probe, http, clock, log, onEvent: () => {} },
      config.assets,
    );
  }

  #say(check: string, verdict: Verdict): void {
    const message = this.#redact(verdict.message);
    this.#checks.push({ check, venue: this.#setup.descriptor.id, ...verdict, message });
  }
}

/** The class stands in the fault's details, or in the venue's error there. */
function isRateLimit(thrown: unknown): boolean {
  const { class: own, error } = thrown instanceof Fault ? thrown.details : {};
  return (own ?? (isObject(error) ? error.class : undefined)) === 'rate-limit';
}

const closest = (readings: readonly ClockReading[]): ClockReading =>
  readings.reduce((best, next) => (next.errorMs < best.errorMs ? next : best));
