/** A venue's dead-man timers: open orders are cancelled unless the client sets the timer again in time. What it is called,
 *  what it takes and whose orders it means is the venue's. */
import type { ExchangePort, SimAccount, SimOrder } from './port.ts';

export interface TimerScope {
  /** Timers of different names run apart. */
  readonly name: string;
  readonly isMeant: (order: SimOrder) => boolean;
}

const ALL: TimerScope = { name: '', isMeant: () => true };

export class DeadManTimers {
  readonly #exchange: ExchangePort;
  readonly #timers = new Map<string, () => void>();

  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
  }

  /** `ms` from now, in place of what was set before; 0 takes it away. Returns when it will run out, wall ms; 0: never. */
  set(account: SimAccount, ms: number, { name, isMeant }: TimerScope = ALL): number {
    const key = `${account.index}/${name}`;
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    if (ms === 0) return 0;
    const { clock } = this.#exchange;
    const cancel = clock.after(ms, () => {
      // Once: it stays off until it is set again.
      this.#timers.delete(key);
      this.#exchange.arrive(() => this.#cancelAll(account, isMeant));
    });
    this.#timers.set(key, cancel);
    return clock.wallMs() + ms;
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #cancelAll(account: SimAccount, isMeant: (order: SimOrder) => boolean): void {
    for (const { instrument, id } of this.#exchange.openOrders(account).filter(isMeant)) {
      this.#exchange.cancel(account, instrument, { id });
    }
  }
}
