/** The simulated exchanges as a process of their own, for runs without a configuration. It speaks the real protocols
 *  over loopback; the engine learns nothing from it that a venue would not tell. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fault } from '../core/faults.ts';
import type { Credentials, Endpoints } from '../core/venue.ts';

export interface SimulatedVenue extends Endpoints, Credentials {
  readonly instruments: readonly string[];
}

export interface EmbeddedSim {
  readonly control: string;
  readonly venues: Readonly<Record<string, SimulatedVenue>>;
  /** Resolves with the reason when the process ends before it is told to. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

const READY_MS = 20_000;
const STOP_MS = 3_000;
/** Numbers of orders and trades count from the milliseconds since then, as if these exchanges had gone on from one run to
 *  the next: journal and log of a data folder outlive them. */
const IDS_SINCE = Date.UTC(2025, 0, 1);
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Rejects with `sim/failed` when the exchanges are not ready in time. */
export async function startEmbeddedSim(options: {
  readonly seed: number;
  readonly market: string;
  readonly venues: readonly string[];
}): Promise<EmbeddedSim> {
  const { seed, market, venues: ids } = options;
  const args = [
    MAIN,
    'sim',
    '--seed',
    String(seed),
    '--market',
    market,
    '--venues',
    ids.join(','),
    '--ids-from',
    String(Date.now() - IDS_SINCE),
    '--until-stdin-closes',
  ];
  // The pipe to its stdin is its lifeline: should this process be killed, the exchanges end too.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  let isStopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (thrown) => resolve(thrown.message));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });
  const died = exited.then((why) => (isStopping ? new Promise<string>(() => {}) : why));
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<string>((resolve) => lines.once('line', resolve));
  const line = await Promise.race([
    ready,
    exited.then((why) =>
      Promise.reject(new Fault('sim/failed', `the simulated exchanges ${why} before they were ready`)),
    ),
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Fault('sim/failed', `no ready line within ${READY_MS} ms`)), READY_MS).unref();
    }),
  ]).catch((thrown: unknown) => {
    child.kill('SIGKILL');
    throw thrown;
  });
  const { control, venues } = JSON.parse(line) as Pick<EmbeddedSim, 'control' | 'venues'>;
  return {
    control,
    venues,
    died,
    stop: async () => {
      isStopping = true;
      // It takes no signals: those that end this process (Ctrl-C in a terminal) reach its whole group, and the exchanges
      // have to stay until the last order is settled.
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}
