import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME } from '../../src/core/frame.ts';
import { isoMs, readIsoTime } from '../../src/venues/kraken/iso-time.ts';
import { KrakenParser } from '../../src/venues/kraken/parse.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, type Seen, seedOr } from './two-readings.ts';

const seed = seedOr(20_260_922);

const SYMBOLS = [
  { symbol: 'BTC/USDT', priceDecimals: 1, sizeDecimals: 8 },
  { symbol: 'ETH/USDT', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE/USDT', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"cha', '0Z"}]}]}'] as const;
const readBoth: ReadBoth = (bytes) => bothReadings(bytes, AROUND, new KrakenParser(SYMBOLS));

const decimal = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '0',
      '0.10',
      '00.5',
      '1.',
      '.5',
      'null',
      '""',
      '"1.5"',
      '1e3',
      '5e-05',
      '-1',
      '9'.repeat(20),
    ),
  },
);
const level = fc.tuple(decimal, decimal).map(([price, qty]) => `{"price":${price},"qty":${qty}}`);
const side = fc.array(level, { maxLength: 5 }).map((levels) => `[${levels.join(',')}]`);
const time = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('2026-08-02T03:35:51.302928Z', '2026-08-02T03:35:51Z') },
  { weight: 1, arbitrary: fc.constantFrom('2026-08-02T03:35:61Z', '2026-08-02T03:35:51.3', '') },
);
const symbol = fc.constantFrom('BTC/USDT', 'ETH/USDT', 'PEPE/USDT', 'XRP/USDT', '', 'BTC\\u002fUSDT');
const kind = fc.constantFrom('snapshot', 'update', 'other');
const checksum = fc.oneof(
  { weight: 4, arbitrary: digits(2 ** 32 - 1) },
  { weight: 1, arbitrary: fc.constantFrom('-1', '-0', '01', '1.5', '"7"', 'null', '99999999999') },
);

const bookText = fc
  .tuple(kind, symbol, side, side, checksum, time)
  .map(
    ([type, name, bids, asks, sum, at]) =>
      `{"channel":"book","type":"${type}","data":[{"symbol":"${name}","bids":${bids},"asks":${asks},"checksum":${sum},"timestamp":"${at}"}]}`,
  );
const field = fc.oneof(
  decimal.map((n) => `"last":${n}`),
  fc.constantFrom('"change":-0.24', '"volume":1', '"low":null', '"vwap":1.50', '"change_pct":-0', '"new":"text"'),
  fc.constantFrom(
    '"bid":1',
    '"ask_qty":2',
    '"symbol":"BTC/USDT"',
    '"timestamp":"2026-08-02T03:35:52Z"',
    '"x":01',
    '"":1',
  ),
  time.map((at) => `"timestamp":"${at}"`),
);
const topText = fc
  .tuple(kind, symbol, fc.tuple(decimal, decimal, decimal, decimal), fc.array(field, { maxLength: 4 }))
  .map(([type, name, [bid, bidQty, ask, askQty], fields]) => {
    const tail = fields.map((text) => `,${text}`).join('');
    const best = `"bid":${bid},"bid_qty":${bidQty},"ask":${ask},"ask_qty":${askQty}`;
    return `{"channel":"ticker","type":"${type}","data":[{"symbol":"${name}",${best}${tail}}]}`;
  });

/** Frames without mistakes, so that one change leaves some of them readable. */
const goodDecimal = fc.tuple(digits(9999), digits(99)).map(([whole, part]) => `${whole}.${part}`);
const goodSide = fc.array(fc.tuple(goodDecimal, goodDecimal), { maxLength: 3 }).map((levels) => {
  return `[${levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',')}]`;
});
const goodFrame = fc.oneof(
  fc
    .tuple(fc.constantFrom('snapshot', 'update'), goodSide, goodSide, digits(2 ** 32 - 1))
    .map(
      ([type, bids, asks, sum]) =>
        `{"channel":"book","type":"${type}","data":[{"symbol":"ETH/USDT","bids":${bids},"asks":${asks},"checksum":${sum},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
  fc
    .tuple(goodDecimal, goodDecimal, goodDecimal, goodDecimal)
    .map(
      ([bid, bidQty, ask, askQty]) =>
        `{"channel":"ticker","type":"update","data":[{"symbol":"ETH/USDT","bid":${bid},"bid_qty":${bidQty},"ask":${ask},"ask_qty":${askQty},"last":1.5,"change_pct":-0.17,"timestamp":"2026-08-02T03:35:51.302928Z"}]}`,
    ),
);

describe('kraken parser', () => {
  agreeOnAnything({
    seed,
    readBoth,
    frames: { books: bookText, tickers: topText },
    frameRuns: 4000,
    goodFrame,
    changeBytes: 'TZ',
    least: { frames: 150, changed: 300 },
  });

  it('takes the fast way for every frame of the expected shape, with the exact numbers and their texts', () => {
    const cleanLevel = fc.tuple(
      fc.tuple(digits(999_999), digits(9)).map(([whole, tenth]) => `${whole}.${tenth}`),
      fc
        .tuple(digits(9999), fc.nat({ max: 99_999_999 }))
        .map(([whole, rest]) => `${whole}.${String(rest).padStart(8, '0')}`),
    );
    const cleanSide = fc.array(cleanLevel, { maxLength: 40 });
    fc.assert(
      fc.property(cleanSide, cleanSide, fc.nat({ max: 2 ** 32 - 1 }), (asks, bids, sum) => {
        const wire = (levels: [string, string][]) =>
          levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',');
        const text = `{"channel":"book","type":"update","data":[{"symbol":"BTC/USDT","bids":[${wire(bids)}],"asks":[${wire(asks)}],"checksum":${sum},"timestamp":"2026-08-02T03:35:51.302928Z"}]}`;
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        const frame = fast?.[0] as Seen;
        expect([frame.kind, frame.checksum]).toEqual([FRAME.Delta, sum]);
        const grid = (levels: [string, string][]) =>
          levels.flatMap(([price, qty]) => [Number(price.replace('.', '')), Number(qty.replace('.', '')), 64 + 8]);
        expect(frame.asks).toEqual(grid(asks));
        expect(frame.bids).toEqual(grid(bids));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('reads times as the calendar does', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }), (date) => {
        const text = date.toISOString();
        expect(readIsoTime(Buffer.from(text), 0)).toBe(text.length);
        expect(isoMs()).toBe(date.getTime());
      }),
      { seed, numRuns: 2000 },
    );
  });
});
