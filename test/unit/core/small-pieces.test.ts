import { describe, expect, it } from 'vitest';
import { chunks } from '../../../src/core/chunks.ts';
import { ManualClock, pause } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { listingsOf, positiveDecimal } from '../../../src/core/listing-fields.ts';
import { dropOldest } from '../../../src/core/oldest.ts';
import { sideOf } from '../../../src/core/units.ts';

describe('a list in parts', () => {
  it.each([
    [[], []],
    [[1, 2], [[1, 2]]],
    [
      [1, 2, 3],
      [[1, 2], [3]],
    ],
  ])('of two: %j', (items, expected) => {
    expect([...chunks(items, 2)]).toEqual(expected);
  });
});

describe('a memory', () => {
  it('forgets the oldest past its size, and nothing before', () => {
    const map = new Map<string, number>();
    for (const [index, key] of ['', 'b', 'c', 'd'].entries()) {
      map.set(key, index);
      dropOldest(map, 3);
      expect(map.size).toBe(Math.min(index + 1, 3));
    }
    expect([...map.keys()]).toEqual(['b', 'c', 'd']);
    const set = new Set([1, 2, 3]);
    dropOldest(set, 2);
    expect([...set]).toEqual([2, 3]);
  });
});

describe('listings', () => {
  const read = (entry: string): Listing | undefined => {
    if (entry === 'bug') throw new TypeError('ours');
    if (entry.startsWith('bad')) throw new Fault('venue/protocol', entry);
    return entry === 'other' ? undefined : ({ symbol: entry } as Listing);
  };
  const symbols = (entries: readonly string[], heard: string[] = []): readonly string[] =>
    listingsOf(entries, read, ({ message }) => heard.push(message)).map(({ symbol }) => symbol);

  it('are those that can be read; of the others one hears', () => {
    const heard: string[] = [];
    expect(symbols(['a', 'bad 1', 'other', 'b', 'bad 2'], heard)).toEqual(['a', 'b']);
    expect(heard).toEqual(['bad 1', 'bad 2']);
  });

  it('need one that can be read, and no bug of ours', () => {
    expect(() => symbols(['bad 1', 'other', 'bad 2'])).toThrow('bad 1');
    expect(() => symbols(['a', 'bug'])).toThrow(TypeError);
    expect(symbols([])).toEqual([]);
  });
});

describe('a positive decimal', () => {
  const malformed = (what: string): Fault => new Fault('venue/protocol', `BTC-USDT: ${what}`);

  it.each([
    ['0.0100', '0.01'],
    ['5', '5'],
  ])('%s is %s', (text, expected) => {
    expect(positiveDecimal(text, 'tick', malformed)).toBe(expected);
  });

  it.each([
    ['0.00', 'BTC-USDT: tick "0.00" is not positive'],
    ['-1', 'BTC-USDT: tick "-1" is not positive'],
    ['', 'BTC-USDT: tick: not a decimal number: ""'],
    ['1e-8', 'BTC-USDT: tick: not a decimal number: "1e-8"'],
  ])('is not "%s"', (text, message) => {
    expect(() => positiveDecimal(text, 'tick', malformed)).toThrow(message);
  });
});

describe('a side', () => {
  it.each(['buy', 'sell'])('is %s', (name) => {
    expect(sideOf(name)).toBe(name);
  });

  it.each(['Buy', '', undefined, 1])('is not %j', (name) => {
    expect(sideOf(name)).toBeUndefined();
  });
});

describe('a pause', () => {
  it('ends with its time, not before', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const over = pause(clock, 10).then(() => {
      isOver = true;
    });
    clock.advanceMs(9);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advanceMs(1);
    await over;
  });
});
