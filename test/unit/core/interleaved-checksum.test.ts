import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { interleavedChecksum } from '../../../src/core/interleaved-checksum.ts';

type Side = readonly (readonly [price: string, size: string])[];

const of = (bids: Side, asks: Side): number =>
  interleavedChecksum({
    bidCount: bids.length,
    askCount: asks.length,
    bidText: (index) => bids[index] ?? ['', ''],
    askText: (index) => asks[index] ?? ['', ''],
  });

const signed = (text: string): number => crc32(text) | 0;

describe('the interleaved checksum', () => {
  it('alternates the sides, and goes on with the longer one', () => {
    const bids: Side = [['3366.1', '7']];
    const asks: Side = [
      ['3366.8', '9'],
      ['3368', '8'],
      ['3372.0', '8'],
    ];
    expect(of(bids, asks)).toBe(signed('3366.1:7:3366.8:9:3368:8:3372.0:8'));
  });

  it('is signed', () => {
    expect(
      of(
        [
          ['43231.1', '4'],
          ['43231', '6'],
        ],
        [
          ['43232.8', '9'],
          ['43232.9', '8'],
        ],
      ),
    ).toBe(-1_504_501_796);
  });

  it('ends after 25 levels a side', () => {
    const side = (count: number): Side => Array.from({ length: count }, (_, index) => [String(index), '1'] as const);
    expect(of(side(26), side(30))).toBe(of(side(25), side(25)));
    expect(of(side(25), side(25))).not.toBe(of(side(24), side(25)));
  });
});
