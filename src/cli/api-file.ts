/** Where a running engine says how it is reached: `<data>/api.json`, written when the API listens, removed at the end. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ApiAddress {
  readonly url: string;
  readonly pid: number;
  readonly run: string;
}

const fileIn = (dataDir: string): string => join(dataDir, 'api.json');

/** In one step: a reader sees the old address or the new one, never half of it. */
export function writeApiFile(dataDir: string, address: ApiAddress): void {
  const next = `${fileIn(dataDir)}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(address)}\n`);
  renameSync(next, fileIn(dataDir));
}

/** Undefined when no engine wrote one here, or when it cannot be read. */
export function readApiFile(dataDir: string): ApiAddress | undefined {
  try {
    const address = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Partial<ApiAddress>;
    const { url, pid, run } = address;
    return typeof url === 'string' && typeof pid === 'number' && typeof run === 'string'
      ? { url, pid, run }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the file if it is this run's own; a later engine's stays. */
export function removeApiFile(dataDir: string, run: string): void {
  if (readApiFile(dataDir)?.run === run) rmSync(fileIn(dataDir), { force: true });
}
