/** What the tests of Bitget's fixtures share: rows that are read, and rows that are not, each with the reason. */
import { expect, it } from 'vitest';
import { readReply } from '../../../src/venues/bitget/rest.ts';

export interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

export type Reading = ((text: string) => void) | { readonly ignored: string };

/** Every row has a reading or a reason, and there is none without a row. */
export function checkListed(rows: readonly Named[], readings: Readonly<Record<string, Reading>>): void {
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(readings).sort());
  for (const [name, reading] of Object.entries(readings)) {
    if (typeof reading !== 'function') expect(reading.ignored.length, name).toBeGreaterThan(10);
  }
}

export const ignored = (reason: string) => ({ ignored: reason });
export const futures = ignored('futures are not traded');
export const unified = ignored('the unified account has an interface of its own (v3)');
export const trigger = ignored('trigger orders are not used');
export const batch = ignored('orders go one by one');
export const notOurs = ignored('the client does not ask for it');

/** The `data` of a body that is no refusal. */
export function dataOf(text: string): unknown {
  const result = readReply({ status: 200, headers: {}, body: Buffer.from(text) });
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}

/** All rows of names that begin alike are left out for one reason. */
export const leftOut = (rows: readonly Named[], prefix: string, reason: Reading): Record<string, Reading> =>
  Object.fromEntries(rows.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => [name, reason]));

/** The list is complete, and every reading holds. */
export function checkBodies(rows: readonly Named[], readings: Readonly<Record<string, Reading>>): void {
  it('are all listed here', () => checkListed(rows, readings));
  it.each(rows.filter(({ name }) => typeof readings[name] === 'function').map((row) => [row.name, row] as const))(
    '%s',
    (name, { response = '' }) => {
      const reading = readings[name];
      if (typeof reading === 'function') reading(response);
    },
  );
}
