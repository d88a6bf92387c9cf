import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../src/core/frame.ts';
import { BitgetParser } from '../../src/venues/bitget/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, type Seen, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_922);

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETHUSDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPEUSDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"act', '0}],"ts":10}0"}'] as const;
const readBoth: ReadBoth = (bytes) => bothReadings(bytes, AROUND, new BitgetParser(SYMBOLS));

const decimalText = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  { weight: 1, arbitrary: fc.constantFrom('0', '0.10', '00.5', '1.', '.5', '', '1e3', '-1', '99999999999999999999.5') },
);
const level = fc.tuple(decimalText, decimalText).map(([price, size]) => `["${price}","${size}"]`);
const side = fc.array(level, { maxLength: 5 }).map((levels) => `[${levels.join(',')}]`);
const seq = fc.oneof(
  fc.maxSafeInteger().map(String),
  digits(1_000_000),
  fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String),
  fc.bigInt({ min: 0n, max: 999n }).map((step) => String(1_343_064_377_779_269_632n + step)),
  fc.constantFrom('-1', '0', '-0', '01', '1.5', '1e3', '9007199254740993', '99999999999999999999', '"12"', 'null'),
);
const field = fc.oneof(
  digits(2 ** 31 - 1).map((n) => `"ts":"1${n}"`),
  seq.map((n) => `"seq":${n}`),
  seq.map((n) => `"pseq":${n}`),
  fc.integer().map((n) => `"checksum":${n}`),
  fc.constantFrom('"ts":""', '"ts":"x"', '"ts":"007"', '"ts":"99999999999999999"', '"other":1', '"checksum":-0'),
);
const symbol = fc.constantFrom('BTCUSDT', 'ETHUSDT', 'PEPEUSDT', 'XRPUSDT', '');
const HEADS = [
  ['books', 'snapshot'],
  ['books', 'update'],
  ['books1', 'snapshot'],
  ['books', 'other'],
  ['books1', 'update'],
  ['books15', 'snapshot'],
  ['trade', 'update'],
] as const;
const sentAt = fc.oneof(
  { weight: 6, arbitrary: digits(2 ** 31 - 1).map((n) => `,"ts":1${n}`) },
  fc.constantFrom('', ',"ts":01', ',"ts":"5"', ',"ts":'),
);
const frameText = fc
  .tuple(fc.constantFrom(...HEADS), symbol, side, side, fc.array(field, { maxLength: 5 }), sentAt)
  .map(([[channel, action], name, asks, bids, fields, sent]) => {
    const tail = fields.map((text) => `,${text}`).join('');
    const arg = `"arg":{"instType":"SPOT","channel":"${channel}","instId":"${name}"}`;
    return `{"action":"${action}",${arg},"data":[{"asks":${asks},"bids":${bids}${tail}}]${sent}}`;
  });

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(99)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc.array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 }).map((levels) => JSON.stringify(levels));
const goodId = fc.constantFrom('850169288983', '1343064377779269632', '9007199254740993');
const goodFrame = fc
  .tuple(fc.constantFrom(...HEADS.slice(0, 3)), goodSide, goodSide, goodId, goodId)
  .map(([[channel, action], asks, bids, id, previous]) => {
    const arg = `"arg":{"instType":"SPOT","channel":"${channel}","instId":"ETHUSDT"}`;
    const ids = `"ts":"1790358602306","seq":${id},"pseq":${previous}`;
    return `{"action":"${action}",${arg},"data":[{"asks":${asks},"bids":${bids},${ids}}],"ts":1790358602307}`;
  });

describe('bitget parser', () => {
  agreeOnAnything({
    seed,
    readBoth,
    frames: { frames: frameText },
    frameRuns: 4000,
    goodFrame,
    least: { frames: 200, changed: 300 },
  });

  it('takes the fast way for every frame of the expected shape, with the exact numbers', () => {
    const cleanDecimal = fc.tuple(digits(999_999), digits(9)).map(([whole, tenth]) => `${whole}.${tenth}`);
    const cleanSide = fc.array(fc.tuple(cleanDecimal, cleanDecimal), { maxLength: 40 });
    const ids = fc.bigInt({ min: 0n, max: 2n ** 64n });
    const steps = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(
      fc.property(cleanSide, cleanSide, ids, steps, (asks, bids, prev, step) => {
        const arg = '"arg":{"instType":"SPOT","channel":"books","instId":"BTCUSDT"}';
        const levels = `"asks":${JSON.stringify(asks)},"bids":${JSON.stringify(bids)}`;
        const text = `{"action":"update",${arg},"data":[{${levels},"ts":"5","seq":${prev + step},"pseq":${prev}}],"ts":6}`;
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        const frame = fast?.[0] as Seen;
        expect([frame.kind, frame.venueAt]).toEqual([FRAME.Delta, 5]);
        const { firstSeq: first, lastSeq: last, prevSeq: previous } = frame;
        expect([first, BigInt(last) - BigInt(previous)]).toEqual([last, step]);
        expect(Number.isSafeInteger(last) && previous >= 0).toBe(true);
        const grid = (side: [string, string][]) =>
          side.flatMap((l) => [Number(l[0].replace('.', '')), Number(`${l[1].replace('.', '')}0000000`), 64 + 1]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('keeps the order and the distances of the ids of one symbol', () => {
    const base = fc.bigInt({ min: 0n, max: 2n ** 63n });
    const steps = fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(base, steps, (first, moves) => {
        const parser = new BitgetParser(SYMBOLS);
        const batch = new FrameBatch();
        const place = (id: bigint): bigint => {
          const arg = '"arg":{"instType":"SPOT","channel":"books1","instId":"BTCUSDT"}';
          const text = Buffer.from(
            `{"action":"snapshot",${arg},"data":[{"asks":[],"bids":[],"seq":${id},"pseq":0}],"ts":6}`,
          );
          parser.parse(text, 0, text.length, batch);
          expect(batch.at(0).kind).toBe(FRAME.Top);
          return BigInt(batch.at(0).lastSeq);
        };
        const origin = place(first) - first;
        let id = first;
        for (const move of moves) {
          id = id + move < 0n ? 0n : id + move;
          expect(place(id) - id).toBe(origin);
        }
        expect(parser.fallbacks).toBe(0);
      }),
      { seed, numRuns: 500 },
    );
  });
});
