/** Tokens of the right claims and no signature, made at once: the real ones are signed on another thread, for which a test
 *  on a manual clock cannot wait. `coinbase-sign.test.ts` looks at the real ones. */
import { randomBytes } from 'node:crypto';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export async function quickMint(
  { name, algorithm }: { readonly name: string; readonly algorithm: string },
  uri: string | undefined,
  nowMs: number,
): Promise<string> {
  const nbf = Math.floor(nowMs / 1000) - 1;
  const claims = { sub: name, iss: 'cdp', nbf, exp: nbf + 120, ...(uri === undefined ? {} : { uri }) };
  const header = { alg: algorithm, typ: 'JWT', kid: name, nonce: randomBytes(16).toString('hex') };
  return `${encode(header)}.${encode(claims)}.none`;
}
