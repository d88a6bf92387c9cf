/** Child processes of a test file: started, watched, signalled by pid, and all of them gone when the file is done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { until } from './until.ts';

export const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A line of the process' log. */
export interface LogLine {
  readonly level: number;
  readonly name: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly isRunning: boolean;
  readonly out: string;
  readonly err: string;
  /** What it logged so far; lines of stderr that are no log are left out. */
  logs(): LogLine[];
  signal(signal: NodeJS.Signals): void;
  /** To it and to all that it started, as a terminal does; only of one started with a `group`. */
  signalGroup(signal: NodeJS.Signals): void;
  /** The first log line whose message fits. */
  logged(pattern: RegExp, timeoutMs?: number): Promise<LogLine>;
  /** Rejects, with what was logged, when it does not end in time. */
  end(timeoutMs?: number): Promise<Ended>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In a process group of its own. */
  readonly group?: boolean;
  /** What its stdin holds; without it, nothing. */
  readonly input?: string;
}

interface Tracked {
  readonly child: ChildProcess;
  readonly group: boolean;
}

const tracked = new Set<Tracked>();

/** Another process that takes part in a test. */
export function start(
  command: string,
  args: readonly string[],
  { env = {}, group = false, input }: StartOptions = {},
): Running {
  // The folder of this very Node comes first, so that whatever is started through the path runs on it too.
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: path, HOME: process.env['HOME'] ?? '/', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: group,
  });
  child.stdin?.end(input);
  const entry: Tracked = { child, group };
  tracked.add(entry);
  let out = '';
  let err = '';
  let isRunning = true;
  child.stdout?.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    err += String(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (thrown) => {
      err += `${String(thrown)}\n`;
    });
    // Not `exit`: what it wrote last is to be read too.
    child.once('close', (code, signal) => {
      isRunning = false;
      tracked.delete(entry);
      resolve({ code, signal });
    });
  });
  const logs = (): LogLine[] => err.split('\n').flatMap((line) => (line.startsWith('{') ? tryParse(line) : []));
  return {
    pid: child.pid ?? -1,
    ended,
    get isRunning() {
      return isRunning;
    },
    get out() {
      return out;
    },
    get err() {
      return err;
    },
    logs,
    signal: (signal) => void child.kill(signal),
    signalGroup: (signal) => signalGroup(entry, signal),
    logged: (pattern, timeoutMs = 20_000) =>
      until(`a log line like ${pattern}`, () => logs().find(({ msg }) => pattern.test(msg)), {
        timeoutMs,
        seen: () => err.slice(-3_000),
      }),
    end: (timeoutMs = 30_000) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`still running after ${timeoutMs} ms: ${err.slice(-3_000)}`)),
          timeoutMs,
        );
      });
      return Promise.race([ended, late]).finally(() => clearTimeout(timer));
    },
  };
}

/** `parallax …` on this very Node. */
export const parallax = (args: readonly string[], options?: StartOptions): Running =>
  start(process.execPath, [MAIN, ...args], options);

function tryParse(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

function signalGroup({ child, group }: Tracked, signal: NodeJS.Signals): void {
  if (!group || child.pid === undefined) throw new Error('it has no group of its own');
  process.kill(-child.pid, signal);
}

afterAll(async () => {
  const left = [...tracked];
  await Promise.all(
    left.map((entry) => {
      const closed = new Promise<void>((resolve) => entry.child.once('close', () => resolve()));
      try {
        if (entry.group) signalGroup(entry, 'SIGKILL');
        else entry.child.kill('SIGKILL');
      } catch {
        // It was gone already.
      }
      return closed;
    }),
  );
});
