/** What keeps the death of an executor from being a loss: the beats that its watchdog lives by, the venues' dead-man
 *  timers, and noticing that it stood still itself. Thread: executor. */
import { type Clock, pause } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { Gateway, GatewayEvent } from '../core/order.ts';
import type { VenueId } from '../core/venue.ts';
import { hasFrozen, shouldSetTimer, timerMs } from '../engine/dead-man.ts';
import { descriptorOf } from '../venues/registry.ts';
import type { ActorHost } from './actor-host.ts';

const ROUND_MS = 250;
/** Timers are taken away within this, or run out: nothing is open then. */
const DISARM_MS = 2_500;
/** OKX takes one request a second, so that one just after the last may be refused: it is tried again. */
const AGAIN_MS = 1_100;
const TOLD_AT = 2;

interface Timer {
  readonly venue: VenueId;
  readonly gateway: Gateway;
  readonly set: (ms: number) => Promise<void>;
  readonly ms: number;
  readonly refreshNs: number;
  lastSetNs: number | undefined;
  /** Tries that failed since the last one that did not. */
  failures: number;
}

export interface ExecutorSafetyDeps {
  readonly host: ActorHost;
  readonly clock: Clock;
  readonly log: Log;
  readonly venues: readonly VenueId[];
  readonly gateways: readonly Gateway[];
  /** A first executor sends nothing before everything is up; a successor may have orders open from its beginning. */
  readonly isSuccessor: boolean;
  /** What was open at a venue is asked for after its `GatewayDown`. */
  readonly onGatewayEvent: (venueIndex: number, event: GatewayEvent) => void;
}

export class ExecutorSafety {
  readonly #deps: ExecutorSafetyDeps;
  readonly #timers: readonly Timer[];
  readonly #boundNs: number;
  #lastRoundNs = 0;
  #hasBegun: boolean;
  #hasAbandoned = false;
  #isStopped = false;

  constructor(deps: ExecutorSafetyDeps) {
    this.#deps = deps;
    this.#hasBegun = deps.isSuccessor;
    const { safety, venues: configured } = deps.host.context.config;
    this.#boundNs = safety.watchdogMs * 1e6;
    this.#timers = deps.venues.flatMap((venue, index) => {
      const gateway = deps.gateways[index];
      const { deadMan } = descriptorOf(venue, configured);
      if (safety.deadManMs === undefined || gateway?.cancelAllAfter === undefined || deadMan === undefined) return [];
      const ms = timerMs(deadMan, safety.deadManMs);
      deps.log.info(
        { venue, ms, cancels: deadMan.scope },
        "the venue's dead-man timer is set while the executor is well",
      );
      const set = gateway.cancelAllAfter.bind(gateway);
      return [{ venue, gateway, set, ms, refreshNs: deadMan.refreshMs * 1e6, lastSetNs: undefined, failures: 0 }];
    });
  }

  start(): void {
    this.#lastRoundNs = this.#deps.clock.monotonicNs();
    this.#round();
  }

  /** Sets were closed without their orders' ends being known. */
  onAbandoned(): void {
    this.#hasAbandoned = true;
  }

  /** The last beat says whether anything may be open; if so, timers and watchdog are left to deal with it. */
  async stop(openSets: number): Promise<void> {
    const isFlat = openSets === 0 && !this.#hasAbandoned;
    this.#isStopped = true;
    this.#deps.host.post({ kind: 'Beat', isLast: true, isFlat });
    if (!isFlat) return;
    const armed = this.#timers.filter(({ lastSetNs }) => lastSetNs !== undefined);
    const disarmed = Promise.allSettled(armed.map((timer) => this.#disarm(timer)));
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#deps.clock.after(DISARM_MS, resolve);
    });
    await Promise.race([disarmed, late]);
    cancel();
  }

  #round(): void {
    if (this.#isStopped) return;
    const { clock, host } = this.#deps;
    const nowNs = clock.monotonicNs();
    // A thread that warms its feeds up may be busy for long: while nothing can be open that is no freeze.
    this.#hasBegun ||= !host.views.control.isPausedBy('supervisor');
    if (this.#hasBegun) this.#tell(nowNs);
    this.#lastRoundNs = nowNs;
    clock.after(ROUND_MS, () => this.#round());
  }

  #tell(nowNs: number): void {
    const { host } = this.#deps;
    for (const timer of this.#timers) {
      const { gateway, lastSetNs, refreshNs } = timer;
      const health = { nowNs, lastRoundNs: this.#lastRoundNs, boundNs: this.#boundNs, isGatewayUp: gateway.isUp };
      if (shouldSetTimer({ ...health, lastSetNs, refreshNs })) this.#set(timer, nowNs);
    }
    if (hasFrozen(this.#lastRoundNs, nowNs, this.#boundNs)) this.#onFrozen((nowNs - this.#lastRoundNs) / 1e6);
    host.post({ kind: 'Beat', isLast: false });
  }

  #set(timer: Timer, nowNs: number): void {
    const { host, log } = this.#deps;
    timer.lastSetNs = nowNs;
    timer.set(timer.ms).then(
      () => {
        this.#count('deadManSets');
        if (timer.failures >= TOLD_AT) log.info({ venue: timer.venue }, 'the dead-man timer could be set again');
        timer.failures = 0;
      },
      (thrown: unknown) => {
        this.#count('deadManFailures');
        if (++timer.failures !== TOLD_AT || this.#isStopped) return;
        const { venue } = timer;
        host.onFault(new Fault('safety/dead-man', `${venue}: ${messageOf(thrown)}`, { venue }));
      },
    );
  }

  async #disarm({ set }: Timer): Promise<void> {
    const { clock } = this.#deps;
    await set(0).catch(async () => {
      await pause(clock, AGAIN_MS);
      await set(0);
    });
  }

  /** What the venues said meanwhile may be lost, and the watchdog may have cancelled what was open: all of it is unknown. */
  #onFrozen(ms: number): void {
    const { host, gateways, onGatewayEvent } = this.#deps;
    this.#count('freezes');
    const reason = `the executor stood still for ${Math.round(ms)} ms`;
    host.onFault(new Fault('actor/frozen', reason, { ms: Math.round(ms), boundMs: this.#boundNs / 1e6 }));
    gateways.forEach((gateway, venueIndex) => {
      if (!gateway.isUp) return;
      onGatewayEvent(venueIndex, { kind: 'GatewayDown', reason });
      onGatewayEvent(venueIndex, { kind: 'GatewayUp' });
    });
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS): void {
    const counters = this.#deps.host.views.executorCounters();
    counters.add(counters.slot(name));
  }
}
