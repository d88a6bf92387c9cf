/** Starts the threads of a stress test and collects what each reports. */
import { type Transferable, Worker } from 'node:worker_threads';

export interface Job {
  /** A file of this folder. */
  readonly script: string;
  readonly data: object;
  readonly transfer?: readonly Transferable[];
}

/** Where the memory under test lives; a planted mutant lives elsewhere. */
export const MEMORY = new URL('../../../src/memory/', import.meta.url).href;

/** The seed of this run: a fresh one each time, or the one asked for. It stands in every test's failure message. */
export const SEED = Number(process.env.STRESS_SEED ?? Date.now() % 2 ** 31);

/** Runs all jobs at once, each on a thread of its own, and resolves with their reports in order.
 *  Rejects when one throws, ends without a report, or `limitMs` passes. Every thread is gone afterwards. */
export async function runThreads<R>(jobs: readonly Job[], limitMs = 50_000): Promise<R[]> {
  const workers = jobs.map(
    (job) =>
      new Worker(new URL(job.script, import.meta.url), {
        workerData: job.data,
        transferList: [...(job.transfer ?? [])],
        env: {},
        execArgv: [],
      }),
  );
  const reports = workers.map(
    (worker, index) =>
      new Promise<R>((resolve, reject) => {
        const name = `${jobs[index]?.script} (seed ${SEED})`;
        worker.once('message', resolve);
        worker.once('error', (error) => reject(new Error(`${name}: ${error}`, { cause: error })));
        worker.once('exit', (code) => reject(new Error(`${name} ended with ${code} and no report`)));
      }),
  );
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${limitMs} ms (seed ${SEED})`)), limitMs);
  });
  try {
    return await Promise.race([Promise.all(reports), limit]);
  } finally {
    clearTimeout(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
