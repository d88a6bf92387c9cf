/** Loaded before everything else into a process and each of its threads (`--import`): writes down what the thread was
 *  given, one file a thread, into the folder that its own address names. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId, workerData } from 'node:worker_threads';

export interface ProbedThread {
  readonly isMainThread: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** As JSON, for being searched. */
  readonly data: string;
}

const folder = new URL(import.meta.url).searchParams.get('folder');
if (folder !== null) {
  const data = JSON.stringify(workerData ?? null, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const probed = { isMainThread, environment: process.env, data };
  writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify(probed));
}
