/** Answers in time or not at all, and ccxt's queue. Thread: the ccxt worker.
 *
 *  ccxt lets every request wait its turn, by a pace that it knows of the venue. For questions that is right, as long as
 *  one that has been given up is not sent any more. An order must not wait: it would go out late, at a price of before,
 *  or after its deadline, when it is being asked for. Orders skip the queue; the executor keeps their rate. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';
import { Overdue } from './errors.ts';

interface Call {
  readonly deadline: number;
  readonly isOrder: boolean;
}

const calls = new AsyncLocalStorage<Call>();

export interface WithinOptions<T> {
  readonly isOrder?: boolean;
  /** Hears of an answer that came too late. */
  readonly onLate?: (value: T) => void;
}

/** Rejects with `Overdue` when `call` has not answered within `ms`. */
export function within<T>(
  clock: Clock,
  ms: number,
  call: () => Promise<T>,
  { isOrder = false, onLate = () => {} }: WithinOptions<T> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const cancel = clock.after(ms, () => {
      isOver = true;
      reject(new Overdue(ms));
    });
    const answered = calls.run({ deadline: clock.monotonicNs() + ms * 1e6, isOrder }, call);
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

type Throttle = (cost?: number) => Promise<unknown>;

/** Teaches the queues of an exchange object, that of REST and those of its sockets, what is said above. */
export function guardQueues(exchange: Exchange, clock: Clock): void {
  const guarded =
    (wait: Throttle): Throttle =>
    async (cost) => {
      const call = calls.getStore();
      if (call?.isOrder !== true) await wait(cost);
      if (call !== undefined && clock.monotonicNs() > call.deadline) throw new Overdue(0);
      return undefined;
    };
  exchange.throttle = guarded(exchange.throttle.bind(exchange)) as typeof exchange.throttle;
  const clientOf = exchange.client.bind(exchange);
  const known = new WeakSet<object>();
  exchange.client = (url: string) => {
    const client = clientOf(url);
    const queue = client as unknown as { throttle?: Throttle };
    if (queue.throttle !== undefined && !known.has(client)) {
      known.add(client);
      queue.throttle = guarded(queue.throttle);
    }
    return client;
  };
}
