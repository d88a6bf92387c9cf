/** Finds the command that was asked for and runs it. */
import { booksCommand } from './books.ts';
import { drainCommand, haltCommand, pauseCommand, resumeCommand, unhaltCommand } from './control.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import type { RunIo } from './io.ts';
import { opportunitiesCommand } from './opportunities.ts';
import { ordersCommand } from './orders.ts';
import { runCommand } from './run.ts';
import { secretsCommand } from './secrets.ts';
import { simCommand } from './sim.ts';
import { inventoryCommand, statusCommand, venuesCommand } from './status.ts';
import { tradesCommand } from './trades.ts';
import { verifyCommand } from './verify.ts';

const OLDEST_NODE = 24;

type Command = (args: string[], io: RunIo) => Promise<number> | number;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly run: Command }>> = {
  run: { about: 'the engine; without a configuration against embedded simulated exchanges', run: runCommand },
  sim: { about: 'only the simulated exchanges', run: simCommand },
  doctor: { about: 'looks at configuration, clocks, keys, fees and round trips before trading', run: doctorCommand },
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
  secrets: { about: 'keys at rest: set, list, check, remove', run: secretsCommand },
  books: { about: "a recording's frames through a venue's parser and books", run: booksCommand },
  verify: { about: 'whether the journal and the log of orders add up', run: verifyCommand },
};

function usageText(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(14)}${about}`);
  return ['parallax COMMAND [options]', '', ...rows, '', '  parallax COMMAND --help says its options'].join('\n');
}

/** `argv` without interpreter and script. Resolves with the exit code. */
export async function runCommandLine(argv: readonly string[], io: RunIo): Promise<number> {
  const [name, ...args] = argv;
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
