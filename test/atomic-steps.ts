/** Looks between the atomic steps of code under test, without a change to that code: while `body` runs, every call of
 *  `Atomics` on this thread is preceded by `before(step)`. What `before` does itself is not counted.
 *  `before` may act as the other thread does at that moment, or throw: the death of this one. */
export function withAtomicSteps<T>(before: (step: number) => void, body: () => T): T {
  const names = ['load', 'store', 'exchange', 'compareExchange'] as const;
  const real = names.map((name) => Atomics[name] as (...args: unknown[]) => unknown);
  let step = 0;
  let isOurs = false;
  const restore = (): void => {
    names.forEach((name, i) => {
      Object.defineProperty(Atomics, name, { value: real[i], writable: true, configurable: true, enumerable: false });
    });
  };
  names.forEach((name, i) => {
    const value = (...args: unknown[]): unknown => {
      if (!isOurs) {
        isOurs = true;
        try {
          before(step++);
        } finally {
          isOurs = false;
        }
      }
      return real[i]?.(...args);
    };
    Object.defineProperty(Atomics, name, { value, writable: true, configurable: true, enumerable: false });
  });
  try {
    return body();
  } finally {
    restore();
  }
}

/** Thrown by `before` to end a thread's act at that step. */
export class Died extends Error {}

/** The act's value, or undefined when it died before its step `dieAt`. */
export function untilDeath<T>(dieAt: number, body: () => T): T | undefined {
  try {
    return withAtomicSteps((step) => {
      if (step === dieAt) throw new Died();
    }, body);
  } catch (error) {
    if (error instanceof Died) return undefined;
    throw error;
  }
}
