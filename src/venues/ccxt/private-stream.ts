/** ccxt's private streams: orders and trades, kept up. What a class of ccxt cannot watch is polled after each order
 *  instead (`settle.ts`). Thread: the ccxt worker. */
import type { Exchange } from 'ccxt';
import { backoffMs } from '../../core/backoff.ts';
import { type Clock, pause } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import { seededRandom } from '../../core/random.ts';
import { isA } from './errors.ts';
import { Liveness } from './liveness.ts';

/** A log-on that is refused is refused within this time. */
const STEADY_MS = 300;
const CONNECT_MS = 10_000;
const SILENCE_MS = 5_000;
const BACKOFF = { baseMs: 250, maxMs: 5_000 };

export interface PrivateStreamEvents {
  onOrders(orders: readonly unknown[]): void;
  onTrades(trades: readonly unknown[]): void;
  onUp(): void;
  onDown(reason: string): void;
}

export class PrivateStream {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #events: PrivateStreamEvents;
  readonly #watches: (readonly [name: string, watch: () => Promise<void>])[] = [];
  /** Each stands for one try: what an older one says does not count. */
  #life = 0;
  #isUp = false;
  #isClosed = false;
  #attempt = 0;
  #liveness: Liveness | undefined;

  constructor(exchange: Exchange, clock: Clock, events: PrivateStreamEvents) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#events = events;
    const { has } = exchange;
    if (has.watchOrders === true) {
      this.#watches.push(['watchOrders', async () => events.onOrders(await exchange.watchOrders())]);
    }
    if (has.watchMyTrades === true) {
      this.#watches.push(['watchMyTrades', async () => events.onTrades(await exchange.watchMyTrades())]);
    }
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether orders are told of. */
  get hasOrders(): boolean {
    return this.#isUp && this.#watches.some(([name]) => name === 'watchOrders');
  }

  /** Whether orders can go over a socket that is known to be open. */
  get hasSocket(): boolean {
    return this.#isUp && (this.#liveness?.open ?? 0) > 0;
  }

  /** Resolves when it is up; rejects with the first refusal. Afterwards it comes back by itself. */
  async start(): Promise<void> {
    await this.#try();
  }

  close(): void {
    this.#isClosed = true;
    this.#life++;
    this.#liveness?.end();
  }

  async #try(): Promise<void> {
    const life = ++this.#life;
    this.#liveness?.end();
    const failed = new Promise<never>((_, reject) => {
      for (const [name, watch] of this.#watches) this.#follow(life, name, watch, reject);
    });
    // Lost later, it is told by `#onLost`.
    failed.catch(() => {});
    this.#liveness = new Liveness(this.#exchange, this.#clock, {
      onHeard: () => {},
      onSilent: (ms) => ms >= SILENCE_MS && this.#onLost(life, new Error(`silent for ${Math.round(ms)} ms`)),
    });
    await Promise.race([failed, this.#steady()]);
    this.#isUp = true;
    this.#attempt = 0;
    this.#events.onUp();
  }

  async #steady(): Promise<void> {
    if (this.#watches.length === 0) return;
    const until = this.#clock.monotonicNs() + CONNECT_MS * 1e6;
    while ((this.#liveness?.open ?? 0) === 0) {
      if (this.#clock.monotonicNs() > until) throw new Error('the private stream did not open');
      await pause(this.#clock, 20);
    }
    await pause(this.#clock, STEADY_MS);
  }

  async #follow(
    life: number,
    name: string,
    watch: () => Promise<void>,
    reject: (thrown: unknown) => void,
  ): Promise<void> {
    while (life === this.#life && !this.#isClosed) {
      try {
        await watch();
      } catch (thrown) {
        if (life !== this.#life) return;
        if (isA(thrown, 'NotSupported')) {
          const at = this.#watches.findIndex(([other]) => other === name);
          if (at >= 0) this.#watches.splice(at, 1);
          return;
        }
        reject(thrown);
        this.#onLost(life, thrown);
        return;
      }
    }
  }

  #onLost(life: number, thrown: unknown): void {
    if (life !== this.#life || this.#isClosed) return;
    this.#life++;
    this.#liveness?.end();
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#events.onDown(messageOf(thrown));
    this.#again();
  }

  #again(): void {
    const ms = backoffMs(this.#attempt++, JITTER, BACKOFF);
    this.#clock.after(ms, () => {
      if (this.#isClosed) return;
      this.#try().catch(() => this.#again());
    });
  }
}

// Jitter only.
const JITTER = seededRandom(Date.now() >>> 0);
