import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import { CoinbaseParser } from '../../src/venues/coinbase/parse.ts';
import { parseTime, readTime, timeMs } from '../../src/venues/coinbase/times.ts';

// fast-check prints seed and counterexample when a run fails; FC_SEED repeats it.
const seed = Number(process.env.FC_SEED ?? 20_261_126);

/** One with a twin that is asked for, one whose twin is not, and two without. */
const SYMBOLS = [
  { symbol: 'BTC-USD', priceDecimals: 2, sizeDecimals: 8 },
  { symbol: 'BTC-USDC', priceDecimals: 1, sizeDecimals: 9 },
  { symbol: 'ETH-USDC', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE-USD', priceDecimals: 10, sizeDecimals: 0 },
];

interface Seen {
  readonly line: number;
  readonly kind: number;
  readonly symbol: number;
  readonly seq: readonly number[];
  readonly venueAt: number;
  readonly flags: readonly unknown[];
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

const levelsOf = (list: LevelList): number[] => [...list.values.subarray(0, list.count * LEVEL_STRIDE)];

function seen(batch: FrameBatch): Seen[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const frame = batch.at(index);
    return {
      line: batch.connectionSeq,
      kind: frame.kind,
      symbol: frame.symbol,
      seq: [frame.firstSeq, frame.lastSeq, frame.prevSeq],
      venueAt: frame.venueAt,
      flags: [frame.saturated, frame.neededPriceDecimals, frame.neededSizeDecimals],
      bids: levelsOf(frame.bids),
      asks: levelsOf(frame.asks),
    };
  });
}

/** Both readings of the same bytes, put in the middle of a larger buffer whose other bytes would continue the frame. */
function readBoth(bytes: Uint8Array): { fast: Seen[] | undefined; json: Seen[] } {
  const parser = new CoinbaseParser(SYMBOLS);
  const buffer = Buffer.concat([Buffer.from('{"cha'), bytes, Buffer.from('"}]}]}0"}]}]}')]);
  const batch = new FrameBatch();
  const fast = parser.tryFast(buffer, 5, 5 + bytes.length, batch) ? seen(batch) : undefined;
  parser.readJson(buffer, 5, 5 + bytes.length, batch);
  return { fast, json: seen(batch) };
}

const digits = (max: number) => fc.nat({ max }).map(String);
const decimalText = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(digits(999_999), digits(99_999_999)).map(([a, b]) => `${a}.${b}`) },
  { weight: 4, arbitrary: digits(1_000_000) },
  { weight: 1, arbitrary: fc.constantFrom('0', '0.10', '00.5', '1.', '.5', '', '1e3', '-1', '99999999999999999999.5') },
);
const time = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
  { weight: 4, arbitrary: digits(999_999_999).map((nanos) => `2026-08-09T21:05:48.${nanos}Z`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'x',
      '2026-13-01T00:00:00Z',
      '2026-08-09T21:05:48',
      '2026-08-09 21:05:48Z',
      '\\u0030',
    ),
  },
);
const side = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('bid', 'offer') },
  { weight: 1, arbitrary: fc.constantFrom('ask', '', 'Bid', 'b\\u0069d') },
);
const update = fc
  .tuple(side, time, decimalText, decimalText)
  .map(
    ([which, at, price, size]) =>
      `{"side":"${which}","event_time":"${at}","price_level":"${price}","new_quantity":"${size}"}`,
  );
const type = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('update', 'snapshot') },
  { weight: 1, arbitrary: fc.constant('other') },
);
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('BTC-USD', 'ETH-USD', 'PEPE-USD', 'BTC-USDC') },
  { weight: 1, arbitrary: fc.constantFrom('XRP-USD', '', 'PEPE-USDC') },
);
const event = fc
  .tuple(type, name, fc.array(update, { maxLength: 5 }))
  .map(([kind, product, updates]) => `{"type":"${kind}","product_id":"${product}","updates":[${updates.join(',')}]}`);
const sequence = fc.oneof(
  { weight: 12, arbitrary: fc.oneof(fc.maxSafeInteger().map(String), digits(1_000_000)) },
  { weight: 1, arbitrary: fc.constantFrom('-1', '0', '-0', '01', '1.5', '9007199254740993', '"7"') },
);
const client = fc.constantFrom('', '', '"client_id":"",', '', '', '"client_id":"x",');
const depthText = fc
  .tuple(client, time, sequence, fc.array(event, { minLength: 0, maxLength: 2 }))
  .map(
    ([id, at, number, events]) =>
      `{"channel":"l2_data",${id}"timestamp":"${at}","sequence_num":${number},"events":[${events.join(',')}]}`,
  );
const beatText = fc
  .tuple(client, time, sequence, fc.constantFrom('7', '"7"', '-1', '00'))
  .map(
    ([id, at, number, counter]) =>
      `{"channel":"heartbeats",${id}"timestamp":"${at}","sequence_num":${number},` +
      `"events":[{"current_time":"2026-08-09 21:05:48 +0000 UTC m=+9","heartbeat_counter":${counter}}]}`,
  );
const frameText = fc.oneof({ weight: 5, arbitrary: depthText }, { weight: 1, arbitrary: beatText });

const goodLevel = fc.tuple(fc.boolean(), digits(999_999), digits(99_999_999));
const goodFrame = fc
  .tuple(fc.constantFrom('update', 'snapshot'), fc.array(goodLevel, { maxLength: 6 }), fc.nat({ max: 1e9 }))
  .map(([kind, levels, number]) => {
    const updates = levels.map(
      ([isBid, price, size]) =>
        `{"side":"${isBid ? 'bid' : 'offer'}","event_time":"2026-08-09T21:05:48.464857Z",` +
        `"price_level":"${price}.25","new_quantity":"0.${size}"}`,
    );
    return (
      `{"channel":"l2_data","timestamp":"2026-08-09T21:05:48.628879425Z","sequence_num":${number},` +
      `"events":[{"type":"${kind}","product_id":"BTC-USD","updates":[${updates.join(',')}]}]}`
    );
  });

const mutation = fc.record({
  kind: fc.constantFrom('replace', 'digit', 'remove', 'insert', 'cut', 'repeat'),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  byte: fc.oneof(fc.constantFrom(...Buffer.from('{}[]",:0123456789.-e \\')), fc.nat({ max: 255 })),
});

function mutate(bytes: Buffer, change: { kind: string; at: number; byte: number }): Buffer {
  const at = Math.floor(change.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const one = Buffer.from([change.byte]);
  switch (change.kind) {
    case 'replace':
      return Buffer.concat([before, one, after.subarray(1)]);
    case 'digit': {
      const next = after.findIndex((byte) => byte >= 48 && byte <= 57);
      if (next >= 0) after[next] = 48 + (change.byte % 10);
      return bytes;
    }
    case 'remove':
      return Buffer.concat([before, after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, one, after]);
    case 'cut':
      return Buffer.from(before);
    default:
      return Buffer.concat([before, after.subarray(0, 20), after]);
  }
}

describe('coinbase parser', () => {
  it('reads frames alike on both ways, or declines the fast one', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(frameText, (text) => {
        const { fast, json } = readBoth(Buffer.from(text));
        if (fast === undefined) return;
        fastReadings++;
        expect(fast).toEqual(json);
      }),
      { seed, numRuns: 4000 },
    );
    expect(fastReadings).toBeGreaterThan(400);
  });

  it('reads changed frames alike on both ways, and never throws', () => {
    let fastReadings = 0;
    fc.assert(
      fc.property(goodFrame, fc.array(mutation, { minLength: 1, maxLength: 2 }), (text, changes) => {
        const { fast, json } = readBoth(changes.reduce(mutate, Buffer.from(text)));
        expect(json.length).toBeGreaterThan(0);
        if (fast === undefined) return;
        fastReadings++;
        expect(fast).toEqual(json);
      }),
      { seed, numRuns: 8000 },
    );
    expect(fastReadings).toBeGreaterThan(150);
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { fast, json } = readBoth(bytes);
        if (fast !== undefined) expect(fast).toEqual(json);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('takes the fast way for every frame of the expected shape, with the exact numbers, for both twins', () => {
    fc.assert(
      fc.property(goodFrame, (text) => {
        const { fast, json } = readBoth(Buffer.from(text));
        expect(fast).toEqual(json);
        expect(fast?.map(({ symbol }) => symbol)).toEqual([0, 1]);
        const { sequence_num: number, events } = JSON.parse(text);
        const [own] = events as { type: string; updates: Record<string, string>[] }[];
        const [first] = fast ?? [];
        expect(first?.kind).toBe(own?.type === 'snapshot' ? FRAME.Snapshot : FRAME.Delta);
        expect([first?.line, first?.seq]).toEqual([number, [number, number, -1]]);
        expect(first?.venueAt).toBe(Date.parse('2026-08-09T21:05:48.628Z'));
        const grid = (which: string): number[] =>
          (own?.updates ?? [])
            .filter((each) => each.side === which)
            .flatMap(({ price_level: price = '', new_quantity: size = '' }) => [
              Number(price.replace('.', '')),
              Number(size.slice(2).padEnd(8, '0')),
              2 * 64 + size.length - 2,
            ]);
        expect(first?.bids).toEqual(grid('bid'));
        expect(first?.asks).toEqual(grid('offer'));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('reads every time that Date.parse reads the same', () => {
    const range = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') };
    fc.assert(
      fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
        const bytes = Buffer.from(date.toISOString());
        expect(readTime(bytes, 0)).toBe(bytes.length);
        expect(timeMs()).toBe(date.getTime());
        expect(parseTime(date.toISOString())).toBe(date.getTime());
      }),
      { seed, numRuns: 2000 },
    );
  });
});
