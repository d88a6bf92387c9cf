import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { type ChecksumSource, type SymbolEntry, VERDICT } from '../../../src/core/venue.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { isoMs, parseIsoTime, readIsoTime } from '../../../src/venues/kraken/iso-time.ts';
import { KrakenParser } from '../../../src/venues/kraken/parse.ts';
import { krakenStream } from '../../../src/venues/kraken/stream.ts';

const entry = (symbol: string): SymbolEntry => ({ symbol, priceDecimals: 2, sizeDecimals: 8 });

function read(text: string, symbols: readonly SymbolEntry[] = [entry('BTC/USDT')]) {
  const parser = new KrakenParser(symbols);
  const batch = new FrameBatch();
  const bytes = Buffer.from(text);
  parser.parse(bytes, 0, bytes.length, batch);
  return { batch, frame: batch.at(0), parser };
}

describe('kraken subscription plan', () => {
  const live = kraken.environments.live as NonNullable<(typeof kraken.environments)['live']>;

  interface Request {
    readonly method: string;
    readonly params: { channel: string; symbol: string[]; depth?: number; event_trigger?: string; snapshot: boolean };
  }

  it('asks for the book and every change of the best bid and offer of every symbol, once', () => {
    const symbols = Array.from({ length: 230 }, (_, index) => entry(`COIN${index}/USDT`));
    const plans = krakenStream.plan(live, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    const asked: string[] = [];
    for (const plan of plans) {
      expect(plan.url).toBe('wss://ws.kraken.com/v2');
      expect(plan.subscribe.length).toBeLessThanOrEqual(4);
      const carried = new Set(plan.symbols.map((index) => symbols[index]?.symbol));
      for (const message of plan.subscribe) {
        const { method, params } = JSON.parse(message) as Request;
        expect([method, params.snapshot, params.symbol.length <= 50]).toEqual(['subscribe', true, true]);
        if (params.channel === 'book') expect(params.depth).toBe(krakenStream.bookDepth);
        else expect(params).toMatchObject({ channel: 'ticker', event_trigger: 'bbo' });
        for (const symbol of params.symbol) {
          expect(carried.has(symbol)).toBe(true);
          asked.push(`${params.channel}/${symbol}`);
        }
      }
    }
    expect([asked.length, new Set(asked).size]).toEqual([2 * symbols.length, 2 * symbols.length]);
    expect(krakenStream.plan(live, [])).toEqual([]);
  });

  it('pings in text, and notices silence within three seconds', () => {
    const heartbeat = krakenStream.plan(live, [entry('BTC/USDT')])[0]?.heartbeat;
    expect(heartbeat?.ping).toEqual({ text: '{"method":"ping"}' });
    expect(heartbeat?.idleMs).toBeLessThan(heartbeat?.silenceMs ?? 0);
    expect(heartbeat?.silenceMs).toBeLessThanOrEqual(3000);
  });

  it('asks for a fresh snapshot of the book alone, by the depth that names the subscription', () => {
    const [first, second] = krakenStream.resubscribe?.('BTC/USDT') ?? [];
    expect(JSON.parse(first ?? '')).toEqual({
      method: 'unsubscribe',
      params: { channel: 'book', symbol: ['BTC/USDT'], depth: 25 },
    });
    expect(JSON.parse(second ?? '')).toEqual({
      method: 'subscribe',
      params: { channel: 'book', symbol: ['BTC/USDT'], depth: 25, snapshot: true },
    });
  });

  it('prices no level that the checksum does not cover', () => {
    expect([krakenStream.bookDepth, krakenStream.sizedLevels]).toEqual([25, 10]);
  });
});

describe('kraken sequence rule', () => {
  it('comes with its snapshot on the stream, and leaves all updates to their checksum', () => {
    expect(krakenStream.rule.snapshotFrom).toBe('stream');
    expect(krakenStream.rule.judge(-1, true, new BookFrame())).toBe(VERDICT.Apply);
  });

  const source = (bids: [string, string][], asks: [string, string][]): ChecksumSource => ({
    bidCount: bids.length,
    askCount: asks.length,
    bidText: (index) => bids[index] as [string, string],
    askText: (index) => asks[index] as [string, string],
  });

  it('sums asks before bids, ten a side, without points and leading zeros but with trailing ones', () => {
    const levels = (from: number): [string, string][] =>
      Array.from({ length: 12 }, (_, index) => [`0.0${from + index}`, `0.0${index}0`]);
    const digits = (from: number): string =>
      Array.from({ length: 10 }, (_, index) => `${from + index}${index === 0 ? '' : `${index}0`}`).join('');
    expect(krakenStream.checksum?.(source(levels(20), levels(50)))).toBe(crc32(digits(50) + digits(20)));
    expect(krakenStream.checksum?.(source([], [['63388.7', '0.25761900']]))).toBe(crc32('63388725761900'));
    expect(krakenStream.checksum?.(source([], []))).toBe(0);
  });
});

describe('kraken control frames', () => {
  const status = (system: string) =>
    `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${system}","api_version":"v2","connection_id":2950167385101900187}]}`;
  const cases: [string, object][] = [
    [status('online'), { kind: 'Status', trading: true, message: 'the system is online' }],
    ...['maintenance', 'cancel_only', 'post_only', 'limit_only'].map((system): [string, object] => [
      status(system),
      { kind: 'Status', trading: false, message: `the system is ${system}` },
    ]),
    [
      '{"method":"pong","req_id":42,"time_in":"2023-09-25T09:05:00.123456Z","time_out":"2023-09-25T09:05:00.123500Z"}',
      { kind: 'Pong' },
    ],
    [
      '{"method":"subscribe","result":{"channel":"book","depth":25,"snapshot":true,"symbol":"BTC/USDT"},"success":true,' +
        '"time_in":"2026-08-02T03:35:50.983359Z","time_out":"2026-08-02T03:35:50.983398Z"}',
      { kind: 'Subscribed', symbol: 'BTC/USDT' },
    ],
    [
      '{"error":"Currency pair not supported XBT/USDT","method":"subscribe","success":false,"symbol":"XBT/USDT"}',
      { kind: 'Refused', code: 'error', message: 'Currency pair not supported XBT/USDT', symbol: 'XBT/USDT' },
    ],
    [
      '{"error":"Currency pair not supported XBT/USDT","method":"subscribe","success":false}',
      { kind: 'Refused', code: 'error', message: 'Currency pair not supported XBT/USDT', symbol: 'XBT/USDT' },
    ],
    [
      '{"error":"EGeneral:Internal error","method":"subscribe","success":false}',
      { kind: 'Refused', code: 'EGeneral:Internal error', message: 'EGeneral:Internal error' },
    ],
    ['{"Error":"Exceeded msg rate"}', { kind: 'Refused', code: 'Exceeded msg rate', message: 'Exceeded msg rate' }],
  ];
  it.each(cases)('%s', (text, event) => {
    expect(krakenStream.readControl(text)).toEqual(event);
    expect(read(text).frame.kind).toBe(FRAME.Control);
  });

  it.each([
    '{"error":"Subscription Not Found","method":"unsubscribe","success":false,"symbol":"BTC/USDT"}',
    '{"error":"Already subscribed","method":"subscribe","success":false,"symbol":"BTC/USDT"}',
    '{"method":"unsubscribe","result":{"channel":"book","depth":25,"symbol":"BTC/USDT"},"success":true}',
    '{"channel":"status","type":"update","data":[]}',
    'garbage',
  ])('%s is no more than a notice', (text) => {
    expect(krakenStream.readControl(text).kind).toBe('Notice');
  });
});

describe('kraken parser', () => {
  const update =
    '{"channel":"book","type":"update","data":[{"symbol":"BTC/USDT","bids":[{"price":63381.0,"qty":0.00000000}],' +
    '"asks":[{"price":63395.20,"qty":1.05}],"checksum":3726153463,"timestamp":"2026-08-02T03:35:51.302928Z"}]}';
  const top =
    '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USDT","bid":63381.0,"bid_qty":2.5,"ask":63381.1,' +
    '"ask_qty":3.25,"last":63380.9,"volume":163.28908096,"vwap":63904.3,"low":62711.0,"high":66613.1,' +
    '"change":-250.00,"change_pct":-0.24,"timestamp":"2026-08-02T03:35:51.302928Z"}]}';

  it('reads an update with numbers, text shapes, checksum and time', () => {
    const { frame, batch, parser } = read(update);
    expect([batch.count, parser.fallbacks]).toEqual([1, 0]);
    expect(frame).toMatchObject({ kind: FRAME.Delta, symbol: 0, firstSeq: -1, lastSeq: -1, checksum: 3_726_153_463 });
    expect(frame.venueAt).toBe(Date.parse('2026-08-02T03:35:51.302Z'));
    expect([...frame.bids.values.subarray(0, 3)]).toEqual([6_338_100, 0, 64 + 8]);
    expect([...frame.asks.values.subarray(0, 3)]).toEqual([6_339_520, 105_000_000, 2 * 64 + 2]);
  });

  it('reads a snapshot', () => {
    expect(read(update.replace('update', 'snapshot')).frame.kind).toBe(FRAME.Snapshot);
  });

  it.each([top, top.replace('update', 'snapshot'), top.replace(/,"timestamp":"[^"]+"/, '')])(
    'reads a top: %s',
    (text) => {
      const { frame, parser } = read(text);
      expect(parser.fallbacks).toBe(0);
      expect(frame).toMatchObject({ kind: FRAME.Top, symbol: 0, lastSeq: -1 });
      expect([...frame.bids.values.subarray(0, 2)]).toEqual([6_338_100, 250_000_000]);
      expect([...frame.asks.values.subarray(0, 2)]).toEqual([6_338_110, 325_000_000]);
      expect(Number.isNaN(frame.venueAt)).toBe(!text.includes('timestamp'));
    },
  );

  it('takes a side without orders as empty', () => {
    const zero = read(top.replace('"bid":63381.0,"bid_qty":2.5', '"bid":0.0,"bid_qty":0.0'));
    expect([zero.parser.fallbacks, zero.frame.bids.count, zero.frame.asks.count]).toEqual([0, 0, 1]);
    const none = read(top.replace('"bid":63381.0,"bid_qty":2.5', '"bid":null,"bid_qty":null'));
    expect([none.frame.kind, none.frame.bids.count, none.frame.asks.count]).toEqual([FRAME.Top, 0, 1]);
  });

  it('tells what a finer or larger number needs', () => {
    const { frame } = read(update.replace('63395.20', '63395.125').replace('1.05', '123456789.25'));
    expect(frame.neededPriceDecimals).toBe(3);
    expect(frame.saturated).toBe(true);
  });

  it('reads numbers with exponents and numbers as texts on the other way', () => {
    const { frame, parser } = read(update.replace('1.05', '5e-05').replace('63395.20', '"63395.20"'));
    expect(parser.fallbacks).toBe(1);
    expect([...frame.asks.values.subarray(0, 2)]).toEqual([6_339_520, 5000]);
  });

  it('passes the heartbeat by without a fallback', () => {
    const { frame, parser } = read('{"channel":"heartbeat"}');
    expect([frame.kind, parser.fallbacks]).toEqual([FRAME.Ignored, 0]);
  });

  it('finds every symbol among many', () => {
    const symbols = Array.from({ length: 300 }, (_, index) => entry(`C${index}/USDT`));
    for (const index of [0, 1, 137, 299]) {
      expect(read(update.replace('BTC', `C${index}`), symbols).frame.symbol).toBe(index);
    }
    expect(read(update.replace('BTC', 'C300'), symbols).frame.kind).toBe(FRAME.UnknownSymbol);
  });

  it('takes the other way for another shape, with the same events', () => {
    const { frame, parser } = read(JSON.stringify(JSON.parse(update), null, 2));
    expect(parser.fallbacks).toBe(1);
    expect(frame).toMatchObject({ kind: FRAME.Delta, checksum: 3_726_153_463 });
  });

  it.each([
    ['', FRAME.Malformed, -1],
    ['[]', FRAME.Malformed, -1],
    ['{"channel"', FRAME.Malformed, -1],
    [update.slice(0, -1), FRAME.Malformed, 0],
    [update.slice(0, 90), FRAME.Malformed, 0],
    [update.slice(0, 60), FRAME.Malformed, -1],
    [update.replace('1.05', '01.05'), FRAME.Malformed, 0],
    [update.replace('1.05', '-1.05'), FRAME.Malformed, 0],
    [update.replace('1.05', 'null'), FRAME.Malformed, 0],
    [update.replace('3726153463', '-3726153463'), FRAME.Malformed, 0],
    [update.replace('"checksum":3726153463,', ''), FRAME.Malformed, 0],
    [update.replace('3726153463', '4294967296'), FRAME.Malformed, 0],
    [update.replace('2026-08-02', '2026-13-02'), FRAME.Malformed, 0],
    [update.replace('"update"', '"upset"'), FRAME.Malformed, 0],
    [update.replace('"bids"', '"buds"'), FRAME.Malformed, 0],
    [update.replace('"data":[{', '"data":[],"x":[{'), FRAME.Malformed, -1],
    [top.replace('63381.1', '"x"'), FRAME.Malformed, 0],
    ['{"channel":"trade","type":"update","data":[{"symbol":"BTC/USDT"}]}', FRAME.Ignored, -1],
  ])('%s', (text, kind, symbol) => {
    const { batch, frame } = read(text);
    expect(batch.count).toBe(1);
    expect([frame.kind, frame.symbol]).toEqual([kind, symbol]);
    expect([frame.bids.count, frame.asks.count]).toEqual([0, 0]);
  });

  it('fetches no snapshot', () => {
    const batch = new FrameBatch();
    new KrakenParser([entry('BTC/USDT')]).parseSnapshot(Buffer.from(update), 0, update.length, 0, batch);
    expect(batch.at(0)).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
    expect(krakenStream.snapshotUrl).toBeUndefined();
  });
});

describe('kraken times', () => {
  it.each([
    '1970-01-01T00:00:00Z',
    '2000-02-29T23:59:59.999Z',
    '2024-02-29T12:00:00.5Z',
    '2024-03-01T00:00:00.123456Z',
    '2026-12-31T23:59:59.000001Z',
    '2100-03-01T00:00:00.1234567Z',
  ])('%s', (text) => {
    expect(parseIsoTime(text)).toBe(Date.parse(text));
    expect(readIsoTime(Buffer.from(`x${text}"`), 1)).toBe(text.length + 1);
    expect(isoMs()).toBe(Date.parse(text));
  });

  it.each(['', 'Z', '2024-1-01T00:00:00Z', '2024-00-01T00:00:00Z', '2024-01-32T00:00:00Z', '2024-01-01T24:00:00Z'])(
    '"%s" is none',
    (text) => expect(parseIsoTime(text)).toBeNaN(),
  );
  it.each([
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00+01:00',
    '20240101',
    5,
  ])('"%s" is none, either', (text) => expect(parseIsoTime(text)).toBeNaN());
});
