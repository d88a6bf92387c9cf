import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME } from '../../src/core/frame.ts';
import { CoinbaseParser } from '../../src/venues/coinbase/parse.ts';
import { parseTime, readTime, timeMs } from '../../src/venues/coinbase/times.ts';
import { agreeOnAnything, bothReadings, digits, type ReadBoth, seedOr } from './two-readings.ts';

const seed = seedOr(20_261_126);

/** One with a twin that is asked for, one whose twin is not, and two without. */
const SYMBOLS = [
  { symbol: 'BTC-USD', priceDecimals: 2, sizeDecimals: 8 },
  { symbol: 'BTC-USDC', priceDecimals: 1, sizeDecimals: 9 },
  { symbol: 'ETH-USDC', priceDecimals: 2, sizeDecimals: 6 },
  { symbol: 'PEPE-USD', priceDecimals: 10, sizeDecimals: 0 },
];

const AROUND = ['{"cha', '"}]}]}0"}]}]}'] as const;
const readBoth: ReadBoth = (bytes) => bothReadings(bytes, AROUND, new CoinbaseParser(SYMBOLS));

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

describe('coinbase parser', () => {
  agreeOnAnything({
    seed,
    readBoth,
    frames: { frames: frameText },
    frameRuns: 4000,
    goodFrame,
    least: { frames: 400, changed: 150 },
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
        expect(first?.connectionSeq).toBe(number);
        expect([first?.firstSeq, first?.lastSeq, first?.prevSeq]).toEqual([number, number, -1]);
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
