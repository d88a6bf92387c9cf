/** The boundary of one life of one actor. Every entry from outside (doWork, socket callback, timer, HTTP answer) passes
 *  it: what is caught here restarts this actor alone; what is not (a promise nobody awaits) restarts its thread.
 *  After the life has ended nothing enters any more, its sockets are dropped and its timers cancelled. */
import type { Clock } from '../core/clock.ts';
import type { Socket, SocketFactory } from '../core/socket.ts';

export class Guard {
  readonly #onCrash: (thrown: unknown) => void;
  readonly #onEntry: () => void;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<() => void>();
  readonly #atEnd: (() => void)[] = [];
  #isAlive = true;

  /** `onCrash` is called at most once; `onEntry` after every entry that came from outside the thread's own rounds. */
  constructor(onCrash: (thrown: unknown) => void, onEntry: () => void) {
    this.#onCrash = onCrash;
    this.#onEntry = onEntry;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Runs an entry; `fallback` when the life is over or ends in it. */
  run<T>(entry: () => T, fallback: T): T {
    if (!this.#isAlive) return fallback;
    try {
      return entry();
    } catch (thrown) {
      this.crash(thrown);
      return fallback;
    }
  }

  /** `run` for the one entry that every round makes: no closure. */
  work(actor: { doWork(): number }): number {
    if (!this.#isAlive) return 0;
    try {
      return actor.doWork();
    } catch (thrown) {
      this.crash(thrown);
      return 0;
    }
  }

  crash(thrown: unknown): void {
    if (!this.#isAlive) return;
    this.end();
    this.#onCrash(thrown);
  }

  end(): void {
    this.#isAlive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const socket of this.#sockets) socket.terminate();
    this.#sockets.clear();
    for (const close of this.#atEnd.splice(0)) close();
  }

  /** Closes what else a life holds open, however it ends. */
  atEnd(close: () => void): void {
    this.#atEnd.push(close);
  }

  sockets(factory: SocketFactory): SocketFactory {
    return {
      open: (url, handlers, options) => {
        const enter = (entry: () => void): void => {
          this.run(entry, undefined);
          this.#onEntry();
        };
        const socket = factory.open(
          url,
          {
            onOpen: () => enter(() => handlers.onOpen()),
            onFrame: (buffer, start, end, receivedAt) => {
              // Hot: no closure.
              if (!this.#isAlive) return;
              try {
                handlers.onFrame(buffer, start, end, receivedAt);
              } catch (thrown) {
                this.crash(thrown);
              }
              this.#onEntry();
            },
            onPong: () => enter(() => handlers.onPong()),
            onClose: (code, reason) => {
              this.#sockets.delete(socket);
              enter(() => handlers.onClose(code, reason));
            },
          },
          options,
        );
        this.#sockets.add(socket);
        return socket;
      },
    };
  }

  clock(clock: Clock): Clock {
    return {
      monotonicNs: () => clock.monotonicNs(),
      wallMs: () => clock.wallMs(),
      after: (ms, task) => {
        const cancel = clock.after(ms, () => {
          this.#timers.delete(cancel);
          this.run(task, undefined);
          this.#onEntry();
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          cancel();
        };
      },
    };
  }
}
