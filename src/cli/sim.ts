/** `parallax sim`: only the simulated exchanges. Prints one line of JSON when ready, then runs until a signal. */
import { createLog } from '../actors/log.ts';
import { Fault } from '../core/faults.ts';
import { runSim } from '../sim/main.ts';
import { type OptionSpecs, parseArguments, usage, usageMessage } from './arguments.ts';
import type { RunIo } from './io.ts';

const OPTIONS = {
  venues: { kind: 'list', shows: 'a,b', about: 'which exchanges; all of them when left out' },
  port: {
    kind: 'integer',
    min: 0,
    max: 65_000,
    about: 'of the control server, the venues follow; 0 is any free ports',
  },
  seed: { kind: 'integer', min: 0, max: 4_294_967_295, about: 'of the market; the same seed is the same market' },
  market: { kind: 'text', shows: 'NAME', about: 'wobble (crossings that pay), calm (crossings that do not) or still' },
  keys: { kind: 'text', shows: 'KIND', about: 'of accounts: hmac, or ed25519 where a venue knows it (binance)' },
  recording: { kind: 'text', shows: 'FILE', about: "serves recorded frames in place of a venue's own market" },
  'ids-from': { kind: 'integer', min: 0, max: 999_999_999_999, about: 'added to the numbers of orders and trades' },
  'until-stdin-closes': { kind: 'flag', about: 'ends with whoever holds the other end of stdin' },
} as const satisfies OptionSpecs;

export async function simCommand(args: readonly string[], io: RunIo): Promise<number> {
  const { values, help, problems } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('sim', 'only the simulated exchanges', OPTIONS));
    return 0;
  }
  if (problems.length > 0) {
    io.err(usageMessage('sim', problems));
    return 2;
  }
  const { venues, port, seed, market, recording, keys } = values;
  if (keys !== undefined && keys !== 'hmac' && keys !== 'ed25519') {
    io.err(usageMessage('sim', [{ path: '--keys', message: `"${keys}" is no kind of key; known: hmac, ed25519` }]));
    return 2;
  }
  try {
    const sim = await runSim({
      ...(venues === undefined ? {} : { venues }),
      ...(port === undefined ? {} : { port }),
      ...(seed === undefined ? {} : { seed }),
      ...(market === undefined ? {} : { market }),
      ...(recording === undefined ? {} : { recording }),
      ...(keys === undefined ? {} : { keys }),
      ...(values['ids-from'] === undefined ? {} : { idsFrom: values['ids-from'] }),
      log: createLog('sim', 'info'),
    });
    io.out(JSON.stringify(sim.ready));
    // Signals are caught either way. With a holder they are the holder's to act on: Ctrl-C reaches both.
    const signalled = io.signalled();
    await (values['until-stdin-closes'] ? io.stdinClosed() : signalled);
    await sim.close();
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    io.err(thrown.message);
    return thrown.code === 'usage/invalid' ? 2 : 1;
  }
}
