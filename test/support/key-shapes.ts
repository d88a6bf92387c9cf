/** Keys in the shapes that the venues hand out, made anew with every run: nobody's. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { Credentials } from '../../src/core/venue.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const bytes = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.int(256)));

const pick = (random: Random, count: number, from: string): string =>
  Array.from({ length: count }, () => from[random.int(from.length)]).join('');

function uuid(random: Random): string {
  const hex = bytes(random, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Base64 that needs care in an address and in JSON: with + and / in it, and = at its end. */
function awkwardBase64(random: Random, count: number): string {
  for (;;) {
    const text = bytes(random, count).toString('base64');
    if (text.includes('+') && text.includes('/') && text.endsWith('=')) return text;
  }
}

const pem = (
  key: { export(options: { type: 'pkcs8' | 'sec1'; format: 'pem' }): string | Buffer },
  type: 'pkcs8' | 'sec1',
) => String(key.export({ type, format: 'pem' })).trim();

export interface NamedKey extends Credentials {
  readonly venue: string;
  readonly shape: string;
}

/** One or more of every native venue. */
export function keyShapes(seed: number): readonly NamedKey[] {
  const random = seededRandom(seed);
  const name = `organizations/${uuid(random)}/apiKeys/${uuid(random)}`;
  const ed25519 = () => generateKeyPairSync('ed25519').privateKey;
  const p256 = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const binance = () => pick(random, 64, LETTERS);
  return [
    { venue: 'binance', shape: 'HMAC', apiKey: binance(), secret: binance() },
    { venue: 'binance', shape: 'Ed25519 in PEM', apiKey: binance(), secret: pem(ed25519(), 'pkcs8') },
    { venue: 'binance', shape: 'RSA in PEM', apiKey: binance(), secret: pem(rsa(), 'pkcs8') },
    {
      venue: 'binance',
      shape: 'Ed25519 in base64',
      apiKey: binance(),
      secret: ed25519().export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    },
    {
      venue: 'okx',
      shape: 'UUID and upper-case hex',
      apiKey: uuid(random),
      secret: bytes(random, 16).toString('hex').toUpperCase(),
      passphrase: 'Gr8 "Words" & 50% <more>/\\?',
    },
    { venue: 'bybit', shape: 'short', apiKey: pick(random, 18, LETTERS), secret: pick(random, 36, LETTERS) },
    {
      venue: 'kucoin',
      shape: 'hex and UUID',
      apiKey: bytes(random, 12).toString('hex'),
      secret: uuid(random),
      passphrase: 'pass+phrase=1',
    },
    {
      venue: 'bitget',
      shape: 'bg_ and hex',
      apiKey: `bg_${bytes(random, 16).toString('hex')}`,
      secret: bytes(random, 32).toString('hex'),
      passphrase: 'Bitget2026pass',
    },
    { venue: 'kraken', shape: 'base64', apiKey: awkwardBase64(random, 41), secret: awkwardBase64(random, 64) },
    { venue: 'coinbase', shape: 'EC in PEM', apiKey: name, secret: pem(p256(), 'sec1') },
    {
      venue: 'coinbase',
      shape: 'EC on one line',
      apiKey: name,
      secret: `${pem(p256(), 'sec1').replaceAll('\n', '\\n')}\\n`,
    },
    { venue: 'coinbase', shape: 'Ed25519 in base64', apiKey: uuid(random), secret: awkwardBase64(random, 64) },
    {
      venue: 'gate',
      shape: 'hex',
      apiKey: bytes(random, 16).toString('hex'),
      secret: createHash('sha256').update(bytes(random, 8)).digest('hex'),
    },
  ];
}

/** The parts of a key that say something of it wherever they are found: whole values, and the lines of a PEM. */
export const tellingParts = ({ apiKey, secret, passphrase }: Credentials): readonly string[] =>
  [
    apiKey,
    ...secret.split(/\n|\\n/).filter((line) => line.length > 16 && !line.startsWith('-----')),
    passphrase,
  ].filter((part): part is string => part !== undefined);
