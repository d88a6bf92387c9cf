/** Keeps secrets out of everything that is shown, logged or stored. */
import type { VenueError } from './order.ts';
import { looseSource, wordOf } from './secret-forms.ts';
import type { Credentials } from './venue.ts';

export type Redact = (text: string) => string;

/** Shorter ones would take common words apart and hide nothing; no venue gives or takes such a key. */
const SHORTEST = 4;
/** Encoded or cut pieces of a secret are looked for from this length on. */
const SHORTEST_PIECE = 8;

const HIDDEN = '***';

/** Private keys, whole or cut, whoever they belong to; line ends as such, or as JSON writes them. */
const PEM =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s]|\\+(?:[nr/]|u00[0-9a-f]{2}))*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g;
/** Signed tokens (JWTs): good for as long as they live, whoever has them. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const AUTHORIZATION = /\b(Basic|Bearer) [\w+/=.~-]{16,}/g;
/** In addresses. Venues name them differently; a short one is an ordinary word. */
const SIGNATURE = /\b(signature=)[\w%+/=-]+|\b((?:sign|passphrase|token|apikey)=)[\w%+/=-]{16,}/gi;

interface Hidden {
  /** In lower case; what holds not even this needs no slow look. */
  readonly word: string;
  readonly pattern: RegExp;
  readonly length: number;
}

/** Texts of others (the venue's words, network errors) may repeat what was sent to them: as it is, as JSON or an address
 *  writes it, or in base64. */
export function redactor(...credentials: readonly Credentials[]): Redact {
  const secrets = credentials.flatMap(({ apiKey, secret, passphrase = '' }) => [
    ...formsOf(secret),
    ...formsOf(passphrase),
    ...formsOf(apiKey),
  ]);
  // The longest first: a passphrase that is a part of a key must not leave the rest of it.
  const hidden = [...new Set(secrets)].map(hiddenOf).sort((a, b) => b.length - a.length);
  return (text) => {
    // Whole first: a token or a PEM out of which a known part was taken is no longer seen for what it is.
    let shown = text.replace(PEM, HIDDEN).replace(TOKEN, HIDDEN);
    let lower = shown.toLowerCase();
    for (const { word, pattern } of hidden) {
      if (!lower.includes(word)) continue;
      shown = shown.replace(pattern, HIDDEN);
      lower = shown.toLowerCase();
    }
    return shown
      .replace(SIGNATURE, (_, a: string | undefined, b: string | undefined) => `${a ?? b}${HIDDEN}`)
      .replace(AUTHORIZATION, `$1 ${HIDDEN}`);
  };
}

function hiddenOf(text: string): Hidden {
  return { word: wordOf(text), pattern: new RegExp(looseSource(text), 'giu'), length: text.length };
}

/** A secret and what it may look like elsewhere. */
function formsOf(secret: string): readonly string[] {
  const text = secret.trim();
  if (text.length < SHORTEST) return [];
  // Of a key in PEM also each line: whoever prints one may print a part.
  const lines = text.split(/\\n|\n/).map((line) => line.trim());
  const body = lines.filter((line) => !line.startsWith('-----'));
  const pieces = lines.length > 1 ? [body.join(''), ...body] : [];
  return [
    text,
    ...[...pieces, ...base64Of(text)].filter((piece) => piece.length >= SHORTEST_PIECE),
    Buffer.from(text).toString('hex'),
  ];
}

/** What of a text's base64 does not depend on what stands before and behind it, for each of the three places where it can
 *  begin within three bytes: `key:secret` of a basic authorization, a body that was encoded whole. */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
}

export const redactError = (redact: Redact, error: VenueError): VenueError => ({
  ...error,
  // Some codes are made of the venue's words.
  code: redact(error.code),
  message: redact(error.message),
});

const DEEPEST = 8;

/** Every text in a value, names included. What is no plain data stays as it is. */
export function redactValue<T>(redact: Redact, value: T): T {
  return redacted(redact, value, 0) as T;
}

function redacted(redact: Redact, value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => redacted(redact, item, depth + 1));
  if (value instanceof Error) return redactThrown(redact, value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redact(name), redacted(redact, item, depth + 1)]),
  );
}

/** The same error with clean words, for whoever throws it on. */
export function redactThrown(redact: Redact, thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? redact(thrown) : thrown;
  const { stack, cause } = thrown;
  thrown.message = redact(thrown.message);
  if (stack !== undefined) thrown.stack = redact(stack);
  if (cause !== undefined) thrown.cause = redactThrown(redact, cause);
  return thrown;
}
