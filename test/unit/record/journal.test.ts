import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { JournalRecord, RecordKind } from '../../../src/core/records.ts';
import { LmdbJournalReader } from '../../../src/record/journal-reader.ts';
import { encodeRecord } from '../../../src/record/record-codec.ts';
import { ringSink } from '../../../src/record/ring-sink.ts';
import { everyRecord, journalIn, newRing, T0, temporaryFolder, WHOLE } from './samples.ts';

function readerOf(folder: string): LmdbJournalReader {
  const reader = new LmdbJournalReader(folder);
  onTestFinished(() => reader.close());
  return reader;
}

const opportunity = (n: number): JournalRecord => ({
  ...WHOLE.Opportunity,
  id: `r${n % 2}-${n}`,
  run: `r${n % 2}`,
  openedAt: T0 + n,
  instrument: n % 3 === 0 ? 'ETH-USDT' : 'BTC-USDT',
});

describe('journal', () => {
  it('holds what the rings brought, of every kind and producer', () => {
    const folder = temporaryFolder();
    const { writer, sinks, counters } = journalIn(folder);
    everyRecord.forEach((record, n) => {
      expect(sinks[n % sinks.length]?.tryWrite(record)).toBe(true);
    });
    expect(writer.isBehind).toBe(true);
    expect(writer.drain()).toBe(everyRecord.length);
    expect(writer.drain()).toBe(0);
    expect(writer.isBehind).toBe(false);
    const reader = readerOf(folder);
    for (const kind of Object.keys(WHOLE) as RecordKind[]) expect(reader.read(kind)).toStrictEqual([WHOLE[kind]]);
    expect(counters.snapshot()).toMatchObject({ records: everyRecord.length, batches: 1, quoteSamples: 1 });
  });

  it('queries by time, order, limit, instrument and run', () => {
    const folder = temporaryFolder();
    const { writer } = journalIn(folder);
    writer.write(Array.from({ length: 30 }, (_, n) => opportunity(29 - n)));
    writer.write(everyRecord.filter((record) => record.kind !== 'Opportunity'));
    const reader = readerOf(folder);
    const times = (query: object): number[] => reader.read('Opportunity', query).map((each) => each.openedAt - T0);
    const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
    expect(times({})).toStrictEqual(upTo(0, 30).reverse());
    expect(times({ newestFirst: false })).toStrictEqual(upTo(0, 30));
    expect(times({ fromMs: T0 + 5, toMs: T0 + 9, newestFirst: false })).toStrictEqual([5, 6, 7, 8, 9]);
    expect(times({ fromMs: T0 + 5, toMs: T0 + 9 })).toStrictEqual([9, 8, 7, 6, 5]);
    expect(times({ limit: 2 })).toStrictEqual([29, 28]);
    expect(times({ limit: 0 })).toStrictEqual([]);
    expect(times({ instrument: 'ETH-USDT', limit: 3 })).toStrictEqual([27, 24, 21]);
    expect(times({ run: 'r1', toMs: T0 + 5 })).toStrictEqual([5, 3, 1]);
    expect(times({ fromMs: T0 + 100 })).toStrictEqual([]);
    expect(reader.read('Run', { run: 'r1', instrument: 'BTC-USDT' })).toHaveLength(1);
    expect(reader.read('Run', { run: 'r2' })).toStrictEqual([]);
    expect(reader.read('Balance', { run: 'r1' })).toHaveLength(1);
    expect(reader.read('Balance', { instrument: 'BTC-USDT' })).toStrictEqual([]);
  });

  it('keeps one record an id: written again, at another time even, the newer one stays', () => {
    const folder = temporaryFolder();
    const { writer } = journalIn(folder);
    const { endedAt: _, clean: __, ...started } = WHOLE.Run;
    writer.write([started, WHOLE.Fill, WHOLE.Quote]);
    writer.write([WHOLE.Run, WHOLE.Fill, { ...WHOLE.Fill, receivedAt: T0 + 999 }, WHOLE.Quote]);
    const reader = readerOf(folder);
    expect(reader.read('Run')).toStrictEqual([WHOLE.Run]);
    expect(reader.read('Fill')).toStrictEqual([{ ...WHOLE.Fill, receivedAt: T0 + 999 }]);
    expect(reader.read('Quote')).toStrictEqual([WHOLE.Quote]);
  });

  it('measures the lag from the writing of a record to its commit', () => {
    const clock = new ManualClock();
    const { writer, sinks, counters } = journalIn(temporaryFolder(), { clock });
    sinks[0]?.tryWrite(WHOLE.Fill);
    clock.advanceMs(70);
    sinks[1]?.tryWrite(WHOLE.Order);
    clock.advanceMs(5);
    writer.drain();
    expect(counters.snapshot()).toMatchObject({ maxLagMs: 75, lastLagMs: 75 });
    sinks[1]?.tryWrite(WHOLE.Order);
    clock.advanceMs(5);
    writer.drain();
    expect(counters.snapshot()).toMatchObject({ maxLagMs: 75, lastLagMs: 5 });
  });

  it('takes batches, and from each ring in its turn', () => {
    const folder = temporaryFolder();
    const { writer, sinks, counters } = journalIn(folder, { batch: 10 });
    for (let n = 0; n < 30; n++) sinks[0]?.tryWrite(opportunity(n));
    sinks[2]?.tryWrite(WHOLE.Fault);
    expect(writer.drain()).toBe(10);
    expect(readerOf(folder).read('Fault')).toHaveLength(1);
    while (writer.drain() > 0);
    expect(counters.get('records')).toBe(31);
    expect(counters.get('batches')).toBe(4);
  });

  it('reports a message that is no record, and goes on', () => {
    const folder = temporaryFolder();
    const { writer, rings, sinks, faults } = journalIn(folder);
    rings[0]?.tryPush(new Uint8Array(100));
    rings[1]?.tryPush(new Uint8Array(2));
    sinks[0]?.tryWrite(WHOLE.Fill);
    expect(writer.drain()).toBe(1);
    expect(faults.map((fault) => fault.code)).toStrictEqual(['record/corrupt', 'record/corrupt']);
    expect(readerOf(folder).read('Fill')).toStrictEqual([WHOLE.Fill]);
  });

  it('commits what is left when it closes, and opens again', async () => {
    const folder = temporaryFolder();
    const { sinks, close } = journalIn(folder);
    sinks[0]?.tryWrite(WHOLE.Fill);
    await close();
    expect(readerOf(folder).read('Fill')).toStrictEqual([WHOLE.Fill]);
    const { writer } = journalIn(folder);
    writer.write([WHOLE.Order]);
    expect(readerOf(folder).read('Order')).toHaveLength(1);
    expect(readerOf(folder).read('Fill')).toHaveLength(1);
  });

  it('is read in the process of its writer, whichever comes first', () => {
    const folder = temporaryFolder();
    const reader = readerOf(join(folder, 'journal'));
    expect(reader.read('Fill')).toStrictEqual([]);
    const { writer } = journalIn(join(folder, 'journal'));
    writer.write([WHOLE.Fill]);
    expect(reader.read('Fill')).toStrictEqual([WHOLE.Fill]);
  });

  it('says that there is none, and makes none', () => {
    const folder = temporaryFolder();
    for (let time = 0; time < 2; time++) {
      expect(() => new LmdbJournalReader(join(folder, 'journal'), { readOnly: true })).toThrow(
        expect.objectContaining({ code: 'record/missing' }),
      );
    }
  });

  it('says that a file is not a journal', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data.mdb'), 'not a database'.repeat(1000));
    expect(() => new LmdbJournalReader(folder)).toThrow(expect.objectContaining({ code: 'record/corrupt' }));
  });
});

describe('ring sink', () => {
  it('refuses when the journal is behind, and rings for what it wrote', () => {
    const ring = newRing(1024);
    let rung = 0;
    const sink = ringSink(ring, { ring: () => rung++ }, new ManualClock());
    let written = 0;
    while (sink.tryWrite(WHOLE.Quote)) written++;
    expect(written).toBeGreaterThan(1);
    expect(rung).toBe(written);
    ring.tryPop();
    expect(sink.tryWrite(WHOLE.Quote)).toBe(true);
  });

  it('throws for a record that no waiting would make fit', () => {
    const sink = ringSink(newRing(1024), { ring() {} }, new ManualClock());
    const long = { ...WHOLE.Run, instruments: Array.from({ length: 200 }, (_, n) => `COIN${n}-USDT`) };
    expect(encodeRecord(long).length).toBeGreaterThan(512);
    expect(() => sink.tryWrite(long)).toThrow(expect.objectContaining({ code: 'record/full' }));
  });
});
