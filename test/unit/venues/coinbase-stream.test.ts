import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME, FrameBatch } from '../../../src/core/frame.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { type SymbolEntry, VERDICT } from '../../../src/core/venue.ts';
import { coinbase } from '../../../src/venues/coinbase/index.ts';
import { loadListings, toListing } from '../../../src/venues/coinbase/instruments.ts';
import { CoinbaseParser } from '../../../src/venues/coinbase/parse.ts';
import { coinbaseStream } from '../../../src/venues/coinbase/stream.ts';

const entry = (symbol: string): SymbolEntry => ({ symbol, priceDecimals: 2, sizeDecimals: 8 });
const live = coinbase.environments.live as NonNullable<(typeof coinbase.environments)['live']>;

function read(text: string | object, symbols: readonly string[] = ['BTC-USD']) {
  const parser = new CoinbaseParser(symbols.map(entry));
  const batch = new FrameBatch();
  const bytes = Buffer.from(typeof text === 'string' ? text : JSON.stringify(text));
  parser.parse(bytes, 0, bytes.length, batch);
  return { batch, frame: batch.at(0), parser };
}

const update = (side: string, price: string, size: string) => ({
  side,
  event_time: '2026-08-09T21:05:48.464857Z',
  price_level: price,
  new_quantity: size,
});
const depth = (sequence: unknown, events: readonly object[]) => ({
  channel: 'l2_data',
  timestamp: '2026-08-09T21:05:48.628879425Z',
  sequence_num: sequence,
  events,
});
const event = (product: string, updates: readonly object[], type = 'update') => ({
  type,
  product_id: product,
  updates,
});

describe('coinbase subscription plan', () => {
  const productsOf = (message: string | undefined): string[] => JSON.parse(message ?? '{}').product_ids;

  it('asks for the book of every symbol once, and for heartbeats, in two messages a connection', () => {
    const symbols = Array.from({ length: 130 }, (_, index) => entry(`COIN${index}-USD`));
    const plans = coinbaseStream.plan(live, symbols);
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols.map((_, index) => index));
    const asked: string[] = [];
    for (const plan of plans) {
      expect(plan.url).toBe('wss://advanced-trade-ws.coinbase.com');
      expect(plan.subscribe).toHaveLength(2);
      const [books, beats] = plan.subscribe;
      expect(JSON.parse(books ?? '')).toMatchObject({ type: 'subscribe', channel: 'level2' });
      expect(JSON.parse(beats ?? '')).toEqual({ type: 'subscribe', channel: 'heartbeats' });
      expect(productsOf(books)).toEqual(plan.symbols.map((index) => symbols[index]?.symbol));
      asked.push(...productsOf(books));
    }
    expect(new Set(asked).size).toBe(symbols.length);
    // The limit of unsigned messages is 8 a second and address: all of these go out as the connections open.
    expect(plans.flatMap((plan) => plan.subscribe).length).toBeLessThanOrEqual(8);
    expect(coinbaseStream.plan(live, [])).toEqual([]);
  });

  it('asks for twins by the one name that the stream has, on one connection', () => {
    const fillers = Array.from({ length: 49 }, (_, index) => entry(`COIN${index}-USD`));
    const symbols = [entry('ETH-USDC'), ...fillers, entry('USDT-USDC'), entry('EURC-USDC'), entry('ETH-USD')];
    const plans = coinbaseStream.plan(live, symbols);
    expect(plans).toHaveLength(2);
    expect(plans[0]?.symbols.slice(0, 2)).toEqual([0, symbols.length - 1]);
    expect(productsOf(plans[0]?.subscribe[0])[0]).toBe('ETH-USD');
    expect(productsOf(plans[1]?.subscribe[0])).toEqual(['USDT-USDC', 'EURC-USDC']);
    expect(plans.flatMap((plan) => plan.symbols).sort()).toEqual(symbols.map((_, index) => index).sort());
    expect(coinbaseStream.resubscribe?.('ETH-USDC').map((text) => JSON.parse(text))).toEqual([
      { type: 'unsubscribe', product_ids: ['ETH-USD'], channel: 'level2' },
      { type: 'subscribe', product_ids: ['ETH-USD'], channel: 'level2' },
    ]);
  });

  it('pings, and gives a connection up that misses three heartbeats', () => {
    expect(coinbaseStream.plan(live, [entry('BTC-USD')])[0]?.heartbeat).toEqual({
      ping: 'frame',
      idleMs: 1000,
      silenceMs: 3000,
    });
  });
});

describe('coinbase sequence rule', () => {
  const judge = (lastSeq: number, seq: number) => {
    const delta = new BookFrame();
    delta.lastSeq = seq;
    return coinbaseStream.rule.judge(lastSeq, true, delta);
  };

  it('numbers the connection, and pushes its snapshots', () => {
    expect(coinbaseStream.rule).toMatchObject({ numbersConnection: true, snapshotFrom: 'stream' });
  });
  it('applies what follows, whatever was between', () => expect(judge(10, 11)).toBe(VERDICT.Apply));
  it('takes other frames between for what they are', () => expect(judge(10, 40)).toBe(VERDICT.Apply));
  it('applies a second event of the same frame', () => expect(judge(10, 10)).toBe(VERDICT.Apply));
  it('ignores what is older than the snapshot', () => expect(judge(10, 9)).toBe(VERDICT.Ignore));
});

describe('coinbase frames', () => {
  it('are numbered whatever their channel', () => {
    const frames = [
      depth(3, [event('BTC-USD', [])]),
      {
        channel: 'heartbeats',
        timestamp: '2026-08-09T21:05:48Z',
        sequence_num: 3,
        events: [{ current_time: 'x', heartbeat_counter: 9 }],
      },
      { channel: 'subscriptions', timestamp: '2026-08-09T21:05:48Z', sequence_num: 3, events: [] },
      { channel: 'ticker', timestamp: '2026-08-09T21:05:48Z', sequence_num: 3, events: [] },
      { channel: 'something new', sequence_num: 3 },
    ];
    const kinds = [FRAME.Delta, FRAME.Ignored, FRAME.Control, FRAME.Ignored, FRAME.Ignored];
    frames.forEach((frame, index) => {
      const { batch } = read(frame);
      expect([batch.connectionSeq, batch.count, batch.at(0).kind], JSON.stringify(frame)).toEqual([3, 1, kinds[index]]);
    });
    expect(read({ type: 'error', message: 'no' }).batch.connectionSeq).toBe(-1);
    expect(read({ type: 'error', message: 'no' }).frame.kind).toBe(FRAME.Control);
  });

  it('give bids, asks and removals, and their time', () => {
    const updates = [
      update('bid', '1918.55', '0.00000131'),
      update('offer', '1920', '0'),
      update('bid', '1917.9', '2'),
    ];
    const { frame, parser } = read(depth(22, [event('BTC-USD', updates)]));
    expect(parser.fallbacks).toBe(0);
    expect(frame).toMatchObject({ kind: FRAME.Delta, symbol: 0, firstSeq: 22, lastSeq: 22, prevSeq: -1 });
    expect(frame.venueAt).toBe(Date.parse('2026-08-09T21:05:48.628Z'));
    expect([...frame.bids.values.subarray(0, 6)]).toEqual([191_855, 131, 136, 191_790, 2e8, 64]);
    expect([...frame.asks.values.subarray(0, 3)]).toEqual([192_000, 0, 0]);
  });

  it('of one name serve both twins, each on its own grid', () => {
    const symbols = [
      { symbol: 'ETH-USDC', priceDecimals: 1, sizeDecimals: 2 },
      { symbol: 'ETH-USD', priceDecimals: 2, sizeDecimals: 8 },
    ];
    const batch = new FrameBatch();
    const bytes = Buffer.from(
      JSON.stringify(depth(1, [event('ETH-USD', [update('bid', '1918.5', '0.25')], 'snapshot')])),
    );
    const parser = new CoinbaseParser(symbols);
    parser.parse(bytes, 0, bytes.length, batch);
    expect([0, 1].map((index) => [batch.at(index).kind, batch.at(index).symbol])).toEqual([
      [FRAME.Snapshot, 0],
      [FRAME.Snapshot, 1],
    ]);
    expect([0, 1].map((index) => [...batch.at(index).bids.values.subarray(0, 2)])).toEqual([
      [19_185, 25],
      [191_850, 25_000_000],
    ]);
    expect(read(depth(1, [event('ETH-USD', [])]), ['ETH-USDC']).frame.symbol).toBe(0);
    expect(read(depth(1, [event('USDT-USD', [])]), ['USDT-USDC']).frame.kind).toBe(FRAME.UnknownSymbol);
  });

  it.each<[string, object | string, number, number]>([
    ['a side that is none', depth(1, [event('BTC-USD', [update('ask', '1', '1')])]), 1, 0],
    ['a price that is none', depth(1, [event('BTC-USD', [update('bid', '1e3', '1')])]), 1, 0],
    ['a number for a size', depth(1, [event('BTC-USD', [{ ...update('bid', '1', '1'), new_quantity: 1 }])]), 1, 0],
    ['no size', depth(1, [event('BTC-USD', [{ side: 'bid', price_level: '1' }])]), 1, 0],
    ['an unknown type', depth(1, [event('BTC-USD', [], 'delta')]), 1, 0],
    ['no levels', depth(1, [{ type: 'update', product_id: 'BTC-USD' }]), 1, 0],
    ['no number', depth(undefined, [event('BTC-USD', [])]), -1, 0],
    ['a number that is none', depth('7', [event('BTC-USD', [])]), -1, 0],
    ['no time of day', { ...depth(1, [event('BTC-USD', [])]), timestamp: 'yesterday' }, 1, 0],
    ['no name', depth(1, [{ type: 'update', updates: [] }]), 1, -1],
    ['no events', { ...depth(1, []), events: undefined }, 1, -1],
    ['a damaged one of two', depth(1, [event('BTC-USD', []), event('BTC-USD', [update('', '1', '1')])]), 1, -1],
    ['half a frame', JSON.stringify(depth(1, [event('BTC-USD', [update('bid', '1', '1')])])).slice(0, -9), -1, -1],
    ['no channel', { sequence_num: 1 }, 1, -1],
    ['no object', '[]', -1, -1],
  ])('with %s are malformed, whole', (_, frame, line, symbol) => {
    const { batch } = read(frame);
    expect(batch.count).toBe(1);
    expect(batch.at(0)).toMatchObject({ kind: FRAME.Malformed, symbol });
    expect(batch.connectionSeq).toBe(line);
    expect(batch.at(0).bids.count + batch.at(0).asks.count).toBe(0);
  });

  it('of products that were not asked for are known as such', () => {
    expect(read(depth(1, [event('XRP-USD', [])])).frame.kind).toBe(FRAME.UnknownSymbol);
  });

  it('of REST books can be read, too', () => {
    const parser = new CoinbaseParser([entry('BTC-USD')]);
    const batch = new FrameBatch();
    const body = (text: string): BookFrame => {
      const bytes = Buffer.from(text);
      parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
      return batch.at(0);
    };
    const book = {
      product_id: 'BTC-USD',
      bids: [{ price: '5.5', size: '1' }],
      asks: [],
      time: '2026-04-07T00:28:59.66Z',
    };
    expect(body(JSON.stringify({ pricebook: book }))).toMatchObject({ kind: FRAME.Snapshot, symbol: 0 });
    expect(batch.at(0).bids.values[0]).toBe(550);
    expect(body('{"pricebook":{"bids":[{"price":"5.5"}],"asks":[]}}').kind).toBe(FRAME.Malformed);
    expect(body('no').kind).toBe(FRAME.Malformed);
  });
});

describe('coinbase control frames', () => {
  const control = (frame: object) => coinbaseStream.readControl(JSON.stringify(frame));

  it.each([
    [{ channel: 'subscriptions', sequence_num: 1, events: [] }, { kind: 'Subscribed' }],
    [
      { type: 'error', message: 'authentication failure' },
      { kind: 'Refused', code: 'error', message: 'authentication failure' },
    ],
    [
      { type: 'error', message: 'Failed to subscribe', reason: 'FOO-USD is not a valid product' },
      {
        kind: 'Refused',
        code: 'error',
        message: 'Failed to subscribe: FOO-USD is not a valid product',
        symbol: 'FOO-USD',
      },
    ],
    [
      { type: 'notice', message: 'hello' },
      { kind: 'Notice', message: 'hello' },
    ],
  ])('%o', (frame, event) => {
    expect(control(frame)).toEqual(event);
  });

  it('that are no JSON are shown', () => {
    expect(coinbaseStream.readControl('oops')).toEqual({ kind: 'Notice', message: 'oops' });
  });
});

describe('coinbase products', () => {
  const product = {
    product_id: 'BTC-USD',
    product_type: 'SPOT',
    base_currency_id: 'BTC',
    quote_currency_id: 'USD',
    base_increment: '0.00000001',
    quote_increment: '0.0001',
    price_increment: '0.0100',
    base_min_size: '0.00001000',
    base_max_size: '3400',
    quote_min_size: '1',
    status: 'online',
  };

  it('become listings, on the tick of the price', () => {
    expect(toListing(product)).toEqual({
      venue: 'coinbase',
      instrument: 'BTC-USD',
      base: 'BTC',
      quote: 'USD',
      symbol: 'BTC-USD',
      trading: true,
      priceTick: '0.01',
      sizeLot: '0.00000001',
      minSize: '0.00001',
      maxSize: '3400',
      minNotional: '1',
    });
    expect(toListing({ ...product, price_increment: '' })?.priceTick).toBe('0.0001');
    expect(toListing({ ...product, product_type: 'FUTURE' })).toBeUndefined();
  });

  it.each([
    { status: 'delisted' },
    { is_disabled: true },
    { trading_disabled: true },
    { cancel_only: true },
    { post_only: true },
    { view_only: true },
    { auction_mode: true },
  ])('do not trade while %o', (state) => expect(toListing({ ...product, ...state })?.trading).toBe(false));

  it('trade while only limit orders are let in', () => {
    expect(toListing({ ...product, limit_only: true })?.trading).toBe(true);
  });

  it.each([{ base_increment: '0' }, { base_min_size: '-1' }, { price_increment: 'x' }, { quote_currency_id: '' }])(
    'are malformed with %o',
    (change) => {
      expect(() => toListing({ ...product, ...change })).toThrow(/coinbase: product BTC-USD is malformed/);
    },
  );

  const answering = (...replies: { status?: number; body: unknown }[]) => {
    const urls: string[] = [];
    const http: HttpPort = {
      async request({ url }) {
        urls.push(url);
        const { status = 200, body } = replies[urls.length - 1] ?? { status: 500, body: '' };
        return { status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
      },
      close() {},
    };
    return { http, urls };
  };

  it('are read to the last page', async () => {
    const { http, urls } = answering(
      { body: { products: [product], pagination: { has_next: true, next_cursor: 'a b' } } },
      {
        body: {
          products: [{ ...product, product_id: 'ETH-USD', base_currency_id: 'ETH' }],
          pagination: { has_next: false },
        },
      },
    );
    const listings = await loadListings(live, http);
    expect(listings.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'ETH-USD']);
    expect(urls[1]).toContain('&cursor=a%20b');
  });

  it.each([
    [{ status: 429, body: { error: 'RESOURCE_EXHAUSTED', message: 'slow' } }, 'venue/refused', 'RESOURCE_EXHAUSTED'],
    [{ status: 503, body: '<html>' }, 'venue/refused', '503'],
    [{ body: {} }, 'venue/protocol', 'list of products'],
    [{ body: 'no' }, 'venue/protocol', 'list of products'],
  ])('that do not come are a fault: %o', async (reply, code, words) => {
    const { http } = answering(reply);
    await expect(loadListings(live, http)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
