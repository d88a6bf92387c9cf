import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME } from '../../src/core/frame.ts';
import { KucoinParser } from '../../src/venues/kucoin/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, type Seen, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_922);

const SYMBOLS = [
  { symbol: 'BTC-USDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETH-USDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE-USDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"dat', ',"time":1}}],"bids":[]}}'] as const;
const readBoth: ReadBoth = (bytes) => bothReadings(bytes, AROUND, new KucoinParser(SYMBOLS));

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

describe('kucoin parser', () => {
  agreeOnAnything({
    seed,
    readBoth,
    frames: { frames: frameText },
    frameRuns: 6000,
    goodFrame,
    least: { frames: 300, changed: 300 },
    isOneEvent: true,
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
        expect([frame.firstSeq, frame.lastSeq]).toEqual([start, end]);
        const grid = (levels: [string, string][]) =>
          levels.flatMap(([p, s]) => [Number(p.replace('.', '')), Number(`${s.replace('.', '')}0000000`), 64 + 1]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });
});
