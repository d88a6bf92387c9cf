import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME } from '../../src/core/frame.ts';
import { GateParser } from '../../src/venues/gate/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_922);

const SYMBOLS = [
  { symbol: 'BTC_USDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETH_USDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE_USDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"ti', '],"a":[]}}0"}'] as const;
const readBoth: ReadBoth = (bytes) => {
  const readings = bothReadings(bytes, AROUND, new GateParser(SYMBOLS));
  if (readings.fast === undefined) expect(readings.left).toBe(0);
  return readings;
};

const decimalText = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  { weight: 1, arbitrary: fc.constantFrom('0', '0.10', '00.5', '1.', '.5', '', '1e3', '-1', '99999999999999999999.5') },
);
const level = fc.tuple(decimalText, decimalText).map((l) => `["${l[0]}","${l[1]}"]`);
const side = fc.oneof(
  { weight: 9, arbitrary: fc.array(level, { maxLength: 5 }).map((levels) => `[${levels.join(',')}]`) },
  { weight: 1, arbitrary: fc.constantFrom('null', '""', '[["1"]]', '[["1","2","3"]]', '{}') },
);
const id = fc.oneof(
  { weight: 9, arbitrary: fc.maxSafeInteger().map((n) => String(Math.abs(n))) },
  { weight: 9, arbitrary: digits(1_000_000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('-1', '0', '-0', '01', '1.5', '9007199254740993', '99999999999999999999', '"7"'),
  },
);
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('BTC_USDT', 'ob.BTC_USDT.50', 'ob.ETH_USDT.400', 'PEPE_USDT') },
  { weight: 1, arbitrary: fc.constantFrom('XRP_USDT', 'ob.XRP_USDT.50', 'ob.BTC_USDT', 'ob..50', 'ob.', '') },
);
const best = fc.tuple(decimalText, decimalText);
const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
const levelsOfSide = (key: string) => side.map((levels) => `"${key}":${levels}`);
const bestOfSide = (key: string) => best.map(([price, size]) => `"${key}":"${price}","${key.toUpperCase()}":"${size}"`);
const sideOf = (key: string) => fc.oneof(levelsOfSide(key), bestOfSide(key));
const member = fc.oneof(
  id.map((n) => `"t":${n}`),
  id.map((n) => `"E":${n}`),
  fc.constantFrom('"full":false', '"full":1', '"l":"50"', '"e":"depthUpdate"', '"e":"a\\"b"', '"x":1'),
);
/** Members in any order, some missing, seldom one twice. */
const members = fc
  .record({
    ids: fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.nat(1e6), fc.nat(9)).map(([U, more]) => [`"U":${U}`, `"u":${U + more}`]) },
      { weight: 4, arbitrary: id.map((n) => [`"u":${n}`]) },
      { weight: 2, arbitrary: fc.tuple(id, id).map(([U, u]) => [`"U":${U}`, `"u":${u}`]) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
    sides: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(levelsOfSide('b'), levelsOfSide('a')) },
      { weight: 4, arbitrary: fc.tuple(bestOfSide('b'), bestOfSide('a')) },
      { weight: 1, arbitrary: fc.array(fc.oneof(sideOf('b'), sideOf('a')), { maxLength: 3 }) },
    ),
    full: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant(['"full":true']) }),
    others: fc.uniqueArray(member, { maxLength: 3, selector: (text) => text.slice(0, 3) }),
  })
  .chain(({ ids, sides, full, others }) =>
    fc.tuple(shuffled([...ids, ...full, ...others]), shuffled(sides)).map(([first, last]) => ({ first, last })),
  );
const channel = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('spot.obu', 'spot.order_book_update', 'spot.book_ticker') },
  { weight: 1, arbitrary: fc.constantFrom('spot.trades', 'spot.pong', '') },
);
const head = fc.oneof(
  digits(2 ** 31 - 1).map((n) => `"time":${n}`),
  digits(2 ** 31 - 1).map((n) => `"time_ms":1${n}`),
  fc.constantFrom('"event":"update"', '"event":"subscribe"', '"event":""', '"error":null', '"id":1'),
);
const frameText = fc
  .record({ channel, name, members, heads: fc.uniqueArray(head, { maxLength: 3 }), isNameLast: fc.nat(9) })
  .chain(({ channel: own, name: symbol, members: { first, last }, heads, isNameLast }) => {
    const named = `"s":"${symbol}"`;
    const result = (isNameLast === 0 ? [...first, ...last, named] : [...first, named, ...last]).join(',');
    return shuffled([`"channel":"${own}"`, `"result":{${result}}`, ...heads]).map((parts) => `{${parts.join(',')}}`);
  });

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(9)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc.array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 });
const write = (levels: readonly (readonly [string, string])[]): string => JSON.stringify(levels);
const goodFrame = fc
  .record({
    bids: goodSide,
    asks: goodSide,
    best: fc.tuple(goodDecimal, goodDecimal),
    shape: fc.nat(3),
    last: fc.nat(2 ** 40),
  })
  .map(({ bids, asks, best: [price, size], shape, last }) => {
    const book = `"b":${write(bids)},"a":${write(asks)}`;
    const updateHead = '{"time":1750000000,"time_ms":1750000000123,"channel":"spot.order_book_update","event":"update"';
    const streamTail = '"time_ms":1750000000123,"event":"update"}';
    switch (shape) {
      case 0:
        return `${updateHead},"result":{"t":1750000000120,"e":"depthUpdate","E":1750000000,"s":"ETH_USDT","U":${last},"u":${last + 3},${book}}}`;
      case 1:
        return `{"channel":"spot.obu","result":{"t":1750000000120,"s":"ob.ETH_USDT.50","u":${last + 3},"U":${last},${book}},${streamTail}`;
      case 2:
        return `{"channel":"spot.obu","result":{"t":1750000000120,"full":true,"s":"ob.ETH_USDT.50","u":${last},${book}},${streamTail}`;
      default:
        return `{"time":1750000000,"time_ms":1750000000123,"channel":"spot.book_ticker","event":"update","result":{"t":1750000000120,"u":${last},"s":"ETH_USDT","b":"${price}","B":"${size}","a":"${size}","A":"${price}"}}`;
    }
  });

describe('gate parser', () => {
  agreeOnAnything({
    seed,
    readBoth,
    frames: { frames: frameText },
    frameRuns: 8000,
    goodFrame,
    changeBytes: 'UubBaAs',
    least: { frames: 9, changed: 300 },
    kinds: [FRAME.Snapshot, FRAME.Delta, FRAME.Top],
    isOneEvent: true,
  });

  it('applies nothing of a frame that is cut anywhere', () => {
    fc.assert(
      fc.property(goodFrame, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (text, share) => {
        const { fast, json } = readBoth(Buffer.from(text).subarray(0, Math.floor(share * text.length)));
        expect(fast).toBeUndefined();
        const ids = { firstSeq: -1, lastSeq: -1, prevSeq: -1, lineSeq: -1 };
        expect(json).toMatchObject([{ kind: FRAME.Malformed, ...ids, checksum: Number.NaN, bids: [], asks: [] }]);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('takes the fast way for every frame of an expected shape, with the exact numbers', () => {
    const cleanLevel = fc.tuple(goodDecimal, goodDecimal);
    const cleanSide = fc.array(cleanLevel, { maxLength: 40 });
    const grid = (levels: [string, string][]): number[] =>
      levels.flatMap((l) => [Number(l[0].replace('.', '')), Number(`${l[1].replace('.', '')}0000000`), 64 + 1]);
    fc.assert(
      fc.property(goodFrame, (text) => {
        expect(readBoth(Buffer.from(text)).fast).toHaveLength(1);
      }),
      { seed, numRuns: 500 },
    );
    fc.assert(
      fc.property(cleanSide, cleanSide, fc.nat({ max: 2 ** 40 }), fc.nat(5), (bids, asks, U, more) => {
        const result = { t: 1750000000120, s: 'ob.BTC_USDT.50', U, u: U + more, b: bids, a: asks };
        const text = JSON.stringify({ channel: 'spot.obu', result, time_ms: 1750000000123, event: 'update' });
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        expect(fast).toMatchObject([{ kind: FRAME.Delta, symbol: 0, venueAt: 1750000000120 }]);
        expect([fast?.[0]?.firstSeq, fast?.[0]?.lastSeq]).toEqual([U, U + more]);
        expect(fast?.[0]?.asks).toEqual(grid(asks));
        expect(fast?.[0]?.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });
});
