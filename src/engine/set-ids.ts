/** Names of leg sets: run, the last of the executor's epoch, and a sequence; they sort by time within an executor's life. */

export interface SetIds {
  next(): string;
}

/** `prefix`: that of the executor's client ids, whose last four characters are its epoch. */
export function setIds(run: string, prefix: string): SetIds {
  let sequence = 0;
  return { next: () => `${run}-${prefix.slice(-4)}-${String(++sequence).padStart(8, '0')}` };
}
