import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { newPlayer, type Recording, readRecording } from '../../../src/sim/recording.ts';

const VENUES = ['binance', 'gate', 'kraken', 'okx'];

describe('a recording', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'parallax-recording-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = (...rows: readonly (object | string)[]): Recording => {
    const path = join(folder, 'rows.jsonl');
    writeFileSync(path, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
    return readRecording(path, VENUES);
  };
  const frame = (rest: object): object => ({ t: 'recv', conn: 'one', data: '{}', ...rest });

  it.each([
    ['seconds', [frame({ ts: 1_785_641_750.25 }), frame({ ts: 1_785_641_750.75 })]],
    ['milliseconds', [frame({ ts: 1_785_641_750_250 }), frame({ ts: 1_785_641_750_750 })]],
    ['nanoseconds', [frame({ ts_ns: 1_785_641_750_250_000_000 }), frame({ ts_ns: 1_785_641_750_750_000_000 })]],
  ])('is read with its times in %s', (_, rows) => {
    const [first, second] = read(...rows).frames;
    expect(first?.atMs).toBe(0);
    expect(second?.atMs).toBeCloseTo(500, 3);
  });

  it('is played at the pace of `ts_ns`', () => {
    const clock = new ManualClock();
    const rows = ['a', 'b'].map((data, n) => frame({ ts_ns: 1_785_641_750_000_000_000 + n * 400_000_000, data }));
    const heard: string[] = [];
    newPlayer(read(...rows), clock, 1).play((text) => heard.push(text));
    clock.advanceMs(399);
    expect(heard).toEqual(['a']);
    clock.advanceMs(2);
    expect(heard).toEqual(['a', 'b']);
  });

  it.each([
    ['an address', { t: 'connect', conn: 'x', ts: 1, addr: 'wss://ws.okx.com' }, 'okx'],
    ['a connection without an address', { t: 'connect', conn: 'KRAKEN.ws.1', ts: 1 }, 'kraken'],
    ['a frame of a connection that is not told of', frame({ ts_ns: 1e18, conn: 'kraken.ws.v2' }), 'kraken'],
    ['a longer name', { t: 'connect', conn: 'GATEIO.ws.1', ts: 1 }, 'gate'],
    ['nothing', { t: 'connect', conn: 'my.kraken', ts: 1 }, undefined],
    ['an address of someone else', { t: 'connect', conn: 'kraken.ws', ts: 1, addr: 'wss://ws.example' }, undefined],
  ])('tells its venue by %s', (_, row, venue) => {
    expect(read(row).venue).toBe(venue);
  });

  it('tells no venue where connections name two', () => {
    expect(read(frame({ ts: 1, conn: 'okx.1' }), frame({ ts: 2, conn: 'kraken.1' })).venue).toBeUndefined();
  });

  it.each(['no JSON', '[]', frame({}), { t: 'recv', ts: 1, conn: 'one' }, frame({ ts: 'soon' })])(
    'is refused with the line that cannot be read: %s',
    (row) => {
      expect(() => read(frame({ ts: 1 }), row)).toThrow('line 2 is not a recording row');
    },
  );
});
