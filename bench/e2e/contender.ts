/** A process under measurement, and what is said between it and the generator. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Exchange, type VenueAddresses } from './exchange.ts';

export type ToContender =
  | { readonly kind: 'Start'; readonly addresses: VenueAddresses }
  | { readonly kind: 'Report' }
  | { readonly kind: 'Stop' };

export interface ContenderReport {
  readonly kind: 'Reported';
  readonly rssBytes: number;
  /** Memory shared between threads, where there is any. */
  readonly sharedBytes: number;
}

export const CREDENTIALS = { apiKey: 'bench-key', secret: 'bench-secret', passphrase: 'bench-passphrase' } as const;

const START_MS = 30_000;
const END_MS = 10_000;

export class Contender {
  readonly name: string;
  readonly exchange: Exchange;
  readonly #child: ChildProcess;
  #ended: string | undefined;

  private constructor(name: string, exchange: Exchange, child: ChildProcess) {
    this.name = name;
    this.exchange = exchange;
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#ended = signal ?? `code ${code}`;
    });
  }

  /** Starts `script` of this folder against an exchange of its own; resolves once it watches both venues. */
  static async start(name: string, script: string): Promise<Contender> {
    const exchange = await Exchange.start();
    const child = fork(new URL(script, import.meta.url), { env: {}, execArgv: [] });
    const contender = new Contender(name, exchange, child);
    contender.#tell({ kind: 'Start', addresses: exchange.addresses });
    const deadline = performance.now() + START_MS;
    while (!exchange.isWatched) {
      if (performance.now() > deadline) throw new Error(`${name} did not subscribe within ${START_MS} ms`);
      contender.checkAlive();
      await pause(5);
    }
    return contender;
  }

  checkAlive(): void {
    if (this.#ended !== undefined) throw new Error(`${this.name} ended with ${this.#ended}`);
  }

  async report(): Promise<ContenderReport> {
    this.checkAlive();
    this.#tell({ kind: 'Report' });
    const [report] = (await once(this.#child, 'message')) as [ContenderReport];
    return report;
  }

  async stop(): Promise<void> {
    if (this.#ended === undefined) {
      const exited = once(this.#child, 'exit');
      this.#tell({ kind: 'Stop' });
      const limit = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
      await exited;
      clearTimeout(limit);
    }
    await this.exchange.close();
  }

  #tell(message: ToContender): void {
    this.#child.send(message);
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The contender's end: runs it, answers reports, and leaves with its generator. */
export function serve(
  start: (addresses: VenueAddresses) => Promise<{ sharedBytes: number; stop(): Promise<void> }>,
): void {
  let running: ReturnType<typeof start> | undefined;
  process.on('message', (message: ToContender) => {
    void handle(message);
  });
  process.on('disconnect', () => process.exit(1));

  async function handle(message: ToContender): Promise<void> {
    if (message.kind === 'Start') running = start(message.addresses);
    const { sharedBytes, stop } = (await running) ?? { sharedBytes: 0, stop: async () => {} };
    if (message.kind === 'Report') {
      const report: ContenderReport = { kind: 'Reported', rssBytes: process.memoryUsage.rss(), sharedBytes };
      process.send?.(report);
    }
    if (message.kind === 'Stop') {
      await stop();
      process.exit(0);
    }
  }
}
