import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import { OkxParser } from '../../src/venues/okx/parse.ts';

// fast-check prints seed and counterexample when a run fails; FC_SEED repeats it.
const seed = Number(process.env.FC_SEED ?? 20_260_922);

const SYMBOLS = [
  { symbol: 'BTC-USDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETH-USDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE-USDT', priceDecimals: 10, sizeDecimals: 0 },
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
  const parser = new OkxParser(SYMBOLS);
  const buffer = Buffer.concat([Buffer.from('{"arg'), bytes, Buffer.from('],"bids":[]}]}0"}')]);
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
const level = fc.tuple(decimalText, decimalText, digits(3)).map((l) => `["${l[0]}","${l[1]}","0","${l[2]}"]`);
const side = fc.array(level, { maxLength: 5 }).map((levels) => `[${levels.join(',')}]`);
const seq = fc.oneof(
  fc.maxSafeInteger().map(String),
  digits(1_000_000),
  fc.constantFrom('-1', '0', '-0', '01', '1.5', '9007199254740993', '99999999999999999999'),
);
const field = fc.oneof(
  digits(2 ** 31 - 1).map((n) => `"ts":"1${n}"`),
  seq.map((n) => `"seqId":${n}`),
  seq.map((n) => `"prevSeqId":${n}`),
  fc.integer().map((n) => `"checksum":${n}`),
  fc.constant('"instId":"BTC-USDT"'),
  fc.constantFrom('"ts":""', '"ts":"x"', '"ts":"007"', '"other":1', '"instId":"a\\"b"'),
);
const symbol = fc.constantFrom('BTC-USDT', 'ETH-USDT', 'PEPE-USDT', 'XRP-USDT', '');
const head = fc.constantFrom(
  ['books', ',"action":"snapshot"'],
  ['books', ',"action":"update"'],
  ['books', ',"action":"other"'],
  ['books', ''],
  ['bbo-tbt', ''],
  ['trades', ''],
);
const frameText = fc
  .tuple(head, symbol, side, side, fc.array(field, { maxLength: 5 }))
  .map(([[channel, action], name, asks, bids, fields]) => {
    const tail = fields.map((text) => `,${text}`).join('');
    return `{"arg":{"channel":"${channel}","instId":"${name}"}${action},"data":[{"asks":${asks},"bids":${bids}${tail}}]}`;
  });

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(99)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc.array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 }).map((levels) => {
  return `[${levels.map(([price, size]) => `["${price}","${size}","0","1"]`).join(',')}]`;
});
const goodFrame = fc
  .tuple(
    head.filter(([channel, action]) => channel === 'bbo-tbt' || action.endsWith('te"')),
    goodSide,
    goodSide,
  )
  .map(([[channel, action], asks, bids]) => {
    const arg = `{"arg":{"channel":"${channel}","instId":"ETH-USDT"}${action}`;
    return `${arg},"data":[{"asks":${asks},"bids":${bids},"instId":"ETH-USDT","ts":"1790358602306","seqId":81625399057,"prevSeqId":8162}]}`;
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

describe('okx parser', () => {
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
    const cleanLevel = fc.tuple(cleanDecimal, cleanDecimal, digits(99));
    const cleanSide = fc.array(cleanLevel, { maxLength: 40 });
    const ids = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(cleanSide, cleanSide, ids, ids, (asks, bids, last, prev) => {
        const wire = (levels: [string, string, string][]) => levels.map((l) => [l[0], l[1], '0', l[2]]);
        const text = JSON.stringify({
          arg: { channel: 'books', instId: 'BTC-USDT' },
          action: 'update',
          data: [
            {
              asks: wire(asks),
              bids: wire(bids),
              instId: 'BTC-USDT',
              ts: '1790358602306',
              seqId: last,
              prevSeqId: prev,
            },
          ],
        });
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        const frame = fast?.[0] as Seen;
        expect(frame.kind).toBe(FRAME.Delta);
        expect(frame.seq).toEqual([last, last, prev]);
        const grid = (levels: [string, string, string][]) =>
          levels.flatMap((l) => [Number(l[0].replace('.', '')), Number(`${l[1].replace('.', '')}0000000`), 64 + 1]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });
});
