/** The byte scanner and `JSON.parse` read every frame alike, or the scanner declines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../src/core/frame.ts';
import { SymbolTable } from '../../src/core/symbol-table.ts';
import { createParser, readFrameFast, readSnapshotFast } from '../../src/venues/binance/parse.ts';
import { readFrameJson, readSnapshotJson } from '../../src/venues/binance/parse-json.ts';
import { seenOf } from './two-readings.ts';

const SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 5 },
  { symbol: 'DOGEUSDT', priceDecimals: 5, sizeDecimals: 0 },
  { symbol: 'LRCBTC', priceDecimals: 8, sizeDecimals: 8 },
  { symbol: '币安USDT', priceDecimals: 4, sizeDecimals: 2 },
];
const table = new SymbolTable(SYMBOLS);
const seed = Number(process.env.PARALLAX_SEED ?? Math.floor(Math.random() * 2 ** 31));

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((each) => each.join(''));
const decimal = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.tuple(fc.nat(200_000).map(String), digits(1, 8)).map(([whole, fraction]) => `${whole}.${fraction}`),
  },
  { weight: 20, arbitrary: fc.nat(1_000_000).map(String) },
  { weight: 6, arbitrary: fc.constantFrom('0.00000000', '0', '00.10', '99999999999999999999.5') },
  { weight: 1, arbitrary: fc.constantFrom('1e5', '-1.5', '', '.5', '5.', '1_0') },
);
const id = fc.oneof(
  { weight: 50, arbitrary: fc.integer({ min: 0, max: 2 ** 45 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('9007199254740993', '007', '-1', '1.5', '1e3', 'null', '"5"', '', '0'),
  },
);
const level = fc.tuple(decimal, decimal).map(([price, size]) => `["${price}","${size}"]`);
const side = fc.array(level, { maxLength: 6 }).map((each) => `[${each.join(',')}]`);
const symbol = fc.constantFrom(...SYMBOLS.map((each) => each.symbol), 'NOTASKED', '');

const depth = fc
  .tuple(id, fc.option(id), symbol, id, id, fc.option(id), side, side)
  .map(
    ([at, engine, name, first, last, previous, bids, asks]) =>
      `{"e":"depthUpdate","E":${at}${engine === null ? '' : `,"T":${engine}`},"s":"${name}","U":${first},"u":${last}` +
      `${previous === null ? '' : `,"pu":${previous}`},"b":${bids},"a":${asks}}`,
  );
const ticker = fc
  .tuple(id, symbol, decimal, decimal, decimal, decimal)
  .map(
    ([at, name, bid, bidSize, ask, askSize]) =>
      `{"u":${at},"s":"${name}","b":"${bid}","B":"${bidSize}","a":"${ask}","A":"${askSize}"}`,
  );
const other = fc.constantFrom(
  '{"result":null,"id":1}',
  '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}',
  '{"e":"serverShutdown","E":1}',
  '[]',
  '7',
);
const payload = fc.oneof(
  { weight: 5, arbitrary: depth },
  { weight: 4, arbitrary: ticker },
  { weight: 1, arbitrary: other },
);
const frame = fc.oneof(
  payload,
  fc
    .tuple(fc.constantFrom('btcusdt@depth@100ms', 'a\\u0062c', '币安usdt@bookTicker', ''), payload)
    .map(([name, data]) => `{"stream":"${name}","data":${data}}`),
);
const snapshot = fc
  .tuple(id, fc.option(id), fc.option(id), side, side)
  .map(
    ([last, at, engine, bids, asks]) =>
      `{"lastUpdateId":${last}${at === null ? '' : `,"E":${at}`}${engine === null ? '' : `,"T":${engine}`},"bids":${bids},"asks":${asks}}`,
  );

/** Edits of bytes: what a damaged or changed feed might look like. */
type Edit = readonly ['insert' | 'delete' | 'replace' | 'truncate' | 'spaces' | 'last', number, number];
const edit = fc.array(
  fc.tuple(
    fc.constantFrom('insert', 'delete', 'replace', 'truncate', 'spaces', 'last') as fc.Arbitrary<Edit[0]>,
    fc.nat(),
    fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('0123456789.,:"{}[]\\ -eE'))),
  ),
  { minLength: 1, maxLength: 3 },
);
const edits = fc.oneof(fc.constant([]), edit);

function edited(text: string, changes: readonly Edit[]): Buffer {
  let bytes = Buffer.from(text, 'utf8');
  for (const [kind, where, byte] of changes) {
    const at = kind === 'last' ? bytes.length - 1 : where % (bytes.length + 1);
    if (kind === 'spaces') bytes = Buffer.from(bytes.toString('latin1').replaceAll(',', ', '), 'latin1');
    else if (kind === 'truncate') bytes = bytes.subarray(0, at);
    else if (bytes.length === 0) bytes = Buffer.from([byte]);
    else {
      const middle = kind === 'delete' ? [] : [byte];
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(middle),
        bytes.subarray(at + (kind === 'insert' ? 0 : 1)),
      ]);
    }
  }
  return bytes;
}

/** The frame inside a larger buffer whose neighbours would continue it: reading past an end would show. With a cut, the
 *  frame ends before its last bytes, which stand behind it as they would in a reused buffer. */
function embedded(bytes: Buffer, cut: number): { buffer: Buffer; start: number; end: number } {
  const buffer = Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('}"]}0')]);
  return { buffer, start: 2, end: 2 + Math.max(0, bytes.length - cut) };
}
const cuts = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) },
);

describe(`binance parser (seed ${seed})`, () => {
  it('both readings of a market frame agree, or the scanner declines and leaves the batch alone', () => {
    let fast = 0;
    fc.assert(
      fc.property(frame, edits, cuts, (text, changes, cut) => {
        const { buffer, start, end } = embedded(edited(text, changes), cut);
        const a = new FrameBatch();
        const b = new FrameBatch();
        readFrameJson(table, buffer, start, end, b);
        expect(b.count).toBe(1);
        if (readFrameFast(table, buffer, start, end, a)) {
          fast++;
          expect(seenOf(a)).toEqual(seenOf(b));
        } else expect(a.count).toBe(0);
      }),
      { seed, numRuns: 5_000 },
    );
    expect(fast).toBeGreaterThan(500);
  });

  it('both readings of a snapshot agree, or the scanner declines', () => {
    let fast = 0;
    fc.assert(
      fc.property(snapshot, edits, cuts, (text, changes, cut) => {
        const { buffer, start, end } = embedded(edited(text, changes), cut);
        const entry = SYMBOLS[2] as (typeof SYMBOLS)[number];
        const a = new FrameBatch();
        const b = new FrameBatch();
        readSnapshotJson(entry, 2, buffer, start, end, b);
        if (readSnapshotFast(entry, 2, buffer, start, end, a)) {
          fast++;
          expect(seenOf(a)).toEqual(seenOf(b));
        } else expect(a.count).toBe(0);
      }),
      { seed, numRuns: 2_000 },
    );
    expect(fast).toBeGreaterThan(100);
  });

  it('no bytes at all make the parser throw, and every frame gives one event', () => {
    const parser = createParser(SYMBOLS);
    const batch = new FrameBatch();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parser.parse(bytes, 0, bytes.length, batch);
        expect(batch.count).toBe(1);
        parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
        expect(batch.at(0).kind).toBe(FRAME.Malformed);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('other layouts of the same object mean the same', () => {
    const parser = createParser(SYMBOLS);
    fc.assert(
      fc.property(fc.oneof(depth, ticker), fc.boolean(), (text, reversed) => {
        let value: Record<string, unknown>;
        try {
          value = JSON.parse(text) as Record<string, unknown>;
        } catch {
          return;
        }
        const entries = Object.entries(value);
        const relaid = JSON.stringify(Object.fromEntries(reversed ? entries.reverse() : entries), null, 2);
        const a = new FrameBatch();
        const b = new FrameBatch();
        parser.parse(Buffer.from(text), 0, Buffer.byteLength(text), a);
        parser.parse(Buffer.from(relaid), 0, Buffer.byteLength(relaid), b);
        expect(seenOf(b)).toEqual(seenOf(a));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
