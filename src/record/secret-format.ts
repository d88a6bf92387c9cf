/** The secrets' file as bytes: scrypt for the passphrase, AES-256-GCM for the content. Pure but for its random numbers.
 *
 *   0  8  "PXSECRET"
 *   8  1  version
 *   9  1  log2 N    what scrypt was run with, so that it can be raised later: a file is opened with its own figures and
 *  10  1  r         written anew with today's
 *  11  1  p
 *  12 16  salt      random, anew with every write: no key is used twice, so no nonce can be
 *  28 12  nonce     random, anew with every write
 *  40  …  ciphertext of the JSON, filled up with spaces
 *   …  16 tag       over the ciphertext, and over bytes 0–39 as additional data
 *   …  32 SHA-256   of everything before it: tells a damaged file from a wrong passphrase; protects nothing */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import Value from 'typebox/value';
import { Fault } from '../core/faults.ts';
import { type Secrets, SecretsSchema } from '../core/secrets.ts';

export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and about 0.3 s a try: what the OWASP Password Storage Cheat Sheet asks for at least where scrypt is used
 *  (N = 2^17, r = 8, p = 1; https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt).
 *  It is paid once a start, and makes guessing cost memory, which is what graphics cards have least of. */
export const COST: ScryptCost = { logN: 17, r: 8, p: 1 };

/** What a file may ask for. Below, whoever can put a file in its place would make guessing cheap (32 MiB was the advice
 *  for log-ins in 2017); above, opening it would take the machine's memory (1 GiB) or minutes. */
const LEAST = { logN: 15, r: 8, p: 1 } as const;
const MOST = { logN: 20, r: 16, p: 8, bytes: 2 ** 30, work: 2 ** 24 } as const;

const MAGIC = Buffer.from('PXSECRET');
const VERSION = 1;
const SALT_AT = 12;
const NONCE_AT = 28;
const HEADER_BYTES = 40;
const TAG_BYTES = 16;
const SUM_BYTES = 32;
/** Lengths say how many keys there are, and of which kind: the content is filled up to multiples of this. */
const BLOCK_BYTES = 1024;
export const MAX_FILE_BYTES = 1024 * 1024;

/** Throws RangeError for a cost that `openSecrets` would refuse. */
export function sealSecrets(secrets: Secrets, passphrase: string, cost: ScryptCost = COST): Buffer {
  const problem = costProblem(cost);
  if (problem !== undefined) throw new RangeError(problem);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.set([VERSION, cost.logN, cost.r, cost.p], MAGIC.length);
  randomBytes(HEADER_BYTES - SALT_AT).copy(header, SALT_AT);
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, header), header.subarray(NONCE_AT));
  cipher.setAAD(header);
  const content = Buffer.from(JSON.stringify(secrets));
  const padding = Buffer.alloc(BLOCK_BYTES - (content.length % BLOCK_BYTES), ' ');
  const body = [header, cipher.update(content), cipher.update(padding), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([...body, sumOf(Buffer.concat(body))]);
}

/** Throws `secrets/damaged` or `secrets/locked`; neither message holds anything of the content. */
export function openSecrets(bytes: Buffer, passphrase: string): Secrets {
  const body = bytes.subarray(0, -SUM_BYTES);
  if (body.length < HEADER_BYTES + TAG_BYTES || !sumOf(body).equals(bytes.subarray(-SUM_BYTES))) {
    throw damaged("it is not what was written, or no secrets' file at all");
  }
  const header = body.subarray(0, HEADER_BYTES);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged("it is no secrets' file of Parallax");
  const version = header[MAGIC.length];
  if (version !== VERSION) throw damaged(`it is of version ${version}, which this Parallax does not know`);
  const problem = costProblem(costOf(header));
  if (problem !== undefined) throw damaged(problem);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(passphrase, header), header.subarray(NONCE_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(header);
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  let text: string;
  try {
    text = Buffer.concat([decipher.update(body.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]).toString();
  } catch {
    throw new Fault('secrets/locked', 'the passphrase does not open it (or somebody has changed it on purpose)');
  }
  const secrets: unknown = JSON.parse(text);
  if (!Value.Check(SecretsSchema, secrets)) throw damaged('what it holds was written by another version of Parallax');
  return secrets;
}

function costProblem({ logN, r, p }: ScryptCost): string | undefined {
  const isIn = (['logN', 'r', 'p'] as const).every((name) => {
    const value = { logN, r, p }[name];
    return Number.isInteger(value) && value >= LEAST[name] && value <= MOST[name];
  });
  const lanes = 2 ** logN * r;
  if (isIn && 128 * lanes <= MOST.bytes && lanes * p <= MOST.work) return undefined;
  return `it asks for scrypt with N = 2^${logN}, r = ${r}, p = ${p}, which is too weak or too costly to be ours`;
}

function costOf(header: Buffer): ScryptCost {
  const [logN = 0, r = 0, p = 0] = header.subarray(MAGIC.length + 1, SALT_AT);
  return { logN, r, p };
}

function keyOf(passphrase: string, header: Buffer): Buffer {
  const { logN, r, p } = costOf(header);
  const N = 2 ** logN;
  // Two keyboards may write one letter in two ways.
  return scryptSync(passphrase.normalize('NFC'), header.subarray(SALT_AT, NONCE_AT), 32, {
    N,
    r,
    p,
    maxmem: 2 * 128 * N * r,
  });
}

const sumOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

const damaged = (why: string): Fault => new Fault('secrets/damaged', why);
