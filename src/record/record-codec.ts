/** Journal records ↔ MessagePack bytes, bare (on disk) and with the time of writing in front (in a ring). */
import { Decoder, Encoder } from '@msgpack/msgpack';
import { Fault, messageOf } from '../core/faults.ts';
import { type FaultRecord, type JournalRecord, type RecordKind, recordTime } from '../core/records.ts';

const KINDS: Readonly<Record<RecordKind, true>> = {
  Run: true,
  Opportunity: true,
  LegSet: true,
  Order: true,
  Fill: true,
  Balance: true,
  Fault: true,
  Quote: true,
  Trust: true,
  Recovery: true,
};

/** Ids stand in LMDB keys, which hold no NUL and at most 1978 bytes. */
const MAX_ID = 400;

const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

export function encodeRecord(record: JournalRecord): Uint8Array {
  return encoder.encode(storable(record));
}

/** Throws `record/corrupt` when the bytes are not a journal record. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch (thrown) {
    throw new Fault('record/corrupt', `a journal record cannot be decoded: ${messageOf(thrown)}`, {
      bytes: bytes.length,
    });
  }
  if (!isRecord(value)) {
    throw new Fault('record/corrupt', 'bytes in the journal are not a record', { bytes: bytes.length });
  }
  return value;
}

function isRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, id } = value as { kind?: unknown; id?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return false;
  if (typeof id !== 'string' || id.length === 0 || id.length > MAX_ID || id.includes('\0')) return false;
  return Number.isFinite(recordTime(value as JournalRecord));
}

const STAMP = 8;

/** What travels in a ring: the wall time of writing (8 bytes), then the record. The difference to the commit is the
 *  journal's lag. */
export function encodeEnvelope(record: JournalRecord, writtenAt: number): Uint8Array {
  const payload = encoder.encodeSharedRef(storable(record));
  const envelope = new Uint8Array(STAMP + payload.length);
  new DataView(envelope.buffer).setFloat64(0, writtenAt);
  envelope.set(payload, STAMP);
  return envelope;
}

export interface Envelope {
  readonly writtenAt: number;
  readonly record: JournalRecord;
  /** The record's bytes, as they go to disk. */
  readonly payload: Uint8Array;
}

/** Throws `record/corrupt`. */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length <= STAMP) throw new Fault('record/corrupt', 'a ring message is too short for a record');
  const payload = bytes.subarray(STAMP);
  const writtenAt = new DataView(bytes.buffer, bytes.byteOffset, STAMP).getFloat64(0);
  return { writtenAt, record: decodeRecord(payload), payload };
}

/** Details of a fault are whatever somebody put there: they are made plain and small, so that no fault can fail to be
 *  recorded or fill a ring. The other kinds are plain by their types. */
function storable(record: JournalRecord): JournalRecord {
  if (record.kind !== 'Fault') return record;
  const budget = { nodes: 200 };
  const details = plain(record.details, 5, budget) as FaultRecord['details'];
  return { ...record, message: clipped(record.message), details };
}

const MAX_TEXT = 2000;
const clipped = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

function plain(value: unknown, depth: number, budget: { nodes: number }): unknown {
  if (budget.nodes-- <= 0) return '…';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return clipped(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return undefined;
  if (value instanceof Error) return clipped(`${value.name}: ${value.message}`);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth - 1, budget) ?? null);
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value).slice(0, 100)) {
    // MessagePack's decoder refuses this key.
    if (key !== '__proto__') out[clipped(key)] = plain(item, depth - 1, budget);
  }
  return out;
}
