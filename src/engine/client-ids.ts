/** Deterministic client order ids: instance (5) + epoch (4) + sequence (8), all base 36, 17 characters of [0-9a-z].
 *  The epoch is persisted and rises with every start of an executor, so an id never repeats, also after a crash. */
import { CLIENT_ID } from '../core/client-id.ts';

export interface ClientIds {
  readonly prefix: string;
  next(): string;
}

const base36 = (value: number, width: number): string => {
  const text = value.toString(36).padStart(width, '0');
  if (text.length > width) throw new RangeError(`client id part ${value} is beyond ${width} base-36 digits`);
  return text;
};

/** `instance` is 5 characters of [0-9a-z]; `epoch` below 36^4. */
export function clientIds(instance: string, epoch: number): ClientIds {
  if (!/^[0-9a-z]{5}$/.test(instance))
    throw new RangeError(`instance "${instance}" is not ${CLIENT_ID.INSTANCE} of [0-9a-z]`);
  const prefix = instance + base36(epoch, CLIENT_ID.EPOCH);
  let sequence = 0;
  return { prefix, next: () => prefix + base36(++sequence, CLIENT_ID.SEQUENCE) };
}
