/** What the tests of parsers with two readings have in common: both read the same bytes alike, or the fast one declines. */
import fc, { type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { type BookFrame, FrameBatch, type FrameKind, LEVEL_STRIDE, type LevelList } from '../../src/core/frame.ts';
import type { TwoReadings } from '../../src/core/two-readings.ts';

/** fast-check prints seed and counterexample when a run fails; FC_SEED repeats it. */
export const seedOr = (usual: number): number => Number(process.env.FC_SEED ?? usual);

/** An event as a value of its own. It has every field of the event, so that none goes uncompared. */
export type Seen = Readonly<Omit<BookFrame, 'bids' | 'asks' | 'reset'>> & {
  readonly connectionSeq: number;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
};

const levelsOf = (list: LevelList): number[] => [...list.values.subarray(0, list.count * LEVEL_STRIDE)];

export const seenOf = (batch: FrameBatch): Seen[] =>
  Array.from({ length: batch.count }, (_, index) => {
    const { bids, asks, ...rest } = batch.at(index);
    return { connectionSeq: batch.connectionSeq, ...rest, bids: levelsOf(bids), asks: levelsOf(asks) };
  });

export interface Readings {
  /** Undefined: the fast reading declined. */
  readonly fast: Seen[] | undefined;
  readonly json: Seen[];
  /** Events in the batch after the fast reading. */
  readonly left: number;
}
export type ReadBoth = (bytes: Uint8Array) => Readings;

/** Both readings of the same bytes, put in the middle of a larger buffer whose other bytes would continue the frame.
 *  Where an event depends on the frames before, the reading of JSON needs a parser of its own. */
export function bothReadings(
  bytes: Uint8Array,
  [before, after]: readonly [string, string],
  parser: TwoReadings,
  jsonParser = parser,
): Readings {
  const buffer = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
  const start = Buffer.byteLength(before);
  const end = start + bytes.length;
  const batch = new FrameBatch();
  const isFast = parser.tryFast(buffer, start, end, batch);
  const left = batch.count;
  const fast = isFast ? seenOf(batch) : undefined;
  if (!isFast && jsonParser !== parser) parser.readJson(buffer, start, end, batch);
  jsonParser.readJson(buffer, start, end, batch);
  return { fast, json: seenOf(batch), left };
}

export const digits = (max: number): Arbitrary<string> => fc.nat({ max }).map(String);

/** A change at one place: a byte replaced, removed or put in, the frame cut, or a part doubled. */
interface Change {
  readonly kind: 'replace' | 'digit' | 'remove' | 'insert' | 'cut' | 'double';
  readonly at: number;
  readonly byte: number;
}

const changeOf = (bytes: string): Arbitrary<Change> =>
  fc.record({
    kind: fc.constantFrom('replace', 'digit', 'remove', 'insert', 'cut', 'double'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    byte: fc.oneof(fc.constantFrom(...Buffer.from(`{}[]",:0123456789.-e \\${bytes}`)), fc.nat({ max: 255 })),
  });

function changed(bytes: Buffer, change: Change): Buffer {
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

/** Registers the tests that every such parser has to pass, whatever the bytes. */
export function agreeOnAnything(given: {
  readonly seed: number;
  readonly readBoth: ReadBoth;
  /** Frames right and wrong, by what the test calls them. */
  readonly frames: Readonly<Record<string, Arbitrary<string>>>;
  readonly frameRuns: number;
  /** Frames without mistakes, so that one change leaves some of them readable. */
  readonly goodFrame: Arbitrary<string>;
  /** Bytes that the venue's frames have besides those of all JSON, for changes that hit something. */
  readonly changeBytes?: string;
  /** Fast readings that there must be more of, or the test compares next to nothing. */
  readonly least: { readonly frames: number; readonly changed: number };
  /** Kinds of event that must each reach `least.frames`; else all together must. */
  readonly kinds?: readonly FrameKind[];
  /** A frame gives exactly one event; else one or more. */
  readonly isOneEvent?: boolean;
}): void {
  const { seed, readBoth, least, kinds } = given;
  /** The kinds of what was read fast. */
  const readAlike = <T>(
    values: Arbitrary<T>,
    bytesOf: (value: T) => Uint8Array,
    numRuns: number,
  ): (FrameKind | undefined)[] => {
    const read: (FrameKind | undefined)[] = [];
    fc.assert(
      fc.property(values, (value) => {
        const { fast, json } = readBoth(bytesOf(value));
        if (given.isOneEvent) expect(json).toHaveLength(1);
        else expect(json.length).toBeGreaterThan(0);
        if (fast === undefined) return;
        read.push(fast[0]?.kind);
        expect(fast).toEqual(json);
      }),
      { seed, numRuns },
    );
    return read;
  };

  for (const [what, texts] of Object.entries(given.frames)) {
    it(`reads ${what} alike on both ways, or declines the fast one`, () => {
      const read = readAlike(texts, (text) => Buffer.from(text), given.frameRuns);
      expect(read.length).toBeGreaterThan(least.frames);
      for (const kind of kinds ?? [])
        expect(read.filter((each) => each === kind).length, `${kind}`).toBeGreaterThan(least.frames);
    });
  }

  it('reads changed frames alike on both ways, and never throws', () => {
    const changes = fc.array(changeOf(given.changeBytes ?? ''), { minLength: 1, maxLength: 2 });
    const read = readAlike(
      fc.tuple(given.goodFrame, changes),
      ([text, each]) => each.reduce(changed, Buffer.from(text)),
      8000,
    );
    expect(read.length).toBeGreaterThan(least.changed);
  });

  it('never throws on any bytes', () => {
    readAlike(fc.uint8Array({ maxLength: 300 }), (bytes) => bytes, 1000);
  });
}
