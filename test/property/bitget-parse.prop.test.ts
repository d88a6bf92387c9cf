import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import { BitgetParser } from '../../src/venues/bitget/parse.ts';

// fast-check prints seed and counterexample when a run fails; FC_SEED repeats it.
const seed = Number(process.env.FC_SEED ?? 20_260_922);

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETHUSDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPEUSDT', priceDecimals: 10, sizeDecimals: 0 },
];

interface Seen {
  readonly kind: number;
  readonly symbol: number;
  readonly seq: readonly number[];
  readonly venueAt: number;
  readonly checksum: number;
  readonly flags: readonly unknown[];
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

const levelsOf = (list: LevelList): number[] => [...list.values.subarray(0, list.count * LEVEL_STRIDE)];

function seen(batch: FrameBatch): Seen[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const frame = batch.at(index);
    return {
      kind: frame.kind,
      symbol: frame.symbol,
      seq: [frame.firstSeq, frame.lastSeq, frame.prevSeq],
      venueAt: frame.venueAt,
      checksum: frame.checksum,
      flags: [frame.saturated, frame.neededPriceDecimals, frame.neededSizeDecimals],
      bids: levelsOf(frame.bids),
      asks: levelsOf(frame.asks),
    };
  });
}

/** Both readings of the same bytes, put in the middle of a larger buffer whose other bytes would continue the frame. */
function readBoth(bytes: Uint8Array): { fast: Seen[] | undefined; json: Seen[] } {
  const parser = new BitgetParser(SYMBOLS);
  const buffer = Buffer.concat([Buffer.from('{"act'), bytes, Buffer.from('0}],"ts":10}0"}')]);
  const batch = new FrameBatch();
  const fast = parser.tryFast(buffer, 5, 5 + bytes.length, batch) ? seen(batch) : undefined;
  parser.readJson(buffer, 5, 5 + bytes.length, batch);
  return { fast, json: seen(batch) };
}

const digits = (max: number) => fc.nat({ max }).map(String);
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

/** A change at one place: a byte replaced, removed or put in, the frame cut, or a part doubled. */
const mutation = fc.record({
  kind: fc.constantFrom('replace', 'digit', 'remove', 'insert', 'cut', 'double'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.oneof(fc.constantFrom(...Buffer.from('{}[]",:0123456789.-e \\')), fc.nat({ max: 255 })),
});

function mutate(bytes: Buffer, change: { kind: string; at: number; byte: number }): Buffer {
  const at = Math.floor(change.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const one = Buffer.from([change.byte]);
  switch (change.kind) {
    case 'replace':
      return Buffer.concat([before, one, after.subarray(1)]);
    case 'digit': {
      const next = after.findIndex((byte) => byte >= 48 && byte <= 57);
      if (next >= 0) after[next] = 48 + (change.byte % 10);
      return bytes;
    }
    case 'remove':
      return Buffer.concat([before, after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, one, after]);
    case 'cut':
      return Buffer.from(before);
    default:
      return Buffer.concat([before, after.subarray(0, 20), after]);
  }
}

describe('bitget parser', () => {
  it('reads frames alike on both ways, or declines the fast one', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(frameText, (text) => {
        const { fast, json } = readBoth(Buffer.from(text));
        if (fast === undefined) return;
        fastReadings++;
        expect(fast).toEqual(json);
      }),
      { seed, numRuns: 4000 },
    );
    expect(fastReadings).toBeGreaterThan(200);
  });

  it('reads changed frames alike on both ways, and never throws', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(goodFrame, fc.array(mutation, { minLength: 1, maxLength: 2 }), (text, changes) => {
        const { fast, json } = readBoth(changes.reduce(mutate, Buffer.from(text)));
        expect(json.length).toBeGreaterThan(0);
        if (fast === undefined) return;
        fastReadings++;
        expect(fast).toEqual(json);
      }),
      { seed, numRuns: 8000 },
    );
    expect(fastReadings).toBeGreaterThan(300);
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { fast, json } = readBoth(bytes);
        if (fast !== undefined) expect(fast).toEqual(json);
      }),
      { seed, numRuns: 1000 },
    );
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
        const [first, last, previous] = frame.seq as [number, number, number];
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
