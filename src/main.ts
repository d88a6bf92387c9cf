/** The command line: finds the command and gives it what it may touch of the process. The only place that reads
 *  process.env. */
import { booksCommand } from './cli/books.ts';
import { drainCommand, haltCommand, pauseCommand, resumeCommand, unhaltCommand } from './cli/control.ts';
import { exportCommand } from './cli/export.ts';
import type { RunIo } from './cli/io.ts';
import { opportunitiesCommand } from './cli/opportunities.ts';
import { ordersCommand } from './cli/orders.ts';
import { runCommand } from './cli/run.ts';
import { simCommand } from './cli/sim.ts';
import { inventoryCommand, statusCommand, venuesCommand } from './cli/status.ts';
import { tradesCommand } from './cli/trades.ts';

const OLDEST_NODE = 24;

type Command = (args: string[], io: RunIo) => Promise<number> | number;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly run: Command }>> = {
  run: { about: 'the engine; without a configuration against embedded simulated exchanges', run: runCommand },
  sim: { about: 'only the simulated exchanges', run: simCommand },
  status: { about: 'what a running engine is doing', run: statusCommand },
  venues: { about: 'the state of its venues', run: venuesCommand },
  inventory: { about: 'what it holds where', run: inventoryCommand },
  pause: { about: 'start no new leg sets', run: pauseCommand },
  resume: { about: 'end a pause', run: resumeCommand },
  drain: { about: 'finish what is open, then stop', run: drainCommand },
  halt: { about: 'stop trading until a person lifts it', run: haltCommand },
  unhalt: { about: 'lift a halt', run: unhaltCommand },
  trades: { about: 'closed leg sets of which something filled, from the journal', run: tradesCommand },
  orders: { about: 'orders, from the journal', run: ordersCommand },
  opportunities: { about: 'crossings and why they were taken or not, from the journal', run: opportunitiesCommand },
  export: { about: 'the journal as CSV or JSONL', run: exportCommand },
  books: { about: "a recording's frames through a venue's parser and books", run: booksCommand },
};

function usageText(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(14)}${about}`);
  return ['parallax COMMAND [options]', '', ...rows, '', '  parallax COMMAND --help says its options'].join('\n');
}

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

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    io.err(
      `Parallax needs Node ${OLDEST_NODE} or newer; this is ${process.version}. On Linux \`npm ci\` brings its own: use npm run or npx.`,
    );
    return 2;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(usageText());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    io.err(`There is no command "${name}".\n\n${usageText()}`);
    return 2;
  }
  return command.run(args, io);
}

// A pipe that is read no longer (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main();
// Whatever a library still holds open must not keep a finished command alive; output is flushed first.
process.stdout.write('', () => process.exit());
