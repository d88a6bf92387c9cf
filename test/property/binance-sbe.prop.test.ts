/** The decoder of binary frames against an encoder that knows only the schema's layout, and against the JSON reading of
 *  the same numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFixed } from '../../src/core/decimal.ts';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import { createParser } from '../../src/venues/binance/parse.ts';
import { SbeParser } from '../../src/venues/binance/sbe-parse.ts';
import { encodeMessage, type Fields, layoutOf, MESSAGES } from '../support/sbe-layout.ts';

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 5 },
  { symbol: 'DOGEUSDT', priceDecimals: 5, sizeDecimals: 0 },
  { symbol: 'LRCBTC', priceDecimals: 8, sizeDecimals: 8 },
  { symbol: '币安USDT', priceDecimals: 4, sizeDecimals: 2 },
];
const seed = Number(process.env.PARALLAX_SEED ?? Math.floor(Math.random() * 2 ** 31));
const INT64_MAX = 2n ** 63n - 1n;

const levels = (list: LevelList): number[] => [...list.values.subarray(0, list.count * LEVEL_STRIDE)];
const plain = (batch: FrameBatch): unknown[] =>
  Array.from({ length: batch.count }, (_, index) => {
    const { bids, asks, ...rest } = batch.at(index);
    return { ...rest, bids: levels(bids), asks: levels(asks) };
  });

function decoded(bytes: Buffer): { parser: SbeParser; batch: FrameBatch } {
  const parser = new SbeParser(SYMBOLS);
  const batch = new FrameBatch();
  // Among bytes that would go on with it, as in a reused buffer.
  const buffer = Buffer.concat([Buffer.alloc(3, 0x7b), bytes, Buffer.alloc(64, 1)]);
  parser.parse(buffer, 3, 3 + bytes.length, batch);
  return { parser, batch };
}

const mantissa = fc.oneof(
  { weight: 12, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 14n }) },
  // Round numbers, which a coarse grid holds.
  {
    weight: 8,
    arbitrary: fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 8n }), fc.nat(10)).map(([m, e]) => m * 10n ** BigInt(e)),
  },
  { weight: 4, arbitrary: fc.bigInt({ min: 2n ** 52n, max: INT64_MAX }) },
  { weight: 2, arbitrary: fc.constantFrom(0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, INT64_MAX, 9n * 10n ** 18n) },
);
const exponent = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -9, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: -60, max: 20 }) },
);
const level = fc.record({ price: mantissa, qty: mantissa });
const side = fc.array(level, { maxLength: 6 });
const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const symbol = fc.constantFrom(...SYMBOLS.map((each) => each.symbol));
const later = fc.oneof(
  fc.constant({ version: 0, rootPad: 0, groupPad: 0, tail: 0 }),
  fc.record({
    version: fc.integer({ min: 1, max: 65_535 }),
    rootPad: fc.nat(40),
    groupPad: fc.nat(20),
    tail: fc.nat(20),
  }),
);

const depth = fc.record({
  at: id,
  ids: fc.tuple(id, id),
  pe: exponent,
  qe: exponent,
  bids: side,
  asks: side,
  symbol,
  later,
});
const top = fc.record({ at: id, id, pe: exponent, qe: exponent, bid: level, ask: level, symbol, later });

const text = (value: bigint, power: number): string =>
  formatFixed(power > 0 ? value * 10n ** BigInt(power) : value, Math.max(0, -power));
const rows = (list: readonly { price: bigint; qty: bigint }[], pe: number, qe: number): string =>
  JSON.stringify(list.map(({ price, qty }) => [text(price, pe), text(qty, qe)]));

function asJson(json: string): unknown[] {
  const batch = new FrameBatch();
  const bytes = Buffer.from(json);
  createParser(SYMBOLS).parse(bytes, 0, bytes.length, batch);
  return plain(batch);
}

const encodeDepth = (v: typeof depth extends fc.Arbitrary<infer T> ? T : never): Buffer => {
  const [first = 0, last = 0] = [...v.ids].sort((a, b) => a - b);
  return encodeMessage(
    layoutOf('DepthDiffStreamEvent'),
    {
      fields: {
        eventTime: v.at,
        firstBookUpdateId: first,
        lastBookUpdateId: last,
        priceExponent: v.pe,
        qtyExponent: v.qe,
      },
      groups: { bids: v.bids, asks: v.asks },
      data: { symbol: v.symbol },
    },
    v.later,
  );
};
const encodeTop = (v: typeof top extends fc.Arbitrary<infer T> ? T : never): Buffer =>
  encodeMessage(
    layoutOf('BestBidAskStreamEvent'),
    {
      fields: {
        eventTime: v.at,
        bookUpdateId: v.id,
        priceExponent: v.pe,
        qtyExponent: v.qe,
        bidPrice: v.bid.price,
        bidQty: v.bid.qty,
        askPrice: v.ask.price,
        askQty: v.ask.qty,
      },
      data: { symbol: v.symbol },
    },
    v.later,
  );

/** Any message of the schema, of whatever values. */
const anyMessage = fc.constantFrom(...MESSAGES).chain((layout) => {
  const values = (names: readonly { name: string }[]): fc.Arbitrary<Fields> =>
    fc.record(Object.fromEntries(names.map(({ name }) => [name, fc.bigInt({ min: 0n, max: 2n ** 50n })])));
  return fc
    .record({
      fields: values(layout.fields),
      groups: fc.record(
        Object.fromEntries(
          layout.groups.map((group) => [group.name, fc.array(values(group.fields), { maxLength: 3 })]),
        ),
      ),
      symbol,
      later,
    })
    .map((made) => ({ layout, bytes: encodeMessage(layout, { ...made, data: { symbol: made.symbol } }, made.later) }));
});

describe(`binance SBE decoder (seed ${seed})`, () => {
  it('depth decodes to what the JSON frame with the same numbers decodes to', () => {
    fc.assert(
      fc.property(depth, (v) => {
        const [first = 0, last = 0] = [...v.ids].sort((a, b) => a - b);
        const { batch, parser } = decoded(encodeDepth(v));
        const json =
          `{"e":"depthUpdate","E":${Math.floor(v.at / 1000)},"s":"${v.symbol}","U":${first},"u":${last},` +
          `"b":${rows(v.bids, v.pe, v.qe)},"a":${rows(v.asks, v.pe, v.qe)}}`;
        expect(plain(batch)).toEqual(asJson(json));
        expect(batch.at(0).kind).toBe(FRAME.Delta);
        expect(parser.fallbacks).toBe(0);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('best bid and ask decode to what the JSON frame with the same numbers decodes to, and have a time', () => {
    fc.assert(
      fc.property(top, (v) => {
        const { batch } = decoded(encodeTop(v));
        const part = (value: bigint, power: number): string => `"${text(value, power)}"`;
        const json =
          `{"u":${v.id},"s":"${v.symbol}","b":${part(v.bid.price, v.pe)},"B":${part(v.bid.qty, v.qe)},` +
          `"a":${part(v.ask.price, v.pe)},"A":${part(v.ask.qty, v.qe)}}`;
        expect(batch.at(0).venueAt).toBe(Math.floor(v.at / 1000));
        batch.at(0).venueAt = Number.NaN;
        expect(plain(batch)).toEqual(asJson(json));
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('ids and times past 2^53, and negative numbers, are refused, naming the symbol that they concern', () => {
    const fields = { eventTime: 1, priceExponent: -2, qtyExponent: -2 };
    const good = { ...fields, bookUpdateId: 1, bidPrice: 1, bidQty: 1, askPrice: 2, askQty: 1 };
    const level = { price: 1, qty: 1 };
    const delta = (change: Fields, bid: Fields = level, ask: Fields = level): Buffer =>
      encodeMessage(layoutOf('DepthDiffStreamEvent'), {
        fields: { ...fields, firstBookUpdateId: 1, lastBookUpdateId: 2, ...change },
        groups: { bids: [level, bid], asks: [level, ask] },
        data: { symbol: 'DOGEUSDT' },
      });
    const topOf = (change: Fields): Buffer =>
      encodeMessage(layoutOf('BestBidAskStreamEvent'), {
        fields: { ...good, ...change },
        data: { symbol: 'DOGEUSDT' },
      });
    expect([decoded(delta({})), decoded(topOf({}))].map(({ batch }) => batch.at(0).kind)).toEqual([
      FRAME.Delta,
      FRAME.Top,
    ]);
    const past = 2n ** 53n;
    const bad = [
      ...[past, -1, -(2n ** 63n)].flatMap((value) => [
        delta({ eventTime: value }),
        delta({ firstBookUpdateId: value }),
        delta({ lastBookUpdateId: value }),
        topOf({ eventTime: value }),
        topOf({ bookUpdateId: value }),
      ]),
      delta({ firstBookUpdateId: 3 }),
      ...[-1, -(2n ** 63n)].flatMap((value) => [
        delta({}, { price: value, qty: 1 }),
        delta({}, { price: 1, qty: value }),
        delta({}, level, { price: value, qty: 1 }),
        delta({}, level, { price: 1, qty: value }),
        ...['bidPrice', 'bidQty', 'askPrice', 'askQty'].map((name) => topOf({ [name]: value })),
      ]),
    ];
    for (const bytes of bad) {
      const { batch } = decoded(bytes);
      expect(plain(batch), bytes.toString('hex')).toMatchObject([
        { kind: FRAME.Malformed, symbol: 1, bids: [], asks: [], firstSeq: -1, lastSeq: -1, venueAt: Number.NaN },
      ]);
    }
  });

  it('every frame cut short is malformed', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), ({ layout, bytes }, where) => {
        const { batch } = decoded(bytes);
        expect(batch.at(0).kind, layout.name).not.toBe(FRAME.UnknownSymbol);
        const whole = batch.at(0).kind;
        const cut = decoded(bytes.subarray(0, where % bytes.length)).batch;
        expect(cut.count).toBe(1);
        // Later versions may add to the end: what is cut off there was not known before either.
        if (bytes.readUInt16LE(6) === 0) expect(cut.at(0).kind).toBe(FRAME.Malformed);
        else expect([FRAME.Malformed, whole]).toContain(cut.at(0).kind);
        if (cut.at(0).kind === FRAME.Malformed) expect([cut.at(0).bids.count, cut.at(0).asks.count]).toEqual([0, 0]);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('no bytes at all make it throw, every frame gives one event, and one without a kind of ours holds nothing', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 120 }).map((each) => Buffer.from(each)),
      fc.tuple(anyMessage, edits).map(([{ bytes: made }, changes]) => {
        const copy = Buffer.from(made);
        for (const [where, byte] of changes) copy[where % copy.length] = byte;
        return copy;
      }),
    );
    const booked: readonly number[] = [FRAME.Delta, FRAME.Top];
    fc.assert(
      fc.property(bytes, (each) => {
        const { batch } = decoded(each);
        expect(batch.count).toBe(1);
        const { kind, symbol: index, bids, asks } = batch.at(0);
        if (booked.includes(kind)) expect(SYMBOLS[index]).toBeDefined();
        else expect([bids.count, asks.count]).toEqual([0, 0]);
      }),
      { seed, numRuns: 6_000 },
    );
  });

  it('texts on the connection are control frames, and other symbols are known as such', () => {
    for (const words of ['{"result":null,"id":1}', '{"e":"serverShutdown","E":1}', '{}', '{ "error":{} }']) {
      expect(decoded(Buffer.from(words)).batch.at(0).kind, words).toBe(FRAME.Control);
    }
    const level = { price: 1, qty: 1 };
    const other = encodeMessage(layoutOf('DepthDiffStreamEvent'), {
      fields: { eventTime: 1, firstBookUpdateId: 1, lastBookUpdateId: 1, priceExponent: 0, qtyExponent: 0 },
      groups: { bids: [level], asks: [level] },
      data: { symbol: 'NOTASKED' },
    });
    expect(plain(decoded(other).batch)).toMatchObject([{ kind: FRAME.UnknownSymbol, symbol: -1, bids: [], asks: [] }]);
    // A root block as long as an opening brace is a letter: still a message, with the zero byte that no text has.
    const long = encodeMessage(
      layoutOf('DepthDiffStreamEvent'),
      {
        fields: { eventTime: 1, firstBookUpdateId: 1, lastBookUpdateId: 1, priceExponent: 0, qtyExponent: 0 },
        groups: { bids: [level], asks: [] },
        data: { symbol: 'BTCUSDT' },
      },
      { version: 9, rootPad: 0x7b - 26, groupPad: 0, tail: 0 },
    );
    expect(long[0]).toBe(0x7b);
    expect(decoded(long).batch.at(0).kind).toBe(FRAME.Delta);
  });
});
