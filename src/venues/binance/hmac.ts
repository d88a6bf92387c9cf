/** HMAC-SHA256 (RFC 2104) as two one-shot hashes over a key that is padded once. Each order of an HMAC key waits for its
 *  signature, and making an `Hmac` object takes longer than hashing a few hundred bytes (ADR 011). */
import { createHmac, hash, type KeyObject } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** More than any request that is signed. */
const MESSAGE_BYTES = 4096;
/** Of UTF-8 for one unit of a string, at most. */
const UNIT_BYTES = 3;

class PaddedKey {
  readonly #key: KeyObject;
  readonly #inner = Buffer.alloc(BLOCK_BYTES + MESSAGE_BYTES);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

  constructor(key: KeyObject) {
    this.#key = key;
    const secret = key.export();
    // A key longer than a block counts as its hash.
    const bytes = secret.length > BLOCK_BYTES ? hash('sha256', secret, 'buffer') : secret;
    for (let at = 0; at < BLOCK_BYTES; at++) {
      this.#inner[at] = (bytes[at] ?? 0) ^ INNER_PAD;
      this.#outer[at] = (bytes[at] ?? 0) ^ OUTER_PAD;
    }
  }

  hex(message: string): string {
    if (message.length * UNIT_BYTES > MESSAGE_BYTES)
      return createHmac('sha256', this.#key).update(message).digest('hex');
    const end = BLOCK_BYTES + this.#inner.write(message, BLOCK_BYTES);
    // As text: a buffer of its own would cost as much as the hash.
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}

const padded = new WeakMap<KeyObject, PaddedKey>();

/** Of `message`'s UTF-8 bytes, in hex. `key` is a secret key. */
export function hmacHex(message: string, key: KeyObject): string {
  let known = padded.get(key);
  if (known === undefined) {
    known = new PaddedKey(key);
    padded.set(key, known);
  }
  return known.hex(message);
}
