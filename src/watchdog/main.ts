/** Entry of the watchdog: a process of its own, started by the engine, which it outlives. Reads what the engine says from
 *  stdin; has no arguments and no environment. */
import { enableCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { systemClock } from '../core/clock.ts';
import { COMPILE_CACHE } from '../core/compile-cache.ts';
import { redactor } from '../core/redact.ts';

enableCompileCache(COMPILE_CACHE);
const { createLog } = await import('./log.ts');
const { openVenue } = await import('./venues.ts');
const { parseLine, READY_LINE } = await import('./protocol.ts');
const { writeAlarm } = await import('./alarm.ts');
const { Watch } = await import('./watch.ts');

const clock = systemClock();
let log = createLog('info');
const watch = new Watch({
  clock,
  log: {
    debug: (details, message) => log.debug(details, message),
    info: (details, message) => log.info(details, message),
    warn: (details, message) => log.warn(details, message),
    error: (details, message) => log.error(details, message),
  },
  open: (venue, brief) => openVenue(venue, brief, clock, log),
  writeAlarm: (brief, alarm) => writeAlarm(brief, alarm, log),
});
// Nobody reads it any more when the engine is gone.
process.stdout.on('error', () => {});
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = parseLine(line);
  if (message === undefined) return log.error({ bytes: line.length }, 'the engine said something that is no message');
  if (message.kind === 'Watch') {
    const redact = redactor(...message.venues.map(({ credentials }) => credentials));
    log = createLog(message.logLevel, message.logFile, redact);
    process.stdout.write(`${READY_LINE}\n`);
  }
  watch.onMessage(message);
});
lines.once('close', async () => process.exit(await watch.onEnd()));
