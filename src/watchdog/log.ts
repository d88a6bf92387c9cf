/** The watchdog's log: stderr, or the engine's log file while its panel has the terminal. */
import pino from 'pino';
import type { Log } from '../core/log.ts';
import { logOptions } from '../core/log-options.ts';
import type { Redact } from '../core/redact.ts';

/** @param redact goes over every line as it is written: this process holds keys */
export function createLog(level: string, file?: string, redact?: Redact): Log {
  const destination = pino.destination(
    file === undefined ? { fd: 2, sync: true } : { dest: file, sync: true, append: true },
  );
  // Whoever read it may have died with the engine; that is when this process is needed.
  destination.on('error', () => {});
  return pino(logOptions('watchdog', level, redact), destination);
}
