/** Starts, watches, restarts and stops threads and their actors. Thread: main.
 *
 *  An actor that fails at its boundary is restarted alone; a thread that dies takes its actors with it, and all of them
 *  are restarted. Who used up the restart budget is not restarted: the owner halts the engine. */
import { Worker } from 'node:worker_threads';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { Layout } from '../memory/layout.ts';
import type { ActorCommand } from './actor.ts';
import type { ActorSpec, EngineContext, FromThread, ThreadPlan, ToThread } from './messages.ts';
import { RestartBudget } from './restart-budget.ts';

export interface ChildStatus {
  readonly name: string;
  readonly thread: string;
  readonly restarts: number;
  readonly up: boolean;
}

export interface SupervisorDeps {
  readonly context: EngineContext;
  readonly layout: Layout;
  readonly plans: readonly ThreadPlan[];
  readonly log: Log;
  /** The spec of an actor's next life; `life` counts from 0. */
  readonly specOf: (name: string, life: number) => ActorSpec;
  /** Before a dead actor's next life is started, and once it is up. */
  readonly onDown: (name: string) => void;
  readonly onUp: (name: string, life: number) => void;
  readonly onFault: (fault: Fault, actor: string) => void;
  readonly onBudgetSpent: (name: string, why: string) => void;
  readonly onMessage: (message: FromThread) => void;
}

interface Child {
  readonly name: string;
  readonly thread: Thread;
  life: number;
  up: boolean;
  isWanted: boolean;
  onStarted: (() => void) | undefined;
  onStopped: (() => void) | undefined;
}

interface Thread {
  readonly plan: ThreadPlan;
  worker: Worker | undefined;
  isStopping: boolean;
}

export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #budget: RestartBudget;
  readonly #threads: readonly Thread[];
  readonly #children: readonly Child[];
  readonly #commands: Int32Array;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    const { maxRestarts, periodMs } = deps.context.config.supervision;
    this.#budget = new RestartBudget(maxRestarts, periodMs);
    this.#threads = deps.plans.map((plan) => ({ plan, worker: undefined, isStopping: false }));
    this.#children = this.#threads.flatMap((thread) =>
      thread.plan.actors.map((name) => ({
        name,
        thread,
        life: 0,
        up: false,
        isWanted: false,
        onStarted: undefined,
        onStopped: undefined,
      })),
    );
    this.#commands = new Int32Array(deps.context.buffer);
  }

  /** Starts all children in order; each is up before the next is started. */
  async start(): Promise<void> {
    for (const child of this.#children) {
      if (child.thread.worker === undefined) this.#startThread(child.thread);
      const started = new Promise<void>((resolve) => {
        child.onStarted = resolve;
      });
      child.isWanted = true;
      this.#startActor(child);
      await started;
    }
  }

  /** Stops all children in reverse order, then the threads. */
  async stop(): Promise<void> {
    for (const child of [...this.#children].reverse()) await this.stopChild(child.name);
    for (const thread of this.#threads) thread.isStopping = true;
    await Promise.all(
      this.#threads.map(async (thread) => {
        const { worker } = thread;
        if (worker === undefined) return;
        const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
        this.#post(thread, { kind: 'Shutdown' });
        await exited;
      }),
    );
  }

  async stopChild(name: string): Promise<void> {
    const child = this.#child(name);
    child.isWanted = false;
    if (!child.up) return;
    const stopped = new Promise<void>((resolve) => {
      child.onStopped = resolve;
    });
    this.#post(child.thread, { kind: 'StopActor', name });
    await stopped;
  }

  command(name: string, command: ActorCommand): void {
    this.#post(this.#child(name).thread, { kind: 'Command', name, command });
  }

  /** Makes an actor fail; for the tests that assert what a failure takes with it. */
  crash(name: string, how: 'boundary' | 'uncaught'): void {
    this.#post(this.#child(name).thread, { kind: 'Crash', name, how });
  }

  status(): ChildStatus[] {
    return this.#children.map((child) => ({
      name: child.name,
      thread: child.thread.plan.name,
      restarts: Math.max(0, child.life - 1),
      up: child.up,
    }));
  }

  isUp(name: string): boolean {
    return this.#child(name).up;
  }

  #child(name: string): Child {
    const child = this.#children.find((entry) => entry.name === name);
    if (child === undefined) throw new RangeError(`no actor "${name}"`);
    return child;
  }

  #startThread(thread: Thread): void {
    const { context } = this.#deps;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      name: thread.plan.name,
      // Keys live in the environment of the process; no thread needs one.
      env: {},
      workerData: { context, plan: thread.plan },
    });
    thread.worker = worker;
    worker.on('message', (message: FromThread) => {
      if (thread.worker === worker) this.#onMessage(message);
    });
    worker.on('error', (thrown) => this.#onThreadError(thread, worker, messageOf(thrown)));
    worker.on('exit', (code) => this.#onThreadExit(thread, worker, `exited with code ${code}`));
  }

  #startActor(child: Child): void {
    const spec = this.#deps.specOf(child.name, child.life);
    child.life++;
    this.#post(child.thread, { kind: 'StartActor', spec });
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'ThreadReady':
        return;
      case 'ActorStarted': {
        const child = this.#child(message.name);
        child.up = true;
        this.#deps.onUp(child.name, child.life - 1);
        child.onStarted?.();
        child.onStarted = undefined;
        return;
      }
      case 'ActorStopped': {
        const child = this.#child(message.name);
        child.up = false;
        child.onStopped?.();
        child.onStopped = undefined;
        return;
      }
      case 'ActorCrashed':
        this.#deps.log.error({ actor: message.name, stack: message.stack }, `actor crashed: ${message.message}`);
        return this.#onDown(this.#child(message.name), message.message);
      case 'FaultRaised': {
        const { code, message: text, details } = message.fault;
        return this.#deps.onFault(new Fault(code, text, details), message.name);
      }
      default:
        return this.#deps.onMessage(message);
    }
  }

  #onThreadError(thread: Thread, worker: Worker, why: string): void {
    this.#deps.log.error({ thread: thread.plan.name }, `thread died: ${why}`);
    this.#onThreadExit(thread, worker, why);
  }

  #onThreadExit(thread: Thread, worker: Worker, why: string): void {
    if (thread.worker !== worker) return;
    thread.worker = undefined;
    if (thread.isStopping) return;
    const lost = this.#children.filter((child) => child.thread === thread && child.isWanted);
    for (const child of this.#children) if (child.thread === thread) child.onStopped?.();
    this.#startThread(thread);
    for (const child of lost) this.#onDown(child, why);
  }

  #onDown(child: Child, why: string): void {
    child.up = false;
    child.onStopped?.();
    child.onStopped = undefined;
    if (!child.isWanted) return;
    this.#deps.onDown(child.name);
    this.#deps.onFault(
      new Fault('actor/crashed', `${child.name} crashed and is restarted: ${why}`, {
        actor: child.name,
        life: child.life,
      }),
      child.name,
    );
    if (this.#budget.trySpend(child.name, Date.now())) return this.#restart(child);
    child.isWanted = false;
    this.#deps.onBudgetSpent(child.name, why);
    child.onStarted?.();
  }

  /** What an actor is started with may have to be read or written first: a full disk is its failure, not the engine's. */
  #restart(child: Child): void {
    try {
      this.#startActor(child);
    } catch (thrown) {
      this.#onDown(child, `it cannot be started: ${messageOf(thrown)}`);
    }
  }

  #post(thread: Thread, message: ToThread): void {
    thread.worker?.postMessage(message);
    const word = this.#deps.layout.commands[thread.plan.index];
    if (thread.plan.loop === 'loopless' && word !== undefined) Atomics.add(this.#commands, word / 4, 1);
  }
}
