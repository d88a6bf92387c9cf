/** How every logger of ours is made, whichever process it is in. Pure. */
import type { Redact } from './redact.ts';

/** Fields that may hold a secret, wherever they stand. */
const REDACTED = ['apiKey', 'secret', 'passphrase', 'signature', 'token', 'authorization'];

/** What every logger of ours is made with (pino's options). `redact`, for who holds keys, goes over each line as it is
 *  written, whatever it is made of. */
export const logOptions = (name: string, level: string, redact?: Redact) => ({
  name,
  level,
  redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
  base: { name },
  ...(redact === undefined ? {} : { hooks: { streamWrite: redact } }),
});
