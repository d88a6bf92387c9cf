import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch, LEVEL_STRIDE } from '../../../src/core/frame.ts';
import { VERDICT } from '../../../src/core/venue.ts';
import { createParser } from '../../../src/venues/binance/parse.ts';
import { stream } from '../../../src/venues/binance/stream.ts';

const endpoints = { rest: 'https://r', wsPublic: 'wss://s:9443', wsPrivate: '', wsTrade: '' };
const entry = (symbol: string) => ({ symbol, priceDecimals: 2, sizeDecimals: 5 });

function delta(firstSeq: number, lastSeq: number, prevSeq = -1): BookFrame {
  const frame = new BookFrame();
  Object.assign(frame, { kind: FRAME.Delta, firstSeq, lastSeq, prevSeq });
  return frame;
}

describe('binance sequencing (spot)', () => {
  it.each([
    ['old news before the bridge', 100, false, 90, 99, 'Ignore'],
    ['ends on the snapshot', 100, false, 90, 100, 'Ignore'],
    ['covers the snapshot and the next id', 100, false, 95, 101, 'Apply'],
    ['begins right after the snapshot', 100, false, 101, 105, 'Apply'],
    ['begins too late for the snapshot', 100, false, 102, 105, 'Gap'],
    ['the next one', 105, true, 106, 110, 'Apply'],
    ['a single id', 105, true, 106, 106, 'Apply'],
    ['one id left out', 105, true, 107, 110, 'Gap'],
    ['a repeated one', 105, true, 101, 105, 'Ignore'],
    ['an overlapping one brings something new', 105, true, 104, 107, 'Apply'],
  ] as const)('%s', (_name, lastSeq, bridged, first, last, verdict) => {
    expect(stream.rule.judge(lastSeq, bridged, delta(first, last))).toBe(VERDICT[verdict]);
  });
});

describe('binance sequencing (USD-M, linked by pu)', () => {
  it.each([
    ['old news', 100, false, 80, 99, 79, 'Ignore'],
    ['covers the snapshot', 100, false, 95, 105, 94, 'Apply'],
    ['ends on the snapshot', 100, false, 95, 100, 94, 'Apply'],
    ['directly continues the snapshot', 100, false, 103, 105, 100, 'Apply'],
    ['its predecessor is past the snapshot', 100, false, 103, 105, 101, 'Gap'],
    ['linked', 105, true, 120, 130, 105, 'Apply'],
    ['not linked', 105, true, 120, 130, 110, 'Gap'],
    ['repeated', 105, true, 95, 105, 94, 'Ignore'],
  ] as const)('%s', (_name, lastSeq, bridged, first, last, previous, verdict) => {
    expect(stream.rule.judge(lastSeq, bridged, delta(first, last, previous))).toBe(VERDICT[verdict]);
  });
});

describe('binance connections', () => {
  it('names both streams of each symbol in the address', () => {
    const [plan, ...more] = stream.plan(endpoints, [entry('BTCUSDT'), entry('ETHUSDT')]);
    expect(more).toEqual([]);
    expect(plan).toMatchObject({
      url: 'wss://s:9443/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/ethusdt@depth@100ms/ethusdt@bookTicker',
      subscribe: [],
      symbols: [0, 1],
      heartbeat: { ping: 'frame', idleMs: 1000, silenceMs: 3000 },
    });
    expect(plan?.maxAgeMs).toBeLessThan(24 * 3_600_000);
  });

  it('spreads many symbols over connections within the limits, each symbol once', () => {
    const symbols = Array.from({ length: 1500 }, (_, index) => entry(`S${index}USDT`));
    const plans = stream.plan(endpoints, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    for (const plan of plans) {
      expect(plan.symbols.length * 2).toBeLessThanOrEqual(1024);
      expect(plan.url.length).toBeLessThanOrEqual(7_000);
    }
    expect(stream.plan(endpoints, [])).toEqual([]);
  });

  it('snapshot addresses name their symbol both ways', () => {
    const url = stream.snapshotUrl?.(endpoints, 'BTCUSDT') ?? '';
    expect(url).toBe('https://r/api/v3/depth?symbol=BTCUSDT&limit=1000');
    expect(stream.snapshotSymbol?.(url)).toBe('BTCUSDT');
    expect(stream.snapshotSymbol?.('https://fapi.binance.com/fapi/v1/depth?symbol=SUSHIUSDT&limit=1000')).toBe(
      'SUSHIUSDT',
    );
    expect(stream.snapshotSymbol?.('https://r/api/v3/exchangeInfo')).toBeUndefined();
    expect(stream.snapshotSymbol?.('not an address')).toBeUndefined();
  });

  it.each([
    ['{"result":null,"id":1}', { kind: 'Subscribed' }],
    ['{"error":{"code":2,"msg":"Invalid request"},"id":1}', { kind: 'Refused', code: '2', message: 'Invalid request' }],
    ['{"code":-1121,"msg":"Invalid symbol."}', { kind: 'Refused', code: '-1121', message: 'Invalid symbol.' }],
    ['{"e":"serverShutdown","E":1}', { kind: 'Goodbye' }],
    ['{"stream":"","data":{"e":"serverShutdown","E":1}}', { kind: 'Goodbye' }],
    ['{"result":["a@depth"],"id":3}', { kind: 'Notice' }],
    ['hello', { kind: 'Notice', message: 'hello' }],
    ['7', { kind: 'Notice', message: '7' }],
  ])('control frame %s', (text, expected) => {
    expect(stream.readControl(text)).toMatchObject(expected);
  });
});

describe('binance parser', () => {
  const parser = createParser([entry('BTCUSDT'), { symbol: 'DOGEUSDT', priceDecimals: 1, sizeDecimals: 0 }]);
  const read = (text: string): BookFrame => {
    const batch = new FrameBatch();
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, batch);
    expect(batch.count).toBe(1);
    return batch.at(0);
  };
  const values = (list: BookFrame['bids']): number[] => [...list.values.subarray(0, list.count * LEVEL_STRIDE)];

  it('reads a diff depth event with its text shapes', () => {
    const before = parser.fallbacks;
    const frame = read(
      '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,' +
        '"b":[["16000.10","0.5"]],"a":[["16000.20000000","0.00000000"],["16001","10"]]}}',
    );
    expect(frame).toMatchObject({
      kind: FRAME.Delta,
      symbol: 0,
      firstSeq: 157,
      lastSeq: 160,
      prevSeq: -1,
      venueAt: 1672515782136,
      saturated: false,
      neededPriceDecimals: 0,
    });
    expect(values(frame.bids)).toEqual([1600010, 50000, 2 * 64 + 1]);
    expect(values(frame.asks)).toEqual([1600020, 0, 8 * 64 + 8, 1600100, 1000000, 0]);
    expect(parser.fallbacks).toBe(before);
  });

  it('reads a best bid and offer; the venue sends no time, so there is none', () => {
    const frame = read('{"u":400900217,"s":"BTCUSDT","b":"25.35","B":"31.21","a":"25.36","A":"40.66"}');
    expect(frame).toMatchObject({ kind: FRAME.Top, firstSeq: 400900217, lastSeq: 400900217, venueAt: Number.NaN });
    expect(values(frame.bids)).toEqual([2535, 3121000, 2 * 64 + 2]);
    expect(values(frame.asks)).toEqual([2536, 4066000, 2 * 64 + 2]);
  });

  it('an empty side of the best bid and offer has no level', () => {
    const frame = read('{"u":1,"s":"BTCUSDT","b":"0.00","B":"0.00","a":"25.36","A":"40.66"}');
    expect([frame.bids.count, frame.asks.count]).toEqual([0, 1]);
  });

  it('says what a number lost', () => {
    const finer = read('{"e":"depthUpdate","E":1,"s":"DOGEUSDT","U":1,"u":1,"b":[["0.123","5.25"]],"a":[]}');
    expect(finer).toMatchObject({ kind: FRAME.Delta, neededPriceDecimals: 3, neededSizeDecimals: 2 });
    const huge = read('{"e":"depthUpdate","E":1,"s":"DOGEUSDT","U":1,"u":1,"b":[["0.1","99999999999999999"]],"a":[]}');
    expect(huge).toMatchObject({ kind: FRAME.Delta, saturated: true });
  });

  it.each([
    ['scanned', '{"e":"depthUpdate","E":1,"s":"DOGEUSDT","U":1,"u":1,"b":[["0.1","99999999999999999.123"]],"a":[]}'],
    ['parsed', '{"E":1,"e":"depthUpdate","s":"DOGEUSDT","U":1,"u":1,"b":[["0.1","99999999999999999.123"]],"a":[]}'],
  ])('says of a size that it is too large and too fine at once (%s)', (_, text) => {
    expect(read(text)).toMatchObject({ saturated: true, neededPriceDecimals: 0, neededSizeDecimals: 3 });
  });

  it.each([
    ['a trade', '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}', FRAME.Ignored],
    ['a partial book', '{"stream":"btcusdt@depth5","data":{"lastUpdateId":1,"bids":[],"asks":[]}}', FRAME.Ignored],
    ['an acknowledgement', '{"result":null,"id":1}', FRAME.Control],
    ['a shutdown', '{"e":"serverShutdown","E":1}', FRAME.Control],
    ['another symbol', '{"u":1,"s":"ETHUSDT","b":"1","B":"1","a":"2","A":"1"}', FRAME.UnknownSymbol],
    ['no JSON', '{"e":"depthUpdate"', FRAME.Malformed],
    ['nothing', '', FRAME.Malformed],
    ['a text', '"hello"', FRAME.Malformed],
  ])('%s', (_name, text, kind) => {
    expect(read(text)).toMatchObject({ kind, symbol: -1 });
  });

  it('an unreadable event of a known symbol names it', () => {
    const frame = read('{"e":"depthUpdate","E":1,"s":"DOGEUSDT","U":1,"u":1,"b":[["1e5","1"]],"a":[]}');
    expect(frame).toMatchObject({ kind: FRAME.Malformed, symbol: 1 });
    expect(frame.bids.count).toBe(0);
  });

  it('an error in place of a snapshot is malformed', () => {
    const batch = new FrameBatch();
    const body = Buffer.from('{"code":-1121,"msg":"Invalid symbol."}');
    parser.parseSnapshot(body, 0, body.length, 0, batch);
    expect(batch.at(0)).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
  });
});
