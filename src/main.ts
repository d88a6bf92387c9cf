/** The command line: gives the commands what they may touch of the process. The only place that reads process.env. */
import { enableCompileCache } from 'node:module';
import type { RunIo } from './cli/io.ts';
import { COMPILE_CACHE } from './core/compile-cache.ts';

// Before anything else is loaded: types are stripped and code is compiled once, not at every start.
enableCompileCache(COMPILE_CACHE);
const { runCommandLine } = await import('./cli/command-line.ts');
const { secretInput } = await import('./cli/secret-input.ts');

// Node's diagnostic reports would hold the environment, and with it the keys.
if (process.report !== undefined) process.report.excludeEnv = true;

/** Signals are caught from the first one asked for; a second one ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // A terminal and a package runner both pass Ctrl-C on: what comes within a moment is the same one.
        if (first !== undefined && Date.now() - first > 1_000) process.exit(1);
        first ??= Date.now();
        resolve(signal);
      });
    }
  });
}

const io: RunIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  env: process.env,
  input: secretInput(
    () => process.stdin,
    (text) => void process.stderr.write(text),
  ),
  signalled: firstSignal,
  stdinClosed: () =>
    new Promise((resolve) => {
      process.stdin.once('close', () => resolve());
      process.stdin.once('end', () => resolve());
      process.stdin.resume();
    }),
  terminal: process.stdout.isTTY ? process.stdout : undefined,
  isErrOnTerminal: process.stderr.isTTY,
};

// A pipe that is read no longer (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await runCommandLine(process.argv.slice(2), io);
// Whatever a library still holds open must not keep a finished command alive; output is flushed first.
process.stdout.write('', () => process.exit());
