/** Who this installation is: an instance id made once, and an epoch that rises with every start of an executor. Both
 *  stand in the data folder, so that client order ids never repeat, whatever died when. */

import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '../core/faults.ts';
import { saveJson } from '../record/save-json.ts';

export interface Identity {
  /** Names for the next executor: on the disk before this returns. */
  next(): { readonly instance: string; readonly epoch: number };
}

const MAX_EPOCH = 36 ** 4 - 1;

export function openIdentity(dataDir: string): Identity {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'identity.json');
  let { instance, epoch } = load(path);
  return {
    next: () => {
      epoch++;
      if (epoch > MAX_EPOCH) {
        // The same instance would repeat ids: it goes on as another one.
        instance = newInstance();
        epoch = 1;
      }
      saveJson(path, { instance, epoch });
      return { instance, epoch };
    },
  };
}

const newInstance = (): string =>
  randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0');

function load(path: string): { instance: string; epoch: number } {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as { instance?: unknown; epoch?: unknown };
    if (
      typeof value.instance === 'string' &&
      /^[0-9a-z]{5}$/.test(value.instance) &&
      Number.isSafeInteger(value.epoch)
    ) {
      return { instance: value.instance, epoch: value.epoch as number };
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { instance: newInstance(), epoch: 0 };
    throw new Fault('record/corrupt', `${path} cannot be read: ${messageOf(thrown)}`, { path });
  }
  throw new Fault('record/corrupt', `${path} is not what was saved; orders under its ids may still be open`, { path });
}
