/** Runs the actors of one thread. A thread spins or awaits, never both: an event-loop thread runs rounds when something
 *  entered it (and spins through setImmediate when told to); a loopless thread drains its rings for ever. */
import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type Fault, messageOf } from '../core/faults.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Actor } from './actor.ts';
import { bellChannel, bellOf, SharedViews } from './context.ts';
import { createActor } from './create-actor.ts';
import { Guard } from './guard.ts';
import { BACKOFF_ROUNDS, HOUSEKEEPING_MS, LOOPLESS_NAP_MS, MAX_ROUNDS } from './idle.ts';
import type { ActorSpec, FromThread, ThreadData, ToThread } from './messages.ts';

interface Resident {
  readonly spec: ActorSpec;
  readonly actor: Actor;
  readonly guard: Guard;
  isStarted: boolean;
}

export class ThreadHost {
  readonly #data: ThreadData;
  readonly #port: MessagePort;
  readonly #views: SharedViews;
  readonly #residents = new Map<string, Resident>();
  /** The same, as they were started. Rounds go from the last to the first: feeds, detector, executor, so that a quote
   *  reaches its order in one round. */
  #order: readonly Resident[] = [];
  readonly #bells: readonly Doorbell[];
  #inRound = false;
  #again = false;
  #idleRounds = 0;
  #isScheduled = false;
  #isShutdown = false;

  constructor(data: ThreadData, port: MessagePort) {
    this.#data = data;
    this.#port = port;
    this.#views = new SharedViews(data.context.buffer, data.context.shape);
    this.#bells = data.plan.bells.map((consumer) =>
      bellOf(data.context, this.#views, consumer, data.plan.loop === 'loopless'),
    );
  }

  run(): void {
    this.#post({ kind: 'ThreadReady' });
    if (this.#data.plan.loop === 'loopless') this.#runLoopless();
    else this.#runEventLoop();
  }

  #runEventLoop(): void {
    this.#port.on('message', (message: ToThread) => {
      this.#handle(message);
      this.#kick();
    });
    for (const consumer of this.#data.plan.bells) {
      const channel = new BroadcastChannel(bellChannel(this.#data.context.run, consumer));
      channel.onmessage = () => this.#kick();
    }
    // Heartbeats, staleness and retries: never what wakes a ring's consumer.
    setInterval(() => this.#kick(), HOUSEKEEPING_MS);
  }

  /** Runs rounds until nothing is left to do, then spins on or goes to sleep. Re-entrant calls ask for one more round. */
  #kick(): void {
    if (this.#inRound) {
      this.#again = true;
      return;
    }
    this.#inRound = true;
    for (const bell of this.#bells) bell.retract();
    let work = 0;
    let rounds = 0;
    do {
      this.#again = false;
      work = this.#round();
    } while ((work > 0 || this.#again) && ++rounds < MAX_ROUNDS);
    this.#inRound = false;
    this.#idleRounds = work > 0 || rounds > 0 ? 0 : this.#idleRounds + 1;
    this.#rest(work > 0);
  }

  #rest(hasMore: boolean): void {
    const { idle } = this.#data.plan;
    if (hasMore || idle === 'spin' || (idle === 'backoff' && this.#idleRounds < BACKOFF_ROUNDS)) return this.#spinOn();
    for (const bell of this.#bells) bell.announce();
    // Announce, then look once more: what was published before the announcement rang no bell.
    for (const resident of this.#residents.values())
      if (resident.isStarted && resident.actor.hasWork) return this.#spinOn();
  }

  #spinOn(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#kick();
    });
  }

  #round(): number {
    let work = 0;
    for (let i = this.#order.length - 1; i >= 0; i--) {
      const resident = this.#order[i];
      if (resident?.isStarted === true) work += resident.guard.work(resident.actor);
    }
    return work;
  }

  /** By the plan: a restarted actor takes its old place. */
  #reorder(): void {
    const { actors } = this.#data.plan;
    this.#order = actors.flatMap((name) => this.#residents.get(name) ?? []);
  }

  #runLoopless(): void {
    const { idle } = this.#data.plan;
    const commands = new Int32Array(this.#views.buffer);
    const at = (this.#views.layout.commands[this.#data.plan.index] as number) / 4;
    let seen = 0;
    while (!this.#isShutdown) {
      const posted = Atomics.load(commands, at);
      if (posted !== seen) {
        seen = posted;
        for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
          this.#handle(next.message as ToThread);
        }
      }
      if (this.#round() > 0) {
        this.#idleRounds = 0;
        continue;
      }
      this.#idleRounds++;
      if (idle === 'spin' || (idle === 'backoff' && this.#idleRounds < BACKOFF_ROUNDS)) Atomics.pause();
      else this.#nap();
    }
  }

  #nap(): void {
    const [bell] = this.#bells;
    if (bell === undefined) return;
    bell.announce();
    for (const resident of this.#residents.values()) if (resident.actor.hasWork) return bell.retract();
    bell.wait(LOOPLESS_NAP_MS);
  }

  #handle(message: ToThread): void {
    switch (message.kind) {
      case 'StartActor':
        return this.#start(message.spec);
      case 'StopActor':
        return this.#stop(message.name);
      case 'Command': {
        const resident = this.#residents.get(message.name);
        if (resident === undefined) return;
        return this.#async(resident, () => resident.actor.onCommand(message.command));
      }
      case 'Crash':
        return this.#crash(message.name, message.how);
      case 'Shutdown':
        this.#isShutdown = true;
        this.#port.close();
        // Whatever is still open belongs to actors that were stopped or have crashed.
        process.exit(0);
    }
  }

  #start(spec: ActorSpec): void {
    const { name } = spec;
    const guard = new Guard(
      (thrown) => this.#onCrash(name, guard, thrown),
      () => this.#kick(),
    );
    try {
      const actor = createActor(spec, {
        context: this.#data.context,
        views: this.#views,
        guard,
        post: (message) => this.#post(message),
        onFault: (fault) => this.#raise(name, fault),
        bell: (consumer) => bellOf(this.#data.context, this.#views, consumer, this.#isLooplessConsumer(consumer)),
      });
      const resident: Resident = { spec, actor, guard, isStarted: false };
      this.#residents.set(name, resident);
      this.#reorder();
      this.#async(resident, () => {
        const started = actor.start();
        const done = (): void => {
          resident.isStarted = true;
          this.#post({ kind: 'ActorStarted', name });
        };
        return started === undefined ? done() : started.then(done);
      });
    } catch (thrown) {
      guard.crash(thrown);
    }
  }

  /** A detector in a thread of its own is loopless; every other consumer sits in an event loop. */
  #isLooplessConsumer(consumer: string): boolean {
    return consumer === 'detector' && this.#data.context.config.topology === 'dedicated';
  }

  #stop(name: string): void {
    const resident = this.#residents.get(name);
    if (resident === undefined) return this.#post({ kind: 'ActorStopped', name });
    this.#async(resident, () => {
      const done = (): void => {
        resident.guard.end();
        this.#residents.delete(name);
        this.#reorder();
        this.#post({ kind: 'ActorStopped', name });
      };
      const stopped = resident.actor.stop();
      return stopped === undefined ? done() : stopped.then(done);
    });
  }

  /** An entry whose rejection is the actor's own crash. */
  #async(resident: Resident, entry: () => Promise<void> | void): void {
    const result = resident.guard.run(entry, undefined);
    if (result instanceof Promise) result.catch((thrown: unknown) => resident.guard.crash(thrown));
  }

  #crash(name: string, how: 'boundary' | 'uncaught'): void {
    const planted = new Error(`planted in ${name} (${how})`);
    if (how === 'boundary') this.#residents.get(name)?.guard.crash(planted);
    else throw planted;
  }

  #onCrash(name: string, guard: Guard, thrown: unknown): void {
    if (this.#residents.get(name)?.guard === guard) this.#residents.delete(name);
    this.#reorder();
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    this.#post({ kind: 'ActorCrashed', name, message: messageOf(thrown), stack });
  }

  #raise(name: string, fault: Fault): void {
    const { code, message, details } = fault;
    this.#post({ kind: 'FaultRaised', name, fault: { code, message, details } });
  }

  #post(message: FromThread): void {
    this.#port.postMessage(message);
  }
}
