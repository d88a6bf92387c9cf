/** pino behind the Log port. Logs go to stderr (stdout belongs to what was asked for), or to a file while the panel has
 *  the terminal. */
import pino from 'pino';
import type { Log } from '../core/log.ts';
import { logOptions } from '../core/log-options.ts';
import type { Redact } from '../core/redact.ts';

/** @param redact for a thread that holds keys: goes over every line as it is written, whatever it is made of */
export function createLog(name: string, level: string, file?: string, redact?: Redact): Log {
  return pino(
    logOptions(name, level, redact),
    pino.destination(file === undefined ? { fd: 2, sync: true } : { dest: file, sync: true, append: true }),
  );
}
