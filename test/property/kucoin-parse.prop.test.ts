import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import { KucoinParser } from '../../src/venues/kucoin/parse.ts';

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
      seq: [frame.firstSeq, frame.lastSeq, frame.prevSeq, frame.lineSeq],
      venueAt: frame.venueAt,
      flags: [frame.saturated, frame.neededPriceDecimals, frame.neededSizeDecimals, frame.checksum],
      bids: levelsOf(frame.bids),
      asks: levelsOf(frame.asks),
    };
  });
}

/** Both readings of the same bytes, put in the middle of a larger buffer whose other bytes would continue the frame. */
function readBoth(bytes: Uint8Array): { fast: Seen[] | undefined; json: Seen[] } {
  const parser = new KucoinParser(SYMBOLS);
  const buffer = Buffer.concat([Buffer.from('{"dat'), bytes, Buffer.from(',"time":1}}],"bids":[]}}')]);
  const batch = new FrameBatch();
  const fast = parser.tryFast(buffer, 5, 5 + bytes.length, batch) ? seen(batch) : undefined;
  parser.readJson(buffer, 5, 5 + bytes.length, batch);
  return { fast, json: seen(batch) };
}

const digits = (max: number) => fc.nat({ max }).map(String);
const decimalText = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  { weight: 2, arbitrary: fc.constantFrom('0', '0.0', '0.00000000001') },
  { weight: 1, arbitrary: fc.constantFrom('0.10', '00.5', '1.', '.5', '', '1e3', '-1', '99999999999999999999.5') },
);
const sequenceText = fc.oneof(
  { weight: 6, arbitrary: digits(2 ** 31 - 1) },
  { weight: 1, arbitrary: fc.constantFrom('', '01', '-1', '9007199254740993', '99999999999999999999', 'x') },
);
const levelText = (p: string, s: string, n: string): string => `["${p}","${s}","${n}"]`;
const listed = (levels: readonly string[]): string => `[${levels.join(',')}]`;
const side = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(decimalText, decimalText), { maxLength: 4 })
      .map((levels) => listed(levels.map(([p, s], index) => levelText(p, s, String(7 + index))))),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(decimalText, decimalText, sequenceText), { maxLength: 4 })
      .map((levels) => listed(levels.map(([p, s, n]) => levelText(p, s, n)))),
  },
);
const seq = fc.oneof(
  { weight: 12, arbitrary: fc.maxSafeInteger().map(String) },
  { weight: 4, arbitrary: digits(2 ** 31 - 1) },
  { weight: 1, arbitrary: fc.constantFrom('-1', '0', '-0', '01', '1.5', '9007199254740993', '"12"', 'null') },
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('BTC-USDT', 'ETH-USDT', 'PEPE-USDT') },
  { weight: 1, arbitrary: fc.constantFrom('XRP-USDT', '', 'BTC-USDT,ETH-USDT') },
);
const shuffled = (fields: readonly string[]) =>
  fc.shuffledSubarray([...fields], { minLength: fields.length, maxLength: fields.length });
/** Mostly all of the fields; sometimes one is missing or stands twice. */
const arranged = (fields: readonly string[]) =>
  fc.oneof(
    { weight: 16, arbitrary: shuffled(fields) },
    { weight: 1, arbitrary: fc.shuffledSubarray([...fields]) },
    { weight: 1, arbitrary: fc.nat({ max: fields.length - 1 }).map((at) => [...fields, fields[at] as string]) },
  );
const object = (fields: readonly string[]): string => `{${fields.join(',')}}`;

const depthData = fc
  .tuple(
    side,
    side,
    seq,
    seq,
    seq,
    fc.oneof({ weight: 4, arbitrary: fc.constant('BTC-USDT') }, { weight: 1, arbitrary: name }),
  )
  .chain(([asks, bids, start, end, time, symbol]) =>
    fc
      .tuple(arranged([`"asks":${asks}`, `"bids":${bids}`]), fc.boolean(), fc.boolean())
      .chain(([sides, timed, named]) =>
        arranged([
          `"changes":${object(sides)}`,
          `"sequenceStart":${start}`,
          `"sequenceEnd":${end}`,
          ...(timed ? [`"time":${time}`] : []),
          ...(named ? [`"symbol":"${symbol}"`] : []),
        ]),
      ),
  )
  .map(object);
const best = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(decimalText, decimalText).map(([p, s]) => `["${p}","${s}"]`) },
  { weight: 1, arbitrary: fc.constantFrom('[]', '["1"]', '["1","2","3"]', 'null') },
);
const topData = fc
  .tuple(best, best, seq)
  .chain(([asks, bids, time]) => arranged([`"asks":${asks}`, `"bids":${bids}`, `"timestamp":${time}`]))
  .map(object);

const frameText = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constant('/market/level2'), depthData),
      fc.tuple(fc.constant('/spotMarket/level1'), topData),
      fc.tuple(fc.constantFrom('/market/match', '/market/level2', '/spotMarket/level1'), fc.oneof(depthData, topData)),
    ),
    fc.oneof({ weight: 4, arbitrary: fc.constant('BTC-USDT') }, { weight: 1, arbitrary: name }),
    fc.constantFrom('message', 'message', 'message', 'message', 'ack', 'notice'),
  )
  .chain(([[channel, data], symbol, type]) =>
    arranged([`"topic":"${channel}:${symbol}"`, `"type":"${type}"`, '"subject":"trade.l2update"', `"data":${data}`]),
  )
  .map(object);

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(99)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc.array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 }).map((levels) => {
  return `[${levels.map(([price, size], index) => `["${price}","${size}","81625399${index}"]`).join(',')}]`;
});
const goodFrame = fc
  .tuple(goodSide, goodSide, goodDecimal, goodDecimal, fc.nat({ max: 2 }))
  .map(([asks, bids, price, size, shape]) => {
    const changes = `"changes":{"asks":${asks},"bids":${bids}}`;
    switch (shape) {
      case 0:
        return `{"topic":"/market/level2:ETH-USDT","type":"message","subject":"trade.l2update","data":{${changes},"sequenceEnd":81625402,"sequenceStart":81625399,"symbol":"ETH-USDT","time":1729816425625}}`;
      case 1:
        return `{"data":{"sequenceStart":81625399,"symbol":"ETH-USDT",${changes},"sequenceEnd":81625402},"subject":"trade.l2update","topic":"/market/level2:ETH-USDT","type":"message"}`;
      default:
        return `{"topic":"/spotMarket/level1:ETH-USDT","type":"message","subject":"level1","data":{"asks":["${price}","${size}"],"bids":["${size}","${price}"],"timestamp":1729816058766}}`;
    }
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

describe('kucoin parser', () => {
  it('reads frames alike on both ways, or declines the fast one', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(frameText, (text) => {
        const { fast, json } = readBoth(Buffer.from(text));
        expect(json).toHaveLength(1);
        if (fast === undefined) return;
        fastReadings++;
        expect(fast).toEqual(json);
      }),
      { seed, numRuns: 6000 },
    );
    expect(fastReadings).toBeGreaterThan(300);
  });

  it('reads changed frames alike on both ways, and never throws', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(goodFrame, fc.array(mutation, { minLength: 1, maxLength: 2 }), (text, changes) => {
        const { fast, json } = readBoth(changes.reduce(mutate, Buffer.from(text)));
        expect(json).toHaveLength(1);
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

  it('takes the fast way for every frame of the expected shapes, with the exact numbers', () => {
    const cleanDecimal = fc.tuple(fc.integer({ min: 1, max: 999_999 }), digits(9)).map(([a, b]) => `${a}.${b}`);
    const cleanSide = fc.array(fc.tuple(cleanDecimal, cleanDecimal), { maxLength: 40 });
    const ids = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(cleanSide, cleanSide, ids, ids, fc.boolean(), (asks, bids, start, end, isOld) => {
        const wire = (levels: [string, string][]) => levels.map(([p, s], index) => [p, s, String(start + index)]);
        const envelope = { topic: '/market/level2:BTC-USDT', type: 'message', subject: 'trade.l2update' };
        const changes = { asks: wire(asks), bids: wire(bids) };
        const text = JSON.stringify(
          isOld
            ? { data: { sequenceStart: start, symbol: 'BTC-USDT', changes, sequenceEnd: end }, ...envelope }
            : { ...envelope, data: { changes, sequenceEnd: end, sequenceStart: start, symbol: 'BTC-USDT', time: 17 } },
        );
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        const frame = fast?.[0] as Seen;
        expect(frame.kind).toBe(FRAME.Delta);
        expect(frame.seq.slice(0, 2)).toEqual([start, end]);
        const grid = (levels: [string, string][]) =>
          levels.flatMap(([p, s]) => [Number(p.replace('.', '')), Number(`${s.replace('.', '')}0000000`), 64 + 1]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });
});
