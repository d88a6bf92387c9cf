/** `parallax doctor`: looks at configuration, machine and venues before an engine is let at them, and says what is wrong.
 *  Sends no order and changes nothing. */
import { resolve } from 'node:path';
import { startEmbeddedSim } from '../actors/embedded-sim.ts';
import type { VenueSetup } from '../actors/venue-setup.ts';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { Fault } from '../core/faults.ts';
import { httpClient } from '../net/http-client.ts';
import { wsSockets } from '../net/ws-socket.ts';
import { venueRegistry } from '../venues/registry.ts';
import { type OptionSpecs, parseArguments, usage, usageMessage } from './arguments.ts';
import { type Check, pass, reportLines, reportOf } from './checks.ts';
import { knownVenues, loadConfig, marketDataProblems, marketProblems } from './config-file.ts';
import { findCredentials } from './credentials.ts';
import { DEFAULT_DATA_DIR, type RunIo } from './io.ts';
import { renderLine } from './lines.ts';
import { checkMachine } from './machine-checkup.ts';
import { VenueCheckup } from './venue-checkup.ts';
import { configuredSetups, type Keys, simulatedSetups } from './venue-setups.ts';

const OPTIONS = {
  config: { kind: 'text', shows: 'FILE', about: 'YAML; without it: embedded simulated exchanges' },
  data: { kind: 'text', shows: 'DIR', about: `the engine's data folder; default ${DEFAULT_DATA_DIR}` },
  'allow-withdrawal': { kind: 'flag', about: 'lets keys pass that may withdraw, as security.allowWithdrawalKeys does' },
  json: { kind: 'flag', about: 'JSON alone on stdout' },
} as const satisfies OptionSpecs;
const ABOUT = 'configuration, clocks, keys and their permissions, fees and round trips, looked at before trading';

/** 0: nothing failed. 1: something did. 2: arguments or configuration are wrong, and nothing was looked at. */
export async function doctorCommand(args: readonly string[], io: RunIo): Promise<number> {
  const { values, help, problems } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('doctor', ABOUT, OPTIONS));
    return 0;
  }
  if (problems.length > 0) {
    io.err(usageMessage('doctor', problems));
    return 2;
  }
  const known = knownVenues(venueRegistry);
  const { config, problems: wrong } = loadConfig(values.config, known);
  const dataDir = resolve(values.data ?? io.dataDir ?? DEFAULT_DATA_DIR);
  const keys = wrong.length > 0 ? undefined : await findCredentials(config, dataDir, known, io);
  const mistakes =
    keys === undefined
      ? wrong
      : [
          ...keys.problems,
          ...marketDataProblems(config, keys.credentials, venueRegistry),
          ...marketProblems('sim.market', config.sim.market),
        ];
  if (mistakes.length > 0 || keys === undefined) {
    for (const { path, message } of mistakes) io.err(`${path}: ${message}`);
    return 2;
  }
  const allowWithdrawal = values['allow-withdrawal'] || config.security.allowWithdrawalKeys;
  const checks = [configCheck(config, values.config), ...checkMachine(dataDir, values.config)];
  try {
    checks.push(...(await checkVenues(config, keys, allowWithdrawal)));
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    io.err(`${thrown.code}: ${thrown.message}`);
    return 1;
  }
  const report = reportOf(checks);
  if (values.json) io.out(JSON.stringify(report, null, 2));
  else {
    const color = io.terminal !== undefined && io.env['NO_COLOR'] === undefined;
    for (const line of reportLines(report)) io.out(renderLine(line, Number.POSITIVE_INFINITY, color).trimEnd());
  }
  return report.ok ? 0 : 1;
}

async function checkVenues(config: Config, keys: Keys, allowWithdrawal: boolean): Promise<readonly Check[]> {
  if (config.venues.length > 0) return examine(configuredSetups(config, keys), config, allowWithdrawal);
  const sim = await startEmbeddedSim({ ...config.sim, venues: [...venueRegistry.keys()] });
  try {
    return await examine(simulatedSetups(sim), config, allowWithdrawal);
  } finally {
    await sim.stop();
  }
}

async function examine(
  setups: readonly VenueSetup[],
  config: Config,
  allowWithdrawal: boolean,
): Promise<readonly Check[]> {
  const clock = systemClock();
  const http = httpClient();
  const deps = { config, allowWithdrawal, http, sockets: wsSockets(clock), clock };
  const checkups = setups.map((setup) => new VenueCheckup(setup, deps));
  // One venue after the other where times are taken, all at once where they are not.
  for (const checkup of checkups) await checkup.measureRest();
  await Promise.all(checkups.map((checkup) => checkup.ask()));
  for (const checkup of checkups) await checkup.measureSockets();
  http.close();
  return checkups.flatMap(({ checks }) => checks);
}

function configCheck({ mode, venues, instruments }: Config, path = 'the defaults'): Check {
  const where = venues.length === 0 ? 'embedded exchanges' : venues.map(({ id }) => id).join(', ');
  const found = `${path}: mode ${mode}, ${instruments.length} instruments, ${where}`;
  return { check: 'configuration', ...pass(found, { mode, instruments, venues: venues.map(({ id }) => id) }) };
}
