import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { REASONS } from '../../src/core/intent.ts';
import { JOURNAL_COUNTERS } from '../../src/core/metrics.ts';
import type { Fill } from '../../src/core/order.ts';
import type {
  FillRecord,
  JournalRecord,
  LegSetRecord,
  OpportunityRecord,
  WalEntry,
  WalOrder,
} from '../../src/core/records.ts';
import { Counters } from '../../src/memory/counters.ts';
import { LmdbJournalReader } from '../../src/record/journal-reader.ts';
import { JournalWriter } from '../../src/record/journal-writer.ts';
import { decodeRecord, encodeEnvelope, encodeRecord, openEnvelope } from '../../src/record/record-codec.ts';
import { parseWal, WAL_HEADER, WalEncoder } from '../../src/record/wal-format.ts';

/** Objects as they come from our code, never without prototype. */
const whole = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true });
const text = fc.string({ maxLength: 40, unit: 'binary' });
const id = fc.string({ minLength: 1, maxLength: 40 });
const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(12)).map(([n, d]) => `${n}.${d}`);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
// MessagePack has no negative zero among its integers, and none of ours means anything by it.
const number = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const side = fc.constantFrom('buy', 'sell');
const amounts = fc.dictionary(
  fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
  decimal,
  { noNullPrototype: true },
);

const fill = whole<Fill>({
  clientId: id,
  venueOrderId: text,
  tradeId: id,
  symbol: id,
  side,
  price: decimal,
  size: decimal,
  fee: decimal,
  feeAsset: text,
  maker: fc.boolean(),
  venueAt: time,
});
const fillRecord: fc.Arbitrary<FillRecord> = fc
  .tuple(fill, whole({ id, run: id, legSet: id, venue: id, instrument: id, receivedAt: time }))
  .map(([inner, outer]) => ({ kind: 'Fill', ...inner, ...outer }));
const opportunity = whole<OpportunityRecord>({
  kind: fc.constant('Opportunity'),
  id,
  run: id,
  instrument: id,
  buyVenue: id,
  sellVenue: id,
  openedAt: time,
  closedAt: time,
  lifeMs: number,
  grossEdgeBps: number,
  netEdgeBps: number,
  size: decimal,
  profit: decimal,
  intents: fc.nat(),
  verdict: fc.constantFrom(...REASONS),
});
const legSetBody = {
  kind: fc.constant<'LegSet'>('LegSet'),
  id,
  run: id,
  opportunity: id,
  instrument: id,
  openedAt: time,
  closedAt: time,
  state: fc.constantFrom('filled', 'unwound', 'refused', 'unknown', 'held', 'residual'),
  reason: text,
  expectedEdgeBps: number,
  pnl: amounts,
  fees: amounts,
  legs: fc.array(
    whole({
      venue: id,
      side,
      clientId: id,
      role: fc.constantFrom('leg', 'unwind'),
      size: decimal,
      filled: decimal,
      averagePrice: decimal,
    }),
    { maxLength: 6 },
  ),
  residual: decimal,
};
const legSet: fc.Arbitrary<LegSetRecord> = fc
  .record(legSetBody)
  .chain(({ reason, ...rest }) =>
    fc.boolean().map((hasReason) => (hasReason ? { ...rest, reason } : rest) as LegSetRecord),
  );
const fault = whole({
  kind: fc.constant<'Fault'>('Fault'),
  id,
  run: id,
  at: time,
  actor: text,
  code: text,
  message: text,
  details: fc.dictionary(id, fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true })),
});
const record: fc.Arbitrary<JournalRecord> = fc.oneof(fillRecord, opportunity, legSet);

const order: fc.Arbitrary<WalOrder> = whole({
  clientId: id,
  role: fc.constantFrom('leg', 'unwind'),
  row: fc.nat(),
  venue: id,
  symbol: id,
  side,
  price: decimal,
  size: decimal,
});
const entry: fc.Arbitrary<WalEntry> = fc.oneof(
  whole({ kind: fc.constant<'RunOpened'>('RunOpened'), run: id, epoch: fc.nat(), at: time }),
  whole({
    kind: fc.constant<'LegSetOpened'>('LegSetOpened'),
    legSet: id,
    intent: fc.nat(),
    opportunity: id,
    instrument: id,
    edgeBps: number,
    at: time,
    orders: fc.array(order, { maxLength: 4 }),
  }),
  whole({ kind: fc.constant<'OrderAdded'>('OrderAdded'), legSet: id, at: time, order }),
  whole({ kind: fc.constant<'Filled'>('Filled'), legSet: id, venue: id, fill, at: time }),
  whole({
    kind: fc.constant<'LegSetClosed'>('LegSetClosed'),
    legSet: id,
    state: fc.constantFrom('filled', 'unknown'),
    at: time,
  }),
  whole({
    kind: fc.constant<'LossLimitReached'>('LossLimitReached'),
    limit: fc.constantFrom('limit-daily-loss', 'limit-loss-streak'),
    reason: text,
    at: time,
  }),
  whole({ kind: fc.constant<'LossLimitLifted'>('LossLimitLifted'), at: time }),
);

function written(entries: readonly WalEntry[]): { bytes: Buffer; offsets: number[] } {
  const encoder = new WalEncoder();
  const offsets: number[] = [];
  const frames = entries.map((each) => Buffer.from(encoder.encode(each)));
  frames.reduce((at, frame) => {
    offsets.push(at);
    return at + frame.length;
  }, 0);
  return { bytes: Buffer.concat(frames), offsets };
}

describe('record codec', () => {
  it('gives every record back, bare and through a ring', () => {
    fc.assert(
      fc.property(record, time, (original, at) => {
        expect(decodeRecord(encodeRecord(original))).toStrictEqual(original);
        const envelope = openEnvelope(encodeEnvelope(original, at));
        expect(envelope.record).toStrictEqual(original);
        expect(envelope.writtenAt).toBe(at);
      }),
      { numRuns: 300 },
    );
  });

  it('can record every fault, in a bounded number of bytes', () => {
    fc.assert(
      fc.property(fault, (original) => {
        const bytes = encodeRecord(original);
        expect(decodeRecord(bytes)).toMatchObject({ id: original.id, code: original.code });
        expect(bytes.length).toBeLessThan(500_000);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws anything but record/corrupt', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), record.map(encodeRecord)), fc.nat(), fc.nat(255), (bytes, at, value) => {
        const damaged = Uint8Array.from(bytes);
        if (damaged.length > 0) damaged[at % damaged.length] = value;
        try {
          decodeRecord(damaged);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'record/corrupt' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('write-ahead log', () => {
  it('cut at every byte of its last entry keeps all before it', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        const { bytes, offsets } = written(entries);
        expect(parseWal(bytes, 'x')).toStrictEqual({ entries, tornBytes: 0, skippedBytes: 0 });
        const last = offsets.at(-1) as number;
        for (let cut = last; cut < bytes.length; cut++) {
          const { entries: found, tornBytes, skippedBytes } = parseWal(bytes.subarray(0, cut), 'x');
          expect(found.length).toBe(entries.length - 1);
          expect(tornBytes).toBe(cut - last);
          expect(skippedBytes).toBe(0);
        }
        expect(parseWal(bytes.subarray(0, bytes.length - 1), 'x').entries).toStrictEqual(entries.slice(0, -1));
      }),
      { numRuns: 50 },
    );
  });

  it('damaged in one byte is never read as anything else: it stops, or loses that entry alone', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (entries, somewhere, mask) => {
          const { bytes, offsets } = written(entries);
          const at = somewhere % bytes.length;
          bytes[at] = (bytes[at] as number) ^ mask;
          const hit = offsets.findLastIndex((offset) => offset <= at);
          const rest = entries.filter((_, index) => index !== hit);
          expect(parseWal(bytes, 'x', { salvage: true }).entries).toStrictEqual(rest);
          if (hit === entries.length - 1) expect(parseWal(bytes, 'x').entries).toStrictEqual(rest);
          else expect(() => parseWal(bytes, 'x')).toThrow(expect.objectContaining({ code: 'record/corrupt' }));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads any bytes without throwing anything but record/corrupt', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { entries, tornBytes } = parseWal(Buffer.from(bytes), 'x');
        expect(entries).toStrictEqual([]);
        expect(tornBytes).toBe(bytes.length);
      }),
    );
    expect(WAL_HEADER).toBe(8);
  });
});

describe('journal', () => {
  it('reads back the newest version of each id, in order, however it was written', async () => {
    const names = Object.keys(JOURNAL_COUNTERS) as (keyof typeof JOURNAL_COUNTERS)[];
    const small = opportunity.map((each) => ({ ...each, openedAt: each.openedAt % 50 }));
    const batches = fc.array(fc.array(fc.tuple(small, fc.nat(20)).map(([each, n]) => ({ ...each, id: `o${n}` }))), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(60), fc.nat(60), async (written, fromMs, toMs) => {
        const folder = mkdtempSync(join(tmpdir(), 'parallax-record-'));
        const writer = new JournalWriter({
          folder,
          rings: [],
          counters: new Counters(new SharedArrayBuffer(names.length * 8), 0, names),
          clock: new ManualClock(),
          onFault: (raised) => expect.fail(raised.message),
        });
        const reader = new LmdbJournalReader(folder);
        try {
          for (const batch of written) expect(writer.write(batch)).toBe(true);
          const model = [...new Map(written.flat().map((each) => [each.id, each])).values()]
            .filter(({ openedAt }) => openedAt >= fromMs && openedAt <= toMs)
            .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
          const found = reader.read('Opportunity', { fromMs, toMs, newestFirst: false });
          expect(found).toStrictEqual(model);
          expect(reader.read('Opportunity', { fromMs, toMs })).toStrictEqual(model.reverse());
          expect(reader.read('Opportunity', { fromMs, toMs, limit: 3 })).toStrictEqual(model.slice(0, 3));
        } finally {
          reader.close();
          await writer.close();
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: 40 },
    );
  });
});
