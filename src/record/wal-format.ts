/** Entries of the write-ahead log as bytes: length (u32, little-endian), CRC-32 of the payload (u32), payload
 *  (MessagePack). Pure. */
import { crc32 } from 'node:zlib';
import { Decoder, Encoder } from '@msgpack/msgpack';
import { Fault } from '../core/faults.ts';
import type { WalEntry } from '../core/records.ts';

/** Of what stands in the entries, said by each `RunOpened`. 2: orders say their kind. Older logs are read as they were
 *  meant; fields that a newer one adds could mean what this version does not do, so it is not read at all. */
export const WAL_FORMAT = 2;
export const WAL_HEADER = 8;
/** Longer than any entry: a length beyond it is damage. */
export const WAL_ENTRY_MAX = 1 << 20;

const KINDS: Readonly<Record<WalEntry['kind'], true>> = {
  RunOpened: true,
  LegSetOpened: true,
  OrderAdded: true,
  OrderAcked: true,
  OrderUpdated: true,
  Filled: true,
  LegSetClosed: true,
  LossLimitReached: true,
  LossLimitLifted: true,
};

/** Frames entries into one buffer that it reuses. */
export class WalEncoder {
  readonly #encoder = new Encoder({ ignoreUndefined: true });
  #frame = Buffer.alloc(4096);

  /** The framed entry; valid until the next call. */
  encode(entry: WalEntry): Uint8Array {
    const payload = this.#encoder.encodeSharedRef(entry);
    if (payload.length > WAL_ENTRY_MAX) throw new RangeError(`a write-ahead entry of ${payload.length} bytes`);
    const length = WAL_HEADER + payload.length;
    if (this.#frame.length < length) this.#frame = Buffer.alloc(length * 2);
    this.#frame.writeUInt32LE(payload.length, 0);
    this.#frame.writeUInt32LE(crc32(payload), 4);
    this.#frame.set(payload, WAL_HEADER);
    return this.#frame.subarray(0, length);
  }
}

export interface WalContents {
  readonly entries: readonly WalEntry[];
  /** Bytes at the end that are no whole entry: what a kill or a power cut in the middle of an append leaves. */
  readonly tornBytes: number;
  /** Bytes between entries that could not be read; 0 unless salvaging. */
  readonly skippedBytes: number;
}

export interface WalReadOptions {
  /** Skip damage in the middle instead of stopping at it. */
  readonly salvage?: boolean;
}

/** Reads the bytes of one file. Throws `record/newer` for a format of a later version. Damage that no whole entry follows is a torn tail; damage before a whole entry throws
 *  `record/corrupt` with its offset. `name` is for the message. */
export function parseWal(bytes: Buffer, name: string, options: WalReadOptions = {}): WalContents {
  const decoder = new Decoder();
  const entries: WalEntry[] = [];
  let at = 0;
  let skippedBytes = 0;
  while (at < bytes.length) {
    const entry = entryAt(bytes, at, decoder);
    if (entry !== undefined) {
      checkFormat(entry, name);
      entries.push(entry);
      at += WAL_HEADER + bytes.readUInt32LE(at);
      continue;
    }
    const next = nextEntry(bytes, at + 1, decoder);
    if (next === undefined) return { entries, tornBytes: bytes.length - at, skippedBytes };
    if (options.salvage !== true) {
      throw new Fault('record/corrupt', `${name} is damaged at byte ${at}, before whole entries; salvage skips it`, {
        file: name,
        offset: at,
        damagedBytes: next - at,
        entriesBefore: entries.length,
      });
    }
    skippedBytes += next - at;
    at = next;
  }
  return { entries, tornBytes: 0, skippedBytes };
}

function checkFormat(entry: WalEntry, name: string): void {
  const { format = 1 } = entry.kind === 'RunOpened' ? entry : {};
  if (format <= WAL_FORMAT) return;
  const message = `${name} is of format ${format}, and this version reads up to ${WAL_FORMAT}: start the version that wrote it`;
  throw new Fault('record/newer', message, { file: name, format });
}

function entryAt(bytes: Buffer, at: number, decoder: Decoder): WalEntry | undefined {
  if (at + WAL_HEADER > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  // A hole that a power cut left is zeros, and the CRC-32 of nothing is 0: an empty entry is damage.
  if (length === 0 || length > WAL_ENTRY_MAX || at + WAL_HEADER + length > bytes.length) return undefined;
  const payload = bytes.subarray(at + WAL_HEADER, at + WAL_HEADER + length);
  // Every entry is a map of fewer than 16 keys; this spares most checksums when looking for the next entry.
  if (((payload[0] as number) & 0xf0) !== 0x80) return undefined;
  if (crc32(payload) !== bytes.readUInt32LE(at + 4)) return undefined;
  try {
    const value = decoder.decode(payload);
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is WalEntry {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}

function nextEntry(bytes: Buffer, from: number, decoder: Decoder): number | undefined {
  for (let at = from; at + WAL_HEADER < bytes.length; at++) {
    if (entryAt(bytes, at, decoder) !== undefined) return at;
  }
  return undefined;
}
