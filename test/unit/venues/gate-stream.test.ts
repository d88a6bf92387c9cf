import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { VERDICT } from '../../../src/core/venue.ts';
import { gate } from '../../../src/venues/gate/index.ts';
import { createParser } from '../../../src/venues/gate/parse.ts';
import { gateStream, pingText } from '../../../src/venues/gate/stream.ts';

const live = gate.environments.live as NonNullable<(typeof gate.environments)[string]>;

function delta(firstSeq: number, lastSeq: number): BookFrame {
  const frame = new BookFrame();
  frame.kind = FRAME.Delta;
  frame.firstSeq = firstSeq;
  frame.lastSeq = lastSeq;
  return frame;
}

describe('gate sequencing', () => {
  const { judge, snapshotFrom } = gateStream.rule;

  it('takes books pushed and fetched: what waits for a book by REST is kept', () => {
    expect(snapshotFrom).toBe('rest');
  });

  it.each([
    ['V2 2.1: U is our id + 1', 100, delta(101, 105), VERDICT.Apply],
    ['V2 2.1: one id alone', 100, delta(101, 101), VERDICT.Apply],
    ['V2 2.2: U beyond our id + 1', 100, delta(102, 105), VERDICT.Gap],
    ['4: the base falls into the first change', 100, delta(90, 105), VERDICT.Apply],
    ['4: the base is its first id', 100, delta(100, 105), VERDICT.Apply],
    ['5: all of it is in the base', 100, delta(90, 100), VERDICT.Ignore],
    ['5: long gone', 100, delta(1, 2), VERDICT.Ignore],
    ['6: changes were lost', 100, delta(1000, 1001), VERDICT.Gap],
  ])('%s', (_, last, change, verdict) => {
    expect(judge(last, false, change)).toBe(verdict);
    expect(judge(last, true, change)).toBe(verdict);
  });
});

describe('gate plan', () => {
  const symbols = Array.from({ length: 120 }, (_, n) => ({ symbol: `C${n}_USDT`, priceDecimals: 2, sizeDecimals: 2 }));

  it('subscribes each pair to its book stream and its ticker, one a message, books first', () => {
    const plans = gateStream.plan(live, symbols);
    expect(plans.map((plan) => plan.symbols.length)).toEqual([50, 50, 20]);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    const [plan] = plans;
    expect(plan?.url).toBe('wss://api.gateio.ws/ws/v4/');
    expect(plan?.subscribe).toHaveLength(100);
    expect(JSON.parse(plan?.subscribe[0] ?? '')).toEqual({
      channel: 'spot.obu',
      event: 'subscribe',
      payload: ['ob.C0_USDT.50'],
    });
    expect(JSON.parse(plan?.subscribe[50] ?? '')).toEqual({
      channel: 'spot.book_ticker',
      event: 'subscribe',
      payload: ['C0_USDT'],
    });
  });

  it('stamps each message with the seconds of its sending, and pings with them', () => {
    const [plan] = gateStream.plan(live, symbols);
    const stamped = plan?.stamp?.(plan.subscribe[0] ?? '', 1_750_000_000_999) ?? '';
    expect(JSON.parse(stamped)).toMatchObject({ time: 1_750_000_000, channel: 'spot.obu' });
    expect(JSON.parse(pingText(1_750_000_000_999))).toEqual({ time: 1_750_000_000, channel: 'spot.ping' });
    expect(plan?.heartbeat).toMatchObject({ ping: { text: pingText }, idleMs: 1000, silenceMs: 3000 });
  });

  it.each(['eu', 'us'])('takes the older channel, with its deeper base, where the stream is unknown (%s)', (name) => {
    const endpoints = gate.environments[name] as typeof live;
    const [plan] = gateStream.plan(endpoints, symbols.slice(0, 1));
    expect(plan?.subscribe.map((text) => JSON.parse(text))).toMatchObject([
      { channel: 'spot.order_book_update', payload: ['C0_USDT', '100ms'] },
      { channel: 'spot.book_ticker', payload: ['C0_USDT'] },
    ]);
    expect(gateStream.snapshotUrl?.(endpoints, 'C0_USDT')).toContain('limit=100&');
  });

  it('asks for as many levels as the stream keeps in step, and knows its question again', () => {
    const url = gateStream.snapshotUrl?.(live, 'BTC_USDT') ?? '';
    expect(url).toBe('https://api.gateio.ws/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=50&with_id=true');
    expect(gateStream.snapshotSymbol?.(url)).toBe('BTC_USDT');
    expect(gateStream.snapshotSymbol?.('https://api.gateio.ws/api/v4/spot/currency_pairs')).toBeUndefined();
    expect(gateStream.snapshotSymbol?.('no url')).toBeUndefined();
  });
});

describe('gate control frames', () => {
  const read = (frame: object) => gateStream.readControl(JSON.stringify(frame));
  const ack = (channel: string, ...payload: string[]) => ({
    time: 1,
    time_ms: 1000,
    conn_id: 'a',
    trace_id: 'b',
    channel,
    event: 'subscribe',
    payload,
    result: { status: 'success' },
    requestId: 'b',
  });
  const refusal = (channel: string, name: string, code: number, message: string) => ({
    ...ack(channel, name),
    error: { code, message },
    result: { status: 'fail' },
  });

  it('reads acknowledgements; only the older channel asks for a book', () => {
    expect(read(ack('spot.order_book_update', 'BTC_USDT', '100ms'))).toEqual({
      kind: 'Subscribed',
      symbol: 'BTC_USDT',
    });
    expect(read(ack('spot.obu', 'ob.BTC_USDT.50'))).toEqual({ kind: 'Subscribed', symbol: 'spot.obu ob.BTC_USDT.50' });
    expect(read(ack('spot.book_ticker', 'BTC_USDT'))).toEqual({
      kind: 'Subscribed',
      symbol: 'spot.book_ticker BTC_USDT',
    });
    const of2021 = { time: 1, channel: 'spot.order_book_update', event: 'subscribe', result: { status: 'success' } };
    expect(read(of2021)).toEqual({ kind: 'Subscribed' });
  });

  it('reads refusals, with the pair that they are about', () => {
    const words = 'unknown currency pair: NOPE_USDT';
    const expected = { kind: 'Refused', code: '2', message: words, symbol: 'NOPE_USDT' };
    expect(read(refusal('spot.obu', 'ob.NOPE_USDT.50', 2, words))).toEqual(expected);
    expect(read(refusal('spot.book_ticker', 'NOPE_USDT', 2, words))).toEqual(expected);
    expect(read({ error: { code: 1, message: 'request message need json scheme' } })).toEqual({
      kind: 'Refused',
      code: '1',
      message: 'request message need json scheme',
    });
  });

  it('does not take a subscription that stands already for a refusal', () => {
    const twice = refusal('spot.obu', 'ob.BTC_USDT.50', 2, 'Alert sub ob.BTC_USDT.50');
    expect(read(twice)).toEqual({ kind: 'Notice', message: 'Alert sub ob.BTC_USDT.50' });
  });

  it('reads pongs and whatever else', () => {
    expect(read({ time: 1, channel: 'spot.pong', event: '', result: null })).toEqual({ kind: 'Pong' });
    expect(read({ ...ack('spot.obu', 'ob.BTC_USDT.50'), event: 'unsubscribe' }).kind).toBe('Notice');
    expect(gateStream.readControl('nonsense')).toEqual({ kind: 'Notice', message: 'nonsense' });
  });
});

describe('gate parser', () => {
  const parser = createParser([{ symbol: 'BTC_USDT', priceDecimals: 1, sizeDecimals: 4 }]);
  const batch = new FrameBatch();
  const parse = (frame: object | string) => {
    const bytes = Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));
    parser.parse(bytes, 0, bytes.length, batch);
    expect(batch.count).toBe(1);
    return batch.at(0);
  };
  const stream = (result: object) => ({
    channel: 'spot.obu',
    result: { s: 'ob.BTC_USDT.50', ...result },
    event: 'update',
  });

  it('takes a full book whenever it comes, on either channel', () => {
    const book = { t: 5, full: true, u: 9, b: [['10.5', '1']], a: [] };
    expect(parse(stream(book))).toMatchObject({ kind: FRAME.Snapshot, symbol: 0, lastSeq: 9, venueAt: 5 });
    const older = {
      time: 1,
      channel: 'spot.order_book_update',
      event: 'update',
      result: { ...book, U: 3, s: 'BTC_USDT' },
    };
    expect(parse(older)).toMatchObject({ kind: FRAME.Snapshot, firstSeq: 9, lastSeq: 9 });
  });

  it('takes a change without levels, and one without one side', () => {
    expect(parse(stream({ t: 5, U: 3, u: 4 }))).toMatchObject({ kind: FRAME.Delta, firstSeq: 3, lastSeq: 4 });
    expect(batch.at(0).bids.count + batch.at(0).asks.count).toBe(0);
    expect(parse(stream({ t: 5, U: 3, u: 4, b: null, a: [['11', '0']] })).asks.count).toBe(1);
  });

  it('reads the ticker, with one side empty, too', () => {
    const top = (b: string, B: string) => ({
      channel: 'spot.book_ticker',
      event: 'update',
      result: { t: 5, u: 7, s: 'BTC_USDT', b, B, a: '11', A: '2' },
    });
    expect(parse(top('10', '1'))).toMatchObject({ kind: FRAME.Top, firstSeq: 7, lastSeq: 7 });
    expect(batch.at(0).bids.count).toBe(1);
    for (const [price, size] of [
      ['0', '0'],
      ['', ''],
      ['', '0'],
    ] as const) {
      expect(parse(top(price, size)), `${price}/${size}`).toMatchObject({ kind: FRAME.Top });
      expect([batch.at(0).bids.count, batch.at(0).asks.count]).toEqual([0, 1]);
    }
  });

  it.each([
    ['ids that run backwards', stream({ U: 5, u: 4 }), FRAME.Malformed, 0],
    ['no last id', stream({ U: 5 }), FRAME.Malformed, 0],
    ['no first id of a change', stream({ u: 5 }), FRAME.Malformed, 0],
    ['a level that is no pair of texts', stream({ U: 5, u: 5, b: [[1, 2]] }), FRAME.Malformed, 0],
    ['no levels', stream({ U: 5, u: 5, b: 'x' }), FRAME.Malformed, 0],
    ['a name that is no stream', { ...stream({}), result: { s: 'BTC_USDT', U: 5, u: 5 } }, FRAME.Malformed, -1],
    ['no result', { channel: 'spot.obu', event: 'update' }, FRAME.Malformed, -1],
    ['no JSON', '{"channel":"spot.obu"', FRAME.Malformed, -1],
    ['another pair', { ...stream({}), result: { s: 'ob.X_USDT.50', U: 5, u: 5 } }, FRAME.UnknownSymbol, -1],
    ['another channel', { channel: 'spot.trades', event: 'update', result: {} }, FRAME.Ignored, -1],
    ['an acknowledgement', { channel: 'spot.obu', event: 'subscribe', payload: ['x'], result: {} }, FRAME.Control, -1],
    ['a pong', { channel: 'spot.pong', event: '', result: null }, FRAME.Control, -1],
    ['an answer of the other interface', { request_id: '1', header: {}, data: {} }, FRAME.Control, -1],
  ])('takes %s for what it is', (_, frame, kind, symbol) => {
    const event = parse(frame);
    expect([event.kind, event.symbol]).toEqual([kind, symbol]);
    expect([event.lastSeq, event.bids.count]).toEqual([-1, 0]);
  });

  it('reads a book by REST, and takes one without an id for none', () => {
    const read = (body: object) => {
      const bytes = Buffer.from(JSON.stringify(body));
      parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
      return batch.at(0);
    };
    const body = { id: 7, current: 1623898993123, update: 1623898993121, asks: [['11', '1']], bids: [['10', '2']] };
    expect(read(body)).toMatchObject({ kind: FRAME.Snapshot, symbol: 0, lastSeq: 7, venueAt: 1623898993121 });
    expect(read({ asks: [], bids: [] })).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
    expect(read({ label: 'INVALID_CURRENCY', message: 'x' })).toMatchObject({ kind: FRAME.Malformed, symbol: 0 });
  });
});
