import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { type SymbolEntry, VERDICT } from '../../../src/core/venue.ts';
import { kucoin } from '../../../src/venues/kucoin/index.ts';
import { toListing } from '../../../src/venues/kucoin/instruments.ts';
import { KucoinParser } from '../../../src/venues/kucoin/parse.ts';
import { kucoinStream } from '../../../src/venues/kucoin/stream.ts';
import { bullet } from './kucoin-fakes.ts';

const entry = (symbol: string): SymbolEntry => ({ symbol, priceDecimals: 2, sizeDecimals: 8 });
const live = kucoin.environments.live as NonNullable<(typeof kucoin.environments)['live']>;

const httpOf = (status: number, body: unknown): HttpPort => ({
  request: async () => ({ status, headers: {}, body: Buffer.from(JSON.stringify(body)) }),
  close() {},
});

class Reader {
  readonly parser: KucoinParser;
  readonly batch = new FrameBatch();

  constructor(...symbols: string[]) {
    this.parser = new KucoinParser(symbols.map(entry));
  }

  frame(value: unknown): BookFrame {
    const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    this.parser.parse(bytes, 0, bytes.length, this.batch);
    return this.batch.at(0);
  }

  snapshot(data: unknown, code = '200000'): BookFrame {
    const bytes = Buffer.from(JSON.stringify({ code, data }));
    this.parser.parseSnapshot(bytes, 0, bytes.length, 0, this.batch);
    return this.batch.at(0);
  }
}

type Levels = [string, string, string][];
const depth = (start: number, end: number, asks: Levels, bids: Levels, rest: object = { time: 1_729_816_425_625 }) => ({
  topic: '/market/level2:BTC-USDT',
  type: 'message',
  subject: 'trade.l2update',
  data: { changes: { asks, bids }, sequenceEnd: end, sequenceStart: start, symbol: 'BTC-USDT', ...rest },
});
const top = (bid: string[], ask: string[], timestamp = 1_729_816_058_766) => ({
  topic: '/spotMarket/level1:BTC-USDT',
  type: 'message',
  subject: 'level1',
  data: { asks: ask, bids: bid, timestamp },
});
const pricesOf = (list: BookFrame['bids']): number[] =>
  Array.from({ length: list.count }, (_, index) => list.values[index * 3] as number);

describe('kucoin subscription plan', () => {
  it('asks for level 2 first, then level 1, of at most 100 symbols a topic and connection', () => {
    const symbols = Array.from({ length: 230 }, (_, index) => entry(`COIN${index}-USDT`));
    const plans = kucoinStream.plan(live, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    for (const plan of plans) {
      const names = plan.symbols.map((index) => symbols[index]?.symbol).join(',');
      expect(plan.symbols.length).toBeLessThanOrEqual(100);
      expect(plan.subscribe.map((text) => JSON.parse(text))).toEqual([
        { id: 'level2', type: 'subscribe', topic: `/market/level2:${names}`, privateChannel: false, response: true },
        {
          id: 'level1',
          type: 'subscribe',
          topic: `/spotMarket/level1:${names}`,
          privateChannel: false,
          response: true,
        },
      ]);
    }
    expect(kucoinStream.plan(live, [])).toEqual([]);
  });

  it('pings in text, well before the venue gives the connection up, and replaces it when its token is old', () => {
    const [plan] = kucoinStream.plan(live, [entry('BTC-USDT')]);
    const { ping, idleMs, everyMs = 0, silenceMs } = plan?.heartbeat ?? { ping: 'frame', idleMs: 0, silenceMs: 0 };
    if (ping === 'frame' || typeof ping.text === 'string') throw new Error('not a text of its own');
    expect(JSON.parse(ping.text(1_729_816_058_766.4))).toEqual({ id: '1729816058766', type: 'ping' });
    expect(silenceMs).toBeLessThanOrEqual(3_000);
    expect(everyMs).toBeGreaterThan(0);
    expect(everyMs).toBeLessThan(18_000);
    // 100 messages in 10 s.
    expect(10_000 / idleMs).toBeLessThan(50);
    expect(plan?.maxAgeMs).toBe(86_400_000);
  });

  it('dials the address that the venue hands out, and says what is wrong when it does not', async () => {
    const dial = kucoinStream.plan(live, [entry('BTC-USDT')])[0]?.dial;
    if (dial === undefined) throw new Error('no dial');
    const first = await dial(httpOf(200, bullet('wss://ws-api-spot.kucoin.com/').body));
    const second = await dial(httpOf(200, bullet('wss://ws-api-spot.kucoin.com/').body));
    expect(first).toMatch(/^wss:\/\/ws-api-spot\.kucoin\.com\/\?token=the%2Btoken%3D%3D&connectId=.+/);
    expect(second).not.toBe(first);
    await expect(dial(httpOf(429, { code: '429000', msg: 'too many' }))).rejects.toMatchObject({
      code: 'venue/refused',
    });
    await expect(dial(httpOf(200, { code: '200000', data: {} }))).rejects.toMatchObject({ code: 'venue/protocol' });
    await expect(dial(httpOf(200, []))).rejects.toBeInstanceOf(Fault);
  });
});

describe('kucoin sequencing rule', () => {
  const delta = (firstSeq: number, lastSeq: number, prevSeq = -1): BookFrame =>
    Object.assign(new BookFrame(), { kind: FRAME.Delta, firstSeq, lastSeq, prevSeq });
  const judge = (lastSeq: number, first: number, last: number) =>
    kucoinStream.rule.judge(lastSeq, false, delta(first, last));

  it('4. takes what starts at most one behind the book and ends beyond it', () => {
    expect(judge(16, 17, 17)).toBe(VERDICT.Apply);
    expect(judge(16, 15, 19)).toBe(VERDICT.Apply);
    expect(judge(16, 16, 17)).toBe(VERDICT.Apply);
  });

  it('4. leaves old news alone, and sees a hole', () => {
    expect(judge(16, 16, 16)).toBe(VERDICT.Ignore);
    expect(judge(16, 10, 15)).toBe(VERDICT.Ignore);
    expect(judge(16, 18, 18)).toBe(VERDICT.Gap);
    // As the documentation's own example has it: an end before its start is old news, or a hole.
    expect(judge(16, 19, 15)).toBe(VERDICT.Ignore);
    expect(judge(16, 19, 17)).toBe(VERDICT.Gap);
  });

  it('does not take a sequence that began anew for old news', () => {
    expect(judge(1_613_277_183_892, 14_701_689_783, 14_701_689_783)).toBe(VERDICT.Gap);
    expect(judge(1_613_277_183_892, 1_613_277_183_000, 1_613_277_183_001)).toBe(VERDICT.Ignore);
  });

  it('asks for a snapshot of 100 levels, and knows whose it is', () => {
    const url = kucoinStream.snapshotUrl?.(live, 'BTC-USDT') ?? '';
    expect(url).toBe('https://api.kucoin.com/api/v1/market/orderbook/level2_100?symbol=BTC-USDT');
    expect(kucoinStream.snapshotSymbol?.(url)).toBe('BTC-USDT');
    const full = 'https://api.kucoin.com/api/v3/market/orderbook/level2?symbol=ETH-USDT';
    expect(kucoinStream.snapshotSymbol?.(full)).toBe('ETH-USDT');
    expect(kucoinStream.snapshotSymbol?.('https://api.kucoin.com/api/v1/market/orderbook/level1?symbol=A-B')).toBe(
      undefined,
    );
    expect(kucoinStream.snapshotSymbol?.('nonsense')).toBe(undefined);
  });
});

describe('kucoin parser', () => {
  it('reads changes of today and of 2021 alike, with and without a time', () => {
    const reader = new Reader('BTC-USDT');
    const asks: Levels = [['67993.3', '1.21427407', '14701689783']];
    const now = reader.frame(depth(14701689783, 14701689783, asks, []));
    expect([now.kind, now.symbol, now.firstSeq, now.lastSeq, now.venueAt, now.lineSeq]).toEqual([
      FRAME.Delta,
      0,
      14701689783,
      14701689783,
      1_729_816_425_625,
      1_729_816_425_625,
    ]);
    expect([...now.asks.values.subarray(0, 2)]).toEqual([6_799_330, 121_427_407]);
    const { topic, type, subject, data } = depth(7, 8, asks, [], {});
    const { symbol, changes, sequenceStart, sequenceEnd } = data;
    const old = reader.frame({ data: { sequenceStart, symbol, changes, sequenceEnd }, subject, topic, type });
    expect([old.kind, old.firstSeq, old.lastSeq, old.asks.count]).toEqual([FRAME.Delta, 7, 8, 1]);
    expect(old.venueAt).toBeNaN();
    // A book without a time is never behind a best bid and offer.
    expect(old.lineSeq).toBe(Number.MAX_SAFE_INTEGER);
    expect(reader.parser.fallbacks).toBe(0);
  });

  it('takes price 0 for what it is: the sequence moved', () => {
    const reader = new Reader('BTC-USDT');
    for (const spelled of ['0', '0.00']) {
      const frame = reader.frame(depth(5, 6, [[spelled, '0', '5']], [['1.00', '0', '6']]));
      expect([frame.kind, frame.lastSeq, frame.asks.count, frame.bids.count]).toEqual([FRAME.Delta, 6, 0, 1]);
    }
    const jumbled = reader.frame(
      depth(
        5,
        7,
        [
          ['2', '1', '7'],
          ['0', '0', '6'],
          ['3', '1', '5'],
        ],
        [],
      ),
    );
    expect(pricesOf(jumbled.asks)).toEqual([300, 200]);
    expect(reader.parser.fallbacks).toBe(1);
  });

  it('lets the highest sequence have the last word on a price', () => {
    const reader = new Reader('BTC-USDT');
    const frame = reader.frame(
      depth(
        5,
        10,
        [
          ['2', '9', '10'],
          ['2', '1', '9'],
        ],
        [],
      ),
    );
    expect(frame.asks.values[4]).toBe(9e8);
    expect(frame.asks.count).toBe(2);
  });

  it('reads best bids and offers, of one side too, on the line of their time', () => {
    const reader = new Reader('BTC-USDT');
    const both = reader.frame(top(['68145.7', '1.29267802'], ['68145.8', '0.51987471']));
    expect([both.kind, both.symbol, both.lineSeq, both.lastSeq]).toEqual([FRAME.Top, 0, 1_729_816_058_766, -1]);
    expect([both.bids.values[0], both.asks.values[0]]).toEqual([6_814_570, 6_814_580]);
    expect(reader.frame(top([], ['2', '1'])).bids.count).toBe(0);
    expect(reader.frame(top(['1', '0'], ['2', '1'])).bids.count).toBe(0);
    expect(reader.parser.fallbacks).toBe(0);
  });

  it.each([
    ['a sequence as text', depth(5, 6, [], []), (text: string) => text.replace('"sequenceEnd":6', '"sequenceEnd":"6"')],
    ['a sequence past 2^53', depth(5, 6, [], []), (text: string) => text.replace(':6,', ':9007199254740993,')],
    ['no end', depth(5, 6, [], []), (text: string) => text.replace('"sequenceEnd":6,', '')],
    ['no asks', depth(5, 6, [], []), (text: string) => text.replace('"asks":[],', '')],
    ['another symbol inside', depth(5, 6, [], []), (text: string) => text.replace('l":"BTC', 'l":"ETH')],
    ['a level of two', depth(5, 6, [['1', '1', '6']], []), (text: string) => text.replace(',"6"]', ']')],
    ['a price that is no number', depth(5, 6, [['x', '1', '6']], []), (text: string) => text],
    ['a best offer of one', top(['1', '1'], ['2']), (text: string) => text],
  ])('calls %s malformed, and whose it is', (_, frame, spoil) => {
    const reader = new Reader('ETH-USDT', 'BTC-USDT');
    const read = reader.frame(spoil(JSON.stringify(frame)));
    expect([read.kind, read.symbol, reader.batch.count]).toEqual([FRAME.Malformed, 1, 1]);
    expect(read.asks.count + read.bids.count).toBe(0);
  });

  it('tells frames that are no data, of other channels, and of symbols that nobody asked for', () => {
    const reader = new Reader('BTC-USDT');
    const cases: [unknown, number][] = [
      [{ id: 'x', type: 'welcome' }, FRAME.Control],
      [{ id: 'x', type: 'ack' }, FRAME.Control],
      [{ id: 'x', type: 'pong', timestamp: 1 }, FRAME.Control],
      [{ id: 'x', type: 'error', code: 404, data: 'topic does not exist' }, FRAME.Control],
      [{ type: 'message', topic: '/market/match:BTC-USDT', data: {} }, FRAME.Ignored],
      [{ type: 'message', topic: '/market/ticker:all', data: {} }, FRAME.Ignored],
      [{ ...depth(1, 1, [], []), topic: '/market/level2:XRP-USDT' }, FRAME.UnknownSymbol],
      [{ type: 'message', data: {} }, FRAME.Malformed],
      [[], FRAME.Malformed],
      ['{"type":"message"', FRAME.Malformed],
      ['', FRAME.Malformed],
    ];
    for (const [value, kind] of cases) expect(reader.frame(value).kind, JSON.stringify(value)).toBe(kind);
  });

  it('reads snapshots, and nothing else as one', () => {
    const reader = new Reader('BTC-USDT');
    const data = {
      time: 1_729_176_273_859,
      sequence: '14610502970',
      bids: [['66976.4', '0.69']],
      asks: [['66976.5', '1']],
    };
    const book = reader.snapshot(data);
    expect([book.kind, book.symbol, book.lastSeq, book.lineSeq, book.bids.count]).toEqual([
      FRAME.Snapshot,
      0,
      14610502970,
      1_729_176_273_859,
      1,
    ]);
    for (const bad of [{ ...data, sequence: 'x' }, { ...data, bids: null }, { ...data, asks: [['1']] }, null]) {
      const read = reader.snapshot(bad);
      expect([read.kind, read.symbol, read.bids.count]).toEqual([FRAME.Malformed, 0, 0]);
    }
    expect(reader.snapshot(data, '429000').kind).toBe(FRAME.Malformed);
  });
});

describe('kucoin horizon', () => {
  const levels = (count: number, from: number, step: number): [string, string][] =>
    Array.from({ length: count }, (_, index) => [(from + index * step).toFixed(2), '1']);
  const judged = (reader: Reader): number =>
    kucoinStream.rule.judge(20, true, reader.frame(depth(21, 21, [], [['5.00', '1', '21']])));
  const best = (bid: number, ask: number) => top([bid.toFixed(2), '1'], [ask.toFixed(2), '1']);

  it('wants a fresh book, once, when the best price has left most of what is known of a side', () => {
    const reader = new Reader('BTC-USDT');
    const fresh = () => reader.snapshot({ sequence: '20', bids: levels(100, 500, -1), asks: levels(100, 501, 1) });
    fresh();
    reader.frame(best(432, 433));
    expect(judged(reader)).toBe(VERDICT.Apply);
    reader.frame(best(430, 431));
    expect(judged(reader)).toBe(VERDICT.Gap);
    expect(judged(reader)).toBe(VERDICT.Apply);
    fresh();
    expect(judged(reader)).toBe(VERDICT.Apply);
    reader.frame(best(570, 571));
    expect(judged(reader)).toBe(VERDICT.Gap);
  });

  it('does not where the book is whole', () => {
    for (const count of [99, 140]) {
      const reader = new Reader('BTC-USDT');
      reader.snapshot({ sequence: '20', bids: levels(count, 500, -1), asks: levels(count, 501, 1) });
      reader.frame(best(100, 101));
      expect(judged(reader)).toBe(VERDICT.Apply);
      reader.frame(top([], []));
      expect(judged(reader)).toBe(VERDICT.Apply);
    }
  });
});

describe('kucoin control frames', () => {
  const read = (frame: object) => kucoinStream.readControl(JSON.stringify(frame));

  it('are read', () => {
    expect(read({ id: 'level2', type: 'ack' })).toEqual({ kind: 'Subscribed' });
    expect(read({ id: '1', type: 'pong', timestamp: 1 })).toEqual({ kind: 'Pong' });
    expect(read({ id: '1', type: 'welcome' })).toMatchObject({ kind: 'Notice' });
    expect(read({ id: '1', type: 'error', code: 404, data: 'topic /market/level2:XRP-USDT is not found' })).toEqual({
      kind: 'Refused',
      code: '404',
      message: 'topic /market/level2:XRP-USDT is not found',
      symbol: 'XRP-USDT',
    });
    const many = { id: '1', type: 'error', code: 404, data: 'topic /market/level2:A-B,C-D is not found' };
    expect(read(many)).not.toHaveProperty('symbol');
    expect(read({ id: '1', type: 'error', code: 509, data: 'exceed max permits per second' })).toMatchObject({
      kind: 'Refused',
      code: '509',
    });
    expect(read({ id: '1', type: 'error', code: 400, data: 'ping timeout' })).toMatchObject({ kind: 'Notice' });
    expect(kucoinStream.readControl('nonsense')).toEqual({ kind: 'Notice', message: 'nonsense' });
  });
});

describe('kucoin instruments', () => {
  const listed = {
    symbol: 'BCHSV-USDT',
    name: 'BSV-USDT',
    baseCurrency: 'BSV',
    quoteCurrency: 'USDT',
    feeCurrency: 'USDT',
    baseMinSize: '0.0100',
    baseMaxSize: '10000000000',
    baseIncrement: '0.00000001',
    priceIncrement: '0.010',
    minFunds: '0.1',
    enableTrading: true,
  };

  it('keep the symbol of a renamed coin and take its present name', () => {
    expect(toListing(listed)).toEqual({
      venue: 'kucoin',
      instrument: 'BSV-USDT',
      base: 'BSV',
      quote: 'USDT',
      symbol: 'BCHSV-USDT',
      trading: true,
      priceTick: '0.01',
      sizeLot: '0.00000001',
      minSize: '0.01',
      maxSize: '10000000000',
      minNotional: '0.1',
    });
    expect(toListing({ ...listed, enableTrading: false, minFunds: null })).not.toHaveProperty('minNotional');
    expect(toListing({ ...listed, enableTrading: false }).trading).toBe(false);
  });

  it.each([null, { ...listed, priceIncrement: '0' }, { ...listed, baseIncrement: '-1' }, { ...listed, symbol: 5 }])(
    'that are malformed are refused: %j',
    (value) => expect(() => toListing(value)).toThrow(expect.objectContaining({ code: 'venue/protocol' })),
  );

  it('are loaded, or the venue is told of', async () => {
    const load = (status: number, value: unknown) => kucoin.loadListings(live, httpOf(status, value));
    expect(await load(200, { code: '200000', data: [listed] })).toHaveLength(1);
    await expect(load(200, { code: '500000', msg: 'x' })).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(load(503, {})).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(load(200, { code: '200000', data: {} })).rejects.toMatchObject({ code: 'venue/protocol' });
  });
});
