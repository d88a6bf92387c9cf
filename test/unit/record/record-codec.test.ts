import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import type { FaultRecord, JournalRecord } from '../../../src/core/records.ts';
import { decodeRecord, encodeEnvelope, encodeRecord, openEnvelope } from '../../../src/record/record-codec.ts';
import { everyRecord, T0, WHOLE } from './samples.ts';

const throughBytes = (record: JournalRecord): JournalRecord => decodeRecord(encodeRecord(record));

describe('record codec', () => {
  it.each(everyRecord.map((record) => [record.kind, record] as const))('gives a whole %s back', (_, record) => {
    expect(throughBytes(record)).toStrictEqual(record);
  });

  it('leaves absent fields absent', () => {
    const { price: _, ackedAt: __, error: ___, venueOrderId: ____, ...order } = WHOLE.Order;
    expect(throughBytes({ ...order, price: undefined } as unknown as JournalRecord)).toStrictEqual(order);
  });

  it('carries the time of writing beside the record', () => {
    const envelope = openEnvelope(encodeEnvelope(WHOLE.Fill, T0 + 123));
    expect(envelope.writtenAt).toBe(T0 + 123);
    expect(envelope.record).toStrictEqual(WHOLE.Fill);
    expect(decodeRecord(envelope.payload)).toStrictEqual(WHOLE.Fill);
  });

  it('records a fault whatever its details are', () => {
    const loop: { self?: object } = {};
    loop.self = loop;
    const details = {
      big: 12345678901234567890n,
      error: new TypeError('no'),
      at: new Date(T0),
      bytes: new Uint8Array(3),
      skip: () => 1,
      symbol: Symbol('x'),
      undefined: undefined,
      loop,
      long: 'x'.repeat(100_000),
      wide: Array.from({ length: 10_000 }, (_, n) => n),
      ...JSON.parse('{"__proto__": 1}'),
    };
    const bytes = encodeRecord({ ...WHOLE.Fault, details });
    expect(bytes.length).toBeLessThan(10_000);
    const back = decodeRecord(bytes) as FaultRecord;
    expect(back.details).toMatchObject({
      big: '12345678901234567890',
      error: 'TypeError: no',
      at: new Date(T0).toISOString(),
      bytes: '<3 bytes>',
    });
    expect(Object.keys(back.details)).not.toContain('skip');
  });

  it.each([
    ['garbage', Uint8Array.of(0xc1)],
    ['nothing', new Uint8Array(0)],
    ['a number', encode(3)],
    ['another kind', encode({ ...WHOLE.Fill, kind: 'Filled' })],
    ['an inherited name as kind', encode({ ...WHOLE.Fill, kind: 'toString' })],
    ['no id', encode({ ...WHOLE.Fill, id: '' })],
    ['an id that no key holds', encode({ ...WHOLE.Fill, id: 'a\0b' })],
    ['a longer id than a key holds', encode({ ...WHOLE.Fill, id: 'a'.repeat(2000) })],
    ['no time', encode({ ...WHOLE.Fill, receivedAt: Number.NaN })],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code: 'record/corrupt' }));
  });
});
