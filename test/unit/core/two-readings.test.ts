import { describe, expect, it } from 'vitest';
import { textIn } from '../../../src/core/bytes.ts';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { isId, isInteger } from '../../../src/core/json.ts';
import { TwoReadings } from '../../../src/core/two-readings.ts';

/** Reads `fast` by its bytes; says in `symbol` how often each reading was asked. */
class Counting extends TwoReadings {
  slow = 0;

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    const frame = out.add();
    frame.kind = FRAME.Top;
    return textIn(buffer, start, end) === 'fast';
  }

  readJson(_buffer: Uint8Array, _start: number, _end: number, out: FrameBatch): void {
    this.slow++;
    out.clear();
    out.only(FRAME.Malformed, 3);
  }

  parseSnapshot(): void {}
}

describe('a parser of two readings', () => {
  const parse = (parser: Counting, text: string): FrameBatch => {
    const out = new FrameBatch();
    const bytes = Buffer.from(`..${text}..`);
    parser.parse(bytes, 2, bytes.length - 2, out);
    return out;
  };

  it('asks for the slow one only what the fast one declines, and counts that', () => {
    const parser = new Counting();
    expect(parse(parser, 'fast').at(0).kind).toBe(FRAME.Top);
    expect([parser.slow, parser.fallbacks]).toEqual([0, 0]);
    expect(parse(parser, 'other').at(0)).toMatchObject({ kind: FRAME.Malformed, symbol: 3 });
    expect([parser.slow, parser.fallbacks]).toEqual([1, 1]);
  });
});

describe('a batch', () => {
  it('takes one event in the place of all, and keeps the number of the frame', () => {
    const out = new FrameBatch();
    out.connectionSeq = 7;
    const first = out.add();
    first.lastSeq = 5;
    first.bids.push(1, 2, 0);
    out.add();
    out.only(FRAME.UnknownSymbol, -1);
    expect([out.count, out.connectionSeq]).toEqual([1, 7]);
    expect(out.at(0)).toMatchObject({ kind: FRAME.UnknownSymbol, symbol: -1, lastSeq: -1 });
    expect(out.at(0).bids.count).toBe(0);
  });
});

describe('what a number is', () => {
  it.each([
    [0, true, true],
    [-1, true, false],
    [2 ** 53, false, false],
    [1.5, false, false],
    ['1', false, false],
  ])('%j', (value, integer, id) => {
    expect([isInteger(value), isId(value)]).toEqual([integer, id]);
  });

  it('reads the text of a part of a view', () => {
    const bytes = Buffer.from('0123é56789').subarray(2);
    expect(textIn(bytes, 2, 4)).toBe('é');
  });
});
