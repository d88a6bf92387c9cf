import { describe, expect, it } from 'vitest';
import { type BookFrame, FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../../src/core/frame.ts';
import { BybitParser } from '../../../src/venues/bybit/parse.ts';

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'ETHUSDT', priceDecimals: 2, sizeDecimals: 5 },
];
const levels = (list: LevelList): number[][] =>
  Array.from({ length: list.count }, (_, index) => [
    ...list.values.subarray(index * LEVEL_STRIDE, index * LEVEL_STRIDE + 2),
  ]);

function reader() {
  const parser = new BybitParser(SYMBOLS);
  const batch = new FrameBatch();
  return {
    parser,
    read: (text: string): BookFrame => {
      const bytes = Buffer.from(`##${text}##`);
      parser.parse(bytes, 2, bytes.length - 2, batch);
      expect(batch.count).toBe(1);
      return batch.at(0);
    },
  };
}
const read = (text: string): BookFrame => reader().read(text);

interface Wire {
  readonly depth?: number;
  readonly type?: string;
  readonly symbol?: string;
  readonly bids?: readonly (readonly [string, string])[];
  readonly asks?: readonly (readonly [string, string])[];
  readonly u?: number;
}
const wire = ({ depth = 50, type = 'delta', symbol = 'BTCUSDT', bids = [], asks = [], u = 7 }: Wire): string =>
  `{"topic":"orderbook.${depth}.${symbol}","ts":1786310816618,"type":"${type}","data":{"s":"${symbol}",` +
  `"b":${JSON.stringify(bids)},"a":${JSON.stringify(asks)},"u":${u},"seq":112488545865},"cts":1786310816585}`;

describe('bybit frames', () => {
  it.each([50, 200, 1000])('of depth %d are the book', (depth) => {
    const frame = read(wire({ depth, bids: [['65140.4', '0.875077']], asks: [['65239.1', '0']] }));
    expect(frame).toMatchObject({
      kind: FRAME.Delta,
      symbol: 0,
      firstSeq: 7,
      lastSeq: 7,
      prevSeq: -1,
      lineSeq: 112_488_545_865,
      venueAt: 1_786_310_816_618,
    });
    expect(levels(frame.bids)).toEqual([[6_514_040, 875_077]]);
    expect(levels(frame.asks)).toEqual([[6_523_910, 0]]);
    expect(read(wire({ depth, type: 'snapshot' })).kind).toBe(FRAME.Snapshot);
  });

  it('are read by the scanner, in the order of spot and in that of linear contracts', () => {
    const { parser, read: readNext } = reader();
    const spot = wire({ bids: [['1.5', '2']] });
    const linear = spot.replace('"ts":1786310816618,"type":"delta"', '"type":"delta","ts":1786310816618');
    const bare = linear.replace(',"cts":1786310816585', '');
    const seen = [spot, linear, bare].map((text) => {
      const { kind, lastSeq, venueAt, bids } = readNext(text);
      return [kind, lastSeq, venueAt, levels(bids)];
    });
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(parser.fallbacks).toBe(0);
    // The documentation's own order of keys, with time as text, goes the other way and says the same.
    const slow = JSON.stringify(JSON.parse(spot), null, 1).replace('1786310816618', '"1786310816618"');
    const { kind, lastSeq, venueAt, bids } = readNext(slow);
    expect([kind, lastSeq, venueAt, levels(bids)]).toEqual(seen[0]);
    expect(parser.fallbacks).toBe(1);
  });

  it.each<[string, string, number, number]>([
    ['another symbol', wire({ symbol: 'XRPUSDT' }), FRAME.UnknownSymbol, -1],
    ['another channel', '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1,"data":[]}', FRAME.Ignored, -1],
    ['the book with RPI orders', '{"topic":"orderbook.rpi.BTCUSDT","data":{}}', FRAME.Ignored, -1],
    ['two names', wire({}).replace('"s":"BTCUSDT"', '"s":"ETHUSDT"'), FRAME.Malformed, -1],
    ['no type', wire({ type: 'other' }), FRAME.Malformed, 0],
    ['a price that is none', wire({ bids: [['x', '1']] }), FRAME.Malformed, 0],
    ['a level cut short', wire({}).replace('"b":[]', '"b":[["1"]]'), FRAME.Malformed, 0],
    ['no id', wire({}).replace('"u":7,', ''), FRAME.Malformed, 0],
    ['an id that is none', wire({}).replace('"u":7', '"u":7.5'), FRAME.Malformed, 0],
    ['an id too long', wire({}).replace('"u":7', '"u":9007199254740993'), FRAME.Malformed, 0],
    ['no data', '{"topic":"orderbook.50.BTCUSDT","ts":1,"type":"delta"}', FRAME.Malformed, 0],
    ['half a frame', wire({}).slice(0, 90), FRAME.Malformed, -1],
    ['something else', '{"hello":1}', FRAME.Malformed, -1],
    ['no JSON', 'pong', FRAME.Malformed, -1],
    ['a topic that is no text', '{"topic":1}', FRAME.Malformed, -1],
  ])('with %s', (_, text, kind, symbol) => {
    const frame = read(text);
    expect([frame.kind, frame.symbol]).toEqual([kind, symbol]);
    if (kind === FRAME.Malformed) expect([frame.bids.count, frame.lastSeq]).toEqual([0, -1]);
  });

  it('of REST are snapshots', () => {
    const parser = new BybitParser(SYMBOLS);
    const batch = new FrameBatch();
    const body = (change: object, retCode = 0) => {
      const result = { s: 'ETHUSDT', b: [['1.5', '2']], a: [], ts: 5, u: 243_781, seq: 3_887_177_875, ...change };
      const bytes = Buffer.from(JSON.stringify({ retCode, retMsg: 'OK', result, time: 6 }));
      parser.parseSnapshot(bytes, 0, bytes.length, 1, batch);
      return batch.at(0);
    };
    expect(body({})).toMatchObject({
      kind: FRAME.Snapshot,
      symbol: 1,
      lastSeq: 243_781,
      lineSeq: 3_887_177_875,
      venueAt: 5,
    });
    for (const bad of [body({ s: 'BTCUSDT' }), body({ b: 1 }), body({}, 10001)]) {
      expect([bad.kind, bad.symbol]).toEqual([FRAME.Malformed, 1]);
    }
  });
});

describe('bybit best bid and offer', () => {
  const top = (change: Wire): string => wire({ depth: 1, type: 'snapshot', ...change });
  const seen = (frame: BookFrame) => [frame.kind, levels(frame.bids), levels(frame.asks)];
  const first = top({ u: 10, bids: [['99', '1']], asks: [['101', '2']] });

  it('is a whole top on the cross sequence, without an id of the book', () => {
    const { parser, read: next } = reader();
    const frame = next(first);
    expect(seen(frame)).toEqual([FRAME.Top, [[9900, 1_000_000]], [[10_100, 2_000_000]]]);
    expect([frame.firstSeq, frame.lastSeq, frame.lineSeq]).toEqual([-1, -1, 112_488_545_865]);
    expect(parser.fallbacks).toBe(0);
    // Pushed again after three quiet seconds, with the same id.
    expect(seen(next(first))).toEqual(seen(next(first)));
  });

  it('may have an empty side, and only the best of several levels counts', () => {
    expect(seen(read(top({ bids: [], asks: [['101', '2']] })))).toEqual([FRAME.Top, [], [[10_100, 2_000_000]]]);
    const several = top({
      bids: [
        ['98', '1'],
        ['99', '3'],
      ],
      asks: [
        ['101', '2'],
        ['100', '0'],
        ['102', '4'],
      ],
    });
    expect(seen(read(several))).toEqual([FRAME.Top, [[9900, 3_000_000]], [[10_100, 2_000_000]]]);
  });

  it.each<[string, Wire, number[][], number[][]]>([
    ['one side', { asks: [['101', '5']] }, [[9900, 1_000_000]], [[10_100, 5_000_000]]],
    [
      'a removal and an insertion',
      {
        asks: [
          ['100.5', '3'],
          ['101', '0'],
        ],
      },
      [[9900, 1_000_000]],
      [[10_050, 3_000_000]],
    ],
    [
      'the same, retreating',
      {
        bids: [
          ['99', '0'],
          ['98', '4'],
        ],
      },
      [[9800, 4_000_000]],
      [[10_100, 2_000_000]],
    ],
    ['a removal', { bids: [['99', '0']] }, [], [[10_100, 2_000_000]]],
    ['a better level alone', { bids: [['100', '7']] }, [[10_000, 7_000_000]], [[10_100, 2_000_000]]],
    ['nothing', {}, [[9900, 1_000_000]], [[10_100, 2_000_000]]],
  ])('is made whole of a delta of %s', (_, change, bids, asks) => {
    const { read: next } = reader();
    next(first);
    expect(seen(next(top({ type: 'delta', u: 11, ...change })))).toEqual([FRAME.Top, bids, asks]);
  });

  it('is unknown from a hole until the next snapshot', () => {
    const { read: next } = reader();
    const delta = (u: number) => next(top({ type: 'delta', u, asks: [['101', '5']] })).kind;
    expect(delta(9)).toBe(FRAME.Ignored);
    next(first);
    expect(delta(11)).toBe(FRAME.Top);
    expect([delta(11), delta(12)]).toEqual([FRAME.Ignored, FRAME.Top]);
    expect([delta(14), delta(15), delta(13)]).toEqual([FRAME.Ignored, FRAME.Ignored, FRAME.Ignored]);
    expect(next(first).kind).toBe(FRAME.Top);
    expect(delta(11)).toBe(FRAME.Top);
  });

  it('is unknown when a worse level comes without the removal of the better one', () => {
    const { read: next } = reader();
    next(first);
    expect(next(top({ type: 'delta', u: 11, bids: [['98', '4']] })).kind).toBe(FRAME.Ignored);
    expect(next(top({ type: 'delta', u: 12 })).kind).toBe(FRAME.Ignored);
    expect(next(top({ u: 1 })).kind).toBe(FRAME.Top);
  });

  it('does not stir the book of the same symbol, nor the top of another', () => {
    const { read: next } = reader();
    next(first);
    expect(next(wire({ u: 500, type: 'snapshot' })).lastSeq).toBe(500);
    next(top({ symbol: 'ETHUSDT', u: 90, bids: [['9', '1']], asks: [['10', '1']] }));
    expect(next(top({ type: 'delta', u: 11 })).kind).toBe(FRAME.Top);
  });
});
