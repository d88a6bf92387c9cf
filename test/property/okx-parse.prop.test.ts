import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME } from '../../src/core/frame.ts';
import { OkxParser } from '../../src/venues/okx/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, type Seen, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_922);

const SYMBOLS = [
  { symbol: 'BTC-USDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETH-USDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE-USDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"arg', '],"bids":[]}]}0"}'] as const;
const readBoth: ReadBoth = (bytes) => bothReadings(bytes, AROUND, new OkxParser(SYMBOLS));

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

describe('okx parser', () => {
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
        expect([frame.firstSeq, frame.lastSeq, frame.prevSeq]).toEqual([last, last, prev]);
        const grid = (levels: [string, string, string][]) =>
          levels.flatMap((l) => [Number(l[0].replace('.', '')), Number(`${l[1].replace('.', '')}0000000`), 64 + 1]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });
});
