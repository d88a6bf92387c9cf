/** `parallax run` as a child process, with its data folder, its API and what it left behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../../src/actors/summary.ts';
import type { EngineStatus } from '../../src/core/status.ts';
import { writeConfig } from './engine-config.ts';
import { newFolder } from './folders.ts';
import { parallax, type Running } from './processes.ts';
import { until } from './until.ts';

/** The API takes 600 reads a minute. */
const POLL_MS = 120;

export interface EngineProcess {
  readonly process: Running;
  readonly dataDir: string;
  /** Reads what `--summary` wrote; undefined when it was not written. */
  summary(): RunSummary | undefined;
  /** An answer of the API as JSON; throws what was answered when it is no 2xx. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  url(): string;
  token(): string;
  status(): Promise<EngineStatus>;
  /** Waits for its end; throws with its log when it ends otherwise than with `code`. */
  endsWith(code: number, timeoutMs?: number): Promise<void>;
  /** Waits for a status that fits, and gives it. */
  reached(what: string, fits: (status: EngineStatus) => boolean, timeoutMs?: number): Promise<EngineStatus>;
}

export interface EngineProcessOptions {
  /** Raw configuration, written as YAML; absent: the embedded exchanges. */
  readonly config?: unknown;
  readonly args?: readonly string[];
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts it in another way; default: the command itself, on this very Node. */
  readonly launch?: (args: readonly string[]) => Running;
}

export function startEngine({
  config,
  args = [],
  dataDir = newFolder(),
  env,
  launch,
}: EngineProcessOptions): EngineProcess {
  const summaryPath = join(newFolder(), 'summary.json');
  const all = [
    'run',
    ...(config === undefined ? [] : ['--config', writeConfig(config)]),
    '--data',
    dataDir,
    '--summary',
    summaryPath,
    ...args,
  ];
  const process = launch === undefined ? parallax(all, env === undefined ? {} : { env }) : launch(all);
  const url = (): string => (JSON.parse(readFileSync(join(dataDir, 'api.json'), 'utf8')) as { url: string }).url;
  const token = (): string => readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const status = (): Promise<EngineStatus> => ask('GET', '/v1/status');
  return {
    process,
    dataDir,
    summary: () =>
      existsSync(summaryPath) ? (JSON.parse(readFileSync(summaryPath, 'utf8')) as RunSummary) : undefined,
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    url,
    token,
    status,
    endsWith: async (code, timeoutMs = 30_000) => {
      const ended = await process.end(timeoutMs);
      if (ended.code !== code) throw new Error(`ended with ${JSON.stringify(ended)}: ${process.err.slice(-4_000)}`);
    },
    reached: async (what, fits, timeoutMs = 30_000) => {
      let last: EngineStatus | undefined;
      return until(
        what,
        async () => {
          if (!process.isRunning) return 'ended' as const;
          last = await status();
          return fits(last) ? last : undefined;
        },
        { timeoutMs, everyMs: POLL_MS, seen: () => ({ status: last, log: process.err.slice(-2_000) }) },
      ).then((found) => {
        if (found === 'ended') throw new Error(`it ended before ${what}: ${process.err.slice(-3_000)}`);
        return found;
      });
    },
  };
}

export const closedSets = ({ legSets }: Pick<EngineStatus, 'legSets'>): number =>
  legSets.filled + legSets.unwound + legSets.missed + legSets.unknown + legSets.residual;
