/** Answers in time or not at all. Thread: the ccxt worker. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';
import { Overdue } from './errors.ts';

const deadlines = new AsyncLocalStorage<number>();

/** Rejects with `Overdue` when `call` has not answered within `ms`. What ccxt has queued by then is not sent any more
 *  (`dropOverdue`); what was sent may still be answered, and `onLate` hears of it. */
export function within<T>(
  clock: Clock,
  ms: number,
  call: () => Promise<T>,
  onLate: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const cancel = clock.after(ms, () => {
      isOver = true;
      reject(new Overdue(ms));
    });
    const answered = deadlines.run(clock.monotonicNs() + ms * 1e6, call);
    answered.then(
      (value) => {
        cancel();
        if (isOver) onLate(value);
        else resolve(value);
      },
      (thrown: unknown) => {
        cancel();
        reject(thrown);
      },
    );
  });
}

/** ccxt waits its turn before each request of REST. An order that would leave after its deadline must not: by then it is
 *  being asked for. */
export function dropOverdue(exchange: Exchange, clock: Clock): void {
  const wait = exchange.throttle.bind(exchange);
  exchange.throttle = async (cost?: number) => {
    await wait(cost);
    const deadline = deadlines.getStore();
    if (deadline !== undefined && clock.monotonicNs() > deadline) throw new Overdue(0);
  };
}
