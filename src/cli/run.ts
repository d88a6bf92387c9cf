/** `parallax run`: the engine, until a signal, the end of `--for`, or a drain. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EmbeddedSim, startEmbeddedSim } from '../actors/embedded-sim.ts';
import { Engine } from '../actors/engine.ts';
import { createLog } from '../actors/log.ts';
import type { RunSummary } from '../actors/summary.ts';
import type { VenueSetup } from '../actors/venue-setup.ts';
import type { Config } from '../core/config.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { type Redact, redactor, redactThrown, redactValue } from '../core/redact.ts';
import { holdFolder } from '../record/folder-hold.ts';
import { venueRegistry } from '../venues/registry.ts';
import { type OptionSpecs, parseArguments, usage, usageMessage } from './arguments.ts';
import { knownVenues, loadConfig, marketDataProblems, marketProblems, redactConfig } from './config-file.ts';
import { findCredentials } from './credentials.ts';
import { DEFAULT_DATA_DIR, type RunIo } from './io.ts';
import { ensureFolder, outFile } from './paths.ts';
import { serveApi } from './serve-api.ts';
import { configuredSetups, simulatedSetups } from './venue-setups.ts';
import { watch } from './watch.ts';

const OPTIONS = {
  config: { kind: 'text', shows: 'FILE', about: 'YAML; without it: embedded simulated exchanges' },
  for: { kind: 'duration', about: 'ends after this long (20s, 2m)' },
  summary: { kind: 'text', shows: 'FILE', about: 'writes what the run was, as JSON' },
  data: { kind: 'text', shows: 'DIR', about: `journal, log of orders, tokens; default ${DEFAULT_DATA_DIR}` },
  seed: { kind: 'integer', min: 0, max: 4_294_967_295, about: 'of the embedded exchanges; overrides sim.seed' },
  market: { kind: 'text', shows: 'NAME', about: 'of the embedded exchanges; overrides sim.market' },
} as const satisfies OptionSpecs;

const SIM_END_MS = 2_000;

export async function runCommand(args: readonly string[], io: RunIo): Promise<number> {
  const { values, help, problems } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('run', 'the engine; without a configuration against embedded simulated exchanges', OPTIONS));
    return 0;
  }
  if (problems.length > 0) {
    io.err(usageMessage('run', problems));
    return 2;
  }
  const known = knownVenues(venueRegistry);
  const loaded = loadConfig(values.config, known);
  const dataDir = resolve(values.data ?? io.dataDir ?? DEFAULT_DATA_DIR);
  const keys = loaded.problems.length > 0 ? undefined : await findCredentials(loaded.config, dataDir, known, io);
  const mistakes =
    keys === undefined
      ? [...loaded.problems]
      : [...keys.problems, ...marketDataProblems(loaded.config, keys.credentials, venueRegistry)];
  const market = values.market ?? loaded.config.sim.market;
  mistakes.push(...marketProblems(values.market === undefined ? 'sim.market' : '--market', market));
  const summary = values.summary === undefined ? undefined : outFile('--summary', values.summary, mistakes);
  const obstacle = mistakes.length > 0 ? undefined : ensureFolder(dataDir);
  if (obstacle !== undefined) mistakes.push({ path: '--data', message: `cannot be written to: ${obstacle}` });
  if (mistakes.length > 0 || keys === undefined) {
    for (const { path, message } of mistakes) io.err(`${path}: ${message}`);
    return 2;
  }
  const hold = await holdFolder(dataDir);
  if ('heldBy' in hold) {
    const who = hold.heldBy === '' ? 'an engine' : `an engine (process ${hold.heldBy})`;
    io.err(`--data: ${who} is at work on ${dataDir}; give this one a folder of its own`);
    return 2;
  }
  const config: Config = {
    ...loaded.config,
    sim: { seed: values.seed ?? loaded.config.sim.seed, market },
  };
  const logFile = io.terminal !== undefined && io.isErrOnTerminal ? join(dataDir, 'parallax.log') : undefined;
  const redact = redactor(...keys.credentials.values(), ...keys.watchdogCredentials.values());
  let sim: EmbeddedSim | undefined;
  try {
    const log = createLog('engine', config.log.level, logFile, redact);
    if (config.venues.length === 0) {
      sim = await startEmbeddedSim({ ...config.sim, venues: [...venueRegistry.keys()] });
      log.info(
        { control: sim.control, seed: config.sim.seed, market: config.sim.market },
        'simulated exchanges are up',
      );
    }
    const setups = sim === undefined ? configuredSetups(config, keys) : simulatedSetups(sim);
    for (const { descriptor } of setups.filter((setup) => setup.descriptor.slow === true)) {
      log.warn({ venue: descriptor.id }, `${descriptor.name}: slower and coarser than a native venue`);
    }
    return await runEngine({
      config,
      setups,
      dataDir,
      log,
      redact,
      logFile,
      sim,
      io,
      forMs: values.for,
      summary,
    });
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw redactThrown(redact, thrown);
    io.err(redact(`${thrown.code}: ${thrown.message}`));
    return thrown.code === 'config/invalid' ? 2 : 1;
  } finally {
    await sim?.stop();
    await hold.release();
  }
}

interface RunParts {
  readonly config: Config;
  readonly setups: readonly VenueSetup[];
  readonly dataDir: string;
  readonly log: Log;
  readonly redact: Redact;
  readonly logFile: string | undefined;
  readonly sim: EmbeddedSim | undefined;
  readonly io: RunIo;
  readonly forMs: number | undefined;
  readonly summary: string | undefined;
}

async function runEngine({
  config,
  setups,
  dataDir,
  log,
  redact,
  logFile,
  sim,
  io,
  forMs,
  summary,
}: RunParts): Promise<number> {
  // Signals count from now on: one that comes while the engine starts ends it as soon as it can.
  const signalled = io.signalled();
  const engine = await Engine.start({ config, setups, dataDir, log, ...(logFile === undefined ? {} : { logFile }) });
  let api: { url: string; close(): Promise<void> } | undefined;
  try {
    const shown = redactValue(redact, redactConfig(config));
    api = config.api.enabled ? await serveApi(engine, shown, io.env, dataDir, log) : undefined;
  } catch (thrown) {
    // A taken port is no reason to leave leg sets open.
    await engine.finish();
    throw thrown;
  }
  const stopWatching = watch(engine, { io, dataDir, log, apiUrl: api?.url });
  const ended = await Promise.race([
    signalled,
    engine.drainRequested.then(() => 'drain'),
    ...(forMs === undefined ? [] : [elapsed(forMs)]),
    ...(sim === undefined ? [] : [sim.died]),
  ]);
  log.info({ ended }, 'ending the run');
  const result = await engine.finish();
  stopWatching();
  await api?.close();
  if (sim !== undefined) await keepLedger(sim, dataDir, log);
  if (summary !== undefined) writeFileSync(summary, `${JSON.stringify(result, null, 2)}\n`);
  log.info({ clean: result.clean, legSets: result.legSets, pnl: result.pnl, valued: result.valued }, 'run ended');
  return exitCode(result);
}

/** A fault that money stands behind, or a halt, is no clean end; one that was overcome is told in the summary. */
const exitCode = ({ halted, faults }: RunSummary): number =>
  halted !== undefined || faults.some(({ code }) => code.startsWith('execution/')) ? 1 : 0;

/** The exchanges' own books, beside the journal: the witness that the run can be checked against. */
async function keepLedger(sim: EmbeddedSim, dataDir: string, log: Log): Promise<void> {
  try {
    const answer = await fetch(`${sim.control}/ledger`, { signal: AbortSignal.timeout(SIM_END_MS) });
    writeFileSync(join(dataDir, 'sim-ledger.json'), await answer.text(), { mode: 0o600 });
  } catch (thrown) {
    log.warn({ cause: messageOf(thrown) }, 'the ledger of the simulated exchanges could not be kept');
  }
}

const elapsed = (ms: number): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('time is up'), ms);
  });
