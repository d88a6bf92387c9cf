/** pino behind the Log port. Logs go to stderr (stdout belongs to what was asked for), or to a file while the panel has
 *  the terminal. */
import pino from 'pino';
import type { Log } from '../core/log.ts';

/** Paths that may hold a secret, wherever they stand. */
const REDACTED = ['apiKey', 'secret', 'passphrase', 'signature', 'token', 'authorization'];

export function createLog(name: string, level: string, file?: string): Log {
  const paths = REDACTED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    { name, level, redact: { paths, censor: '[redacted]' }, base: { name } },
    pino.destination(file === undefined ? { fd: 2, sync: true } : { dest: file, sync: true, append: true }),
  );
}
