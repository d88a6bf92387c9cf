/** Listens to the engine, and cancels its open orders when it is silent for too long or gone.
 *  Input and output come in as ports; what is decided stands in judge and sweep. */
import { epochOf, isOurs } from '../core/client-id.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { type Alarm, outcomeOf, type Why } from './alarm.ts';
import { judge } from './judge.ts';
import type { Brief, ToWatchdog, WatchedVenue } from './protocol.ts';
import { type SweepResult, sweep } from './sweep.ts';
import type { OpenVenue } from './venues.ts';

export interface WatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly open: (venue: WatchedVenue, brief: Brief) => OpenVenue;
  readonly writeAlarm: (brief: Brief, alarm: Alarm) => void;
}

/** How the process ends. */
export const EXIT = {
  /** The engine said goodbye, or never said whom to watch. */
  Clean: 0,
  /** It died; nothing of ours is open where there is a key. */
  Cleared: 1,
  /** It died; orders may be open. */
  Unclear: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const LOOK_EVERY_MS = 100;

export class Watch {
  readonly #deps: WatchDeps;
  #brief: Brief | undefined;
  #heardNs: number | undefined;
  #lookedNs: number;
  /** It was silent, and has not been heard since. */
  #isAlarmed = false;
  #isGone = false;
  #saidGoodbye = false;
  /** Ends with the last sweep. */
  #sweeping: Promise<unknown> = Promise.resolve();
  #stopLooking: () => void = () => {};

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#lookedNs = deps.clock.monotonicNs();
    this.#lookLater();
  }

  onMessage(message: ToWatchdog): void {
    switch (message.kind) {
      case 'Watch':
        // A first executor is waited for: it sends nothing before its first beat. A successor may have orders to adopt.
        if (this.#brief !== undefined) this.#hear();
        this.#brief = message;
        return;
      case 'Beat':
        return this.#hear();
      case 'Goodbye':
        this.#saidGoodbye = true;
        return;
    }
  }

  /** The engine's end of the pipe is closed. Resolves with the exit code. */
  async onEnd(): Promise<ExitCode> {
    this.#stopLooking();
    this.#isGone = true;
    const brief = this.#brief;
    if (this.#saidGoodbye || brief === undefined) return EXIT.Clean;
    // The sweep for its silence ends now, and this one begins anew: more may have reached the venues since.
    await this.#sweeping;
    const results = await this.#sweepAll(brief, 'gone');
    return outcomeOf(results) === 'clear' ? EXIT.Cleared : EXIT.Unclear;
  }

  #hear(): void {
    this.#heardNs = this.#deps.clock.monotonicNs();
    if (!this.#isAlarmed) return;
    this.#isAlarmed = false;
    this.#deps.log.warn({}, 'the engine is back');
  }

  #lookLater(): void {
    this.#stopLooking = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const nowNs = this.#deps.clock.monotonicNs();
    const lookedNs = this.#lookedNs;
    this.#lookedNs = nowNs;
    const brief = this.#brief;
    if (brief === undefined || this.#isAlarmed || this.#saidGoodbye) return;
    const verdict = judge({ heardNs: this.#heardNs, lookedNs, nowNs, silenceNs: brief.silenceMs * 1e6 });
    if (verdict === 'blind') this.#heardNs = nowNs;
    if (verdict !== 'silent') return;
    this.#isAlarmed = true;
    this.#sweeping = this.#sweeping.then(() => this.#sweepWhileSilent(brief));
  }

  async #sweepWhileSilent(brief: Brief): Promise<void> {
    while (this.#isStillSilent) {
      if (outcomeOf(await this.#sweepAll(brief, 'silent')) !== 'unclear') return;
    }
  }

  get #isStillSilent(): boolean {
    return this.#isAlarmed && !this.#isGone;
  }

  async #sweepAll(brief: Brief, why: Why): Promise<readonly SweepResult[]> {
    const { log, clock, writeAlarm } = this.#deps;
    const { run, enginePid, unwatched } = brief;
    const at = iso(clock);
    const what = { why, run, enginePid, at, unwatched };
    const words = why === 'silent' ? `is silent for over ${brief.silenceMs} ms` : 'is gone without a goodbye';
    log.error({ why, run, enginePid, unwatched }, `ALARM: the engine ${words}; its open orders are cancelled`);
    writeAlarm(brief, { ...what, outcome: 'working', venues: [] });
    const venues = await Promise.all(brief.venues.map((venue) => this.#sweepOne(venue, brief, why)));
    const outcome = outcomeOf(venues);
    writeAlarm(brief, { ...what, endedAt: iso(clock), outcome, venues });
    const cancelled = venues.reduce((sum, venue) => sum + venue.cancelled.length, 0);
    log.error({ why, outcome, cancelled, venues, unwatched }, `ALARM: ${cancelled} orders cancelled; ${SAYS[outcome]}`);
    return venues;
  }

  async #sweepOne(watched: WatchedVenue, brief: Brief, why: Why): Promise<SweepResult> {
    const venue = this.#deps.open(watched, brief);
    try {
      return await sweep({
        venue: watched.venue,
        gateway: venue.gateway,
        listingOf: (symbol) => venue.listingOf(symbol),
        // A successor that started meanwhile has a higher epoch.
        isOurs: (clientId) => isOurs(clientId, brief.instance) && epochOf(clientId) <= brief.epoch,
        clock: this.#deps.clock,
        shouldGoOn: () => why === 'gone' || this.#isStillSilent,
        giveUpMs: brief.giveUpMs,
      });
    } finally {
      await venue.close();
    }
  }
}

const SAYS = {
  working: '',
  clear: 'nothing of ours is open where the watchdog has a key',
  unclear: 'ORDERS MAY BE OPEN: look at the venues',
  stopped: 'the engine is back and goes on with the rest',
} as const;

const iso = (clock: Clock): string => new Date(clock.wallMs()).toISOString();
