/** The watchdog as the engine has it: a process that is started, told whom to watch, given the executor's beats, started
 *  again when it dies, and sent home when the run ends with nothing open. Thread: main. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { Credentials } from '../core/venue.ts';
import { type Brief, READY_LINE, type ToWatchdog, type WatchedVenue } from '../watchdog/protocol.ts';
import type { Identity } from './identity.ts';
import type { EngineContext, FromThread } from './messages.ts';
import type { VenueSetup } from './venue-setup.ts';

const MAIN = fileURLToPath(new URL('../watchdog/main.ts', import.meta.url));
const READY_MS = 20_000;
const STOP_MS = 2_000;
const RESTART = { baseMs: 250, maxMs: 30_000 } as const;
/** For how long it tries a venue that does not answer. The exchanges of mode sim are of this machine, and mostly end with
 *  the engine. */
const GIVE_UP_MS = { sim: 5_000, paper: 120_000, live: 120_000 } as const;

interface Running {
  readonly input: Writable;
  readonly exited: Promise<void>;
  kill(): void;
  /** The engine may end before it. */
  unref(): void;
}

export interface WatchdogDeps {
  readonly context: EngineContext;
  readonly setups: readonly VenueSetup[];
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
}

export class Watchdog {
  readonly #deps: WatchdogDeps;
  readonly #venues: readonly WatchedVenue[];
  readonly #unwatched: readonly string[];
  #brief: Brief | undefined;
  #running: Running | undefined;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  /** The run ends; `isReleased`: with nothing open. */
  #isStopping = false;
  #isReleased = false;
  #onReady: () => void = () => {};
  /** Resolves when it watches, or could not be started for the first time; at once where there is none. */
  readonly ready: Promise<void>;

  constructor(deps: WatchdogDeps) {
    this.#deps = deps;
    const watched = deps.setups.flatMap((setup) => watchedVenue(setup, deps.context) ?? []);
    this.#venues = watched;
    this.#unwatched = deps.setups
      .map(({ descriptor }) => descriptor.id)
      .filter((id) => !watched.some(({ venue }) => venue === id));
    this.ready = this.#isWanted
      ? new Promise((resolve) => {
          this.#onReady = resolve;
        })
      : Promise.resolve();
    this.#sayWhatIsUnwatched();
  }

  /** An identity whose every name for an executor the watchdog hears of, before that executor starts. */
  following(identity: Identity): Identity {
    return {
      next: () => {
        const names = identity.next();
        this.#watch(names);
        return names;
      },
    };
  }

  onBeat(beat: Extract<FromThread, { kind: 'Beat' }>): void {
    if (!beat.isLast) return this.#tell({ kind: 'Beat' });
    if (!this.#isStopping || !beat.isFlat) return;
    this.#isReleased = true;
    this.#tell({ kind: 'Goodbye' });
  }

  /** Ends the run: `stop` stops the executor, among others. What that leaves open the watchdog sees to by itself, after
   *  this process. */
  async endWith(stop: () => Promise<void>): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    await stop();
    const running = this.#running;
    if (running === undefined) return;
    running.input.end();
    if (!this.#isReleased) return running.unref();
    const late = setTimeout(() => running.kill(), STOP_MS);
    await running.exited;
    clearTimeout(late);
  }

  get #isWanted(): boolean {
    return this.#deps.context.config.safety.watchdog;
  }

  #watch({ instance, epoch }: { readonly instance: string; readonly epoch: number }): void {
    if (!this.#isWanted) return;
    const { run, dataDir, logFile, config } = this.#deps.context;
    this.#brief = {
      kind: 'Watch',
      run,
      enginePid: process.pid,
      instance,
      epoch,
      dataDir,
      ...(logFile === undefined ? {} : { logFile }),
      logLevel: config.log.level,
      silenceMs: config.safety.watchdogMs,
      giveUpMs: GIVE_UP_MS[config.mode],
      configured: config.venues,
      venues: this.#venues,
      unwatched: this.#unwatched,
    };
    if (this.#running === undefined) this.#start(this.#brief);
    else this.#tell(this.#brief);
  }

  #start(brief: Brief): void {
    clearTimeout(this.#restart);
    const child = spawn(process.execPath, [MAIN], {
      // Its own group: what ends this process from a terminal does not reach it.
      detached: true,
      env: {},
      stdio: ['pipe', 'pipe', brief.logFile === undefined ? 'inherit' : 'ignore'],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (thrown) => resolve(thrown.message));
      child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    });
    // What is written to one that has died is of no interest.
    child.stdin.on('error', () => {});
    const running: Running = {
      input: child.stdin,
      exited: exited.then(() => {}),
      kill: () => void child.kill('SIGKILL'),
      unref: () => child.unref(),
    };
    this.#running = running;
    const late = setTimeout(running.kill, READY_MS);
    createInterface({ input: child.stdout }).once('line', (line) => {
      if (line !== READY_LINE) return;
      clearTimeout(late);
      this.#failures = 0;
      this.#deps.log.info({ pid: child.pid, unwatched: this.#unwatched }, 'the watchdog watches');
      this.#onReady();
    });
    exited.then((why) => {
      clearTimeout(late);
      this.#onExit(running, why);
    });
    this.#tell(brief);
  }

  #onExit(running: Running, why: string): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    if (this.#isStopping) return;
    this.#deps.onFault(new Fault('safety/watchdog', `the watchdog ${why}; it is started again`, { why }));
    this.#onReady();
    const waitMs = Math.min(RESTART.maxMs, RESTART.baseMs * 2 ** this.#failures++);
    this.#restart = setTimeout(() => this.#brief && this.#start(this.#brief), waitMs);
  }

  #tell(message: ToWatchdog): void {
    const input = this.#running?.input;
    // One that is frozen reads nothing: beats are not kept for it.
    if (input === undefined || (message.kind === 'Beat' && input.writableNeedDrain)) return;
    input.write(`${JSON.stringify(message)}\n`);
  }

  #sayWhatIsUnwatched(): void {
    const { config } = this.#deps.context;
    if (!this.#isWanted || this.#unwatched.length === 0) return;
    const say = config.mode === 'live' ? this.#deps.log.warn : this.#deps.log.info;
    const timers = config.safety.deadManMs === undefined ? 'set safety.deadManMs or give' : 'give';
    say.call(
      this.#deps.log,
      { venues: this.#unwatched },
      `these venues count nonces: without a key of its own the watchdog cancels nothing there; ${timers} it one`,
    );
  }
}

/** With the key that it may use there; undefined: it has none. */
function watchedVenue(setup: VenueSetup, { universe }: EngineContext): WatchedVenue | undefined {
  const { descriptor, endpoints, watchdogCredentials } = setup;
  const shared: Credentials | undefined = descriptor.countsNonces === true ? undefined : setup.credentials;
  const credentials = watchdogCredentials ?? shared;
  if (credentials === undefined) return undefined;
  const rows = universe.rows.filter(({ venueIndex }) => universe.venues[venueIndex] === descriptor.id);
  const listings = rows.map(({ listing }) => listing.native ?? listing);
  return { venue: descriptor.id, endpoints, credentials, listings };
}
