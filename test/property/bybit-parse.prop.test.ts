import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, LEVEL_STRIDE } from '../../src/core/frame.ts';
import { BybitParser } from '../../src/venues/bybit/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, type Seen, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_928);

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'ETHUSDT', priceDecimals: 2, sizeDecimals: 5 },
  { symbol: 'PEPEUSDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"top', ',"cts":12}0"}]}'] as const;

/** Each reading has a parser of its own, for tops of book depend on the frames before. */
function pair(): ReadBoth {
  const [fastParser, jsonParser] = [new BybitParser(SYMBOLS), new BybitParser(SYMBOLS)];
  return (bytes) => bothReadings(bytes, AROUND, fastParser, jsonParser);
}

const decimalText = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  { weight: 1, arbitrary: fc.constantFrom('0', '0.10', '00.5', '1.', '.5', '', '1e3', '-1', '99999999999999999999.5') },
);
const level = fc.tuple(decimalText, decimalText).map(([price, size]) => `["${price}","${size}"]`);
const side = fc.array(level, { maxLength: 5 }).map((levels) => `[${levels.join(',')}]`);
const id = fc.oneof(
  { weight: 4, arbitrary: fc.maxSafeInteger().map((n) => String(Math.abs(n))) },
  { weight: 4, arbitrary: digits(1_000_000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('-1', '0', '-0', '01', '1.5', '"7"', '9007199254740993', '99999999999999999999'),
  },
);
const symbol = fc.constantFrom('BTCUSDT', 'ETHUSDT', 'PEPEUSDT', 'XRPUSDT', '');
const depth = fc.constantFrom('1', '50', '200', '1000', '01', 'rpi', '0');
const type = fc.constantFrom('"snapshot"', '"delta"', '"other"', '1');
const order = fc.constantFrom('spot', 'linear');
const tail = fc.constantFrom(',"cts":1672304484976', '', ',"cts":"x"', ',"other":1');

const frameOf = (parts: {
  order: string;
  depth: string;
  name: string;
  inner: string;
  type: string;
  ts: string;
  bids: string;
  asks: string;
  u: string;
  seq: string;
  tail: string;
}): string => {
  const [time, kind] = [`"ts":${parts.ts}`, `"type":${parts.type}`];
  const head = parts.order === 'spot' ? `${time},${kind}` : `${kind},${time}`;
  return (
    `{"topic":"orderbook.${parts.depth}.${parts.name}",${head},"data":{"s":"${parts.inner}",` +
    `"b":${parts.bids},"a":${parts.asks},"u":${parts.u},"seq":${parts.seq}}${parts.tail}}`
  );
};
const frameText = fc
  .record({ order, depth, name: symbol, type, ts: id, bids: side, asks: side, u: id, seq: id, tail })
  .chain((parts) =>
    fc.constantFrom(parts.name, parts.name, parts.name, 'ETHUSDT').map((inner) => frameOf({ ...parts, inner })),
  );

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(99)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc
  .array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 })
  .map((levels) => `[${levels.map(([price, size]) => `["${price}","${size}"]`).join(',')}]`);
const goodFrame = fc
  .record({
    order,
    depth: fc.constantFrom('1', '50'),
    type: fc.constantFrom('"snapshot"', '"delta"'),
    bids: goodSide,
    asks: goodSide,
  })
  .map((parts) =>
    frameOf({
      ...parts,
      name: 'ETHUSDT',
      inner: 'ETHUSDT',
      ts: '1790358602306',
      u: '62505425',
      seq: '112488545865',
      tail: ',"cts":1790358602300',
    }),
  );

describe('bybit parser', () => {
  agreeOnAnything({
    seed,
    readBoth: (bytes) => pair()(bytes),
    frames: { frames: frameText },
    frameRuns: 6000,
    goodFrame,
    least: { frames: 200, changed: 300 },
    isOneEvent: true,
  });

  it('makes the same tops of the same frames in a row, on both ways', () => {
    const price = fc.integer({ min: 1, max: 6 });
    const size = fc.integer({ min: 0, max: 2 });
    const change = fc.array(fc.tuple(price, size), { maxLength: 3 });
    const step = fc.record({
      isSnapshot: fc.boolean(),
      bids: change,
      asks: change,
      skip: fc.constantFrom(0, 1, 1, 1, 1, 2),
    });
    let [tops, ignored] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const read = pair();
        let u = 100;
        for (const { isSnapshot, bids, asks, skip } of steps) {
          u += skip;
          const wire = (levels: [number, number][], base: number): string =>
            JSON.stringify(levels.map(([at, amount]) => [`${base + at}`, `${amount}`]));
          const text = frameOf({
            order: 'spot',
            depth: '1',
            name: 'BTCUSDT',
            inner: 'BTCUSDT',
            type: isSnapshot ? '"snapshot"' : '"delta"',
            ts: '1',
            bids: wire(bids, 0),
            asks: wire(asks, 10),
            u: String(u),
            seq: String(u * 10),
            tail: '',
          });
          const { fast, json } = read(Buffer.from(text));
          expect(fast).toEqual(json);
          const frame = json[0] as Seen;
          if (frame.kind === FRAME.Top) tops++;
          else ignored++;
          expect([FRAME.Top, FRAME.Ignored]).toContain(frame.kind);
          expect(frame.bids.length).toBeLessThanOrEqual(LEVEL_STRIDE);
          expect(frame.asks.length).toBeLessThanOrEqual(LEVEL_STRIDE);
          if (isSnapshot) {
            const best = (levels: [number, number][], pick: (...of: number[]) => number): number[] => {
              const prices = levels.filter(([, amount]) => amount > 0).map(([at]) => at);
              return prices.length === 0 ? [] : [pick(...prices)];
            };
            expect(frame.kind).toBe(FRAME.Top);
            expect(frame.bids.slice(0, 1)).toEqual(best(bids, Math.max).map((at) => at * 100));
            expect(frame.asks.slice(0, 1)).toEqual(best(asks, Math.min).map((at) => (at + 10) * 100));
          }
        }
      }),
      { seed, numRuns: 1000 },
    );
    expect(Math.min(tops, ignored)).toBeGreaterThan(500);
  });

  it('takes the fast way for every frame of the expected shape, with the exact numbers', () => {
    const cleanDecimal = fc.tuple(digits(999_999), digits(9)).map(([whole, tenth]) => `${whole}.${tenth}`);
    const cleanSide = fc.array(fc.tuple(cleanDecimal, cleanDecimal), { maxLength: 40 });
    const ids = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(cleanSide, cleanSide, ids, ids, order, (bids, asks, u, seq, keys) => {
        const text = frameOf({
          order: keys,
          depth: '200',
          name: 'BTCUSDT',
          inner: 'BTCUSDT',
          type: '"delta"',
          ts: '1790358602306',
          bids: JSON.stringify(bids),
          asks: JSON.stringify(asks),
          u: String(u),
          seq: String(seq),
          tail: ',"cts":1790358602300',
        });
        const { fast, json } = pair()(Buffer.from(text));
        expect(fast).toEqual(json);
        const frame = fast?.[0] as Seen;
        expect([frame.kind, frame.venueAt]).toEqual([FRAME.Delta, 1_790_358_602_306]);
        expect([frame.firstSeq, frame.lastSeq, frame.prevSeq, frame.lineSeq]).toEqual([u, u, -1, seq]);
        const grid = (levels: [string, string][]) =>
          levels.flatMap(([at, amount]) => [
            Number(`${at.replace('.', '')}0`),
            Number(`${amount.replace('.', '')}00000`),
            64 + 1,
          ]);
        expect(frame.bids).toEqual(grid(bids));
        expect(frame.asks).toEqual(grid(asks));
      }),
      { seed, numRuns: 500 },
    );
  });
});
