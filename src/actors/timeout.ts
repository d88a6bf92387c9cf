/** A value in a while, to race what may never come; it keeps no process alive. */
export const timeout = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
