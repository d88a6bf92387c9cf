/** Frames for the decode rows: the bytes of real recordings where the fixtures are at hand, else made ones of the same
 *  shape. Each set says which. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decimalsOf } from '../../src/core/decimal.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { SymbolEntry, VenueDescriptor } from '../../src/core/venue.ts';

export interface FrameSet {
  readonly frames: readonly Buffer[];
  readonly symbols: readonly SymbolEntry[];
  readonly bytes: number;
  /** `recorded 2021-10, 83 frames of 141 bytes` */
  readonly source: string;
  /** What the peer parses, where the frames themselves are no JSON: the same events as the venue's JSON streams say them. */
  readonly asJson?: readonly Buffer[];
  /** The venue as whoever reads these frames sees it; absent: as without a key. */
  readonly view?: (descriptor: VenueDescriptor) => VenueDescriptor;
}

const FIXTURES = resolve(process.env.PARALLAX_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const MADE = 128;

interface Recorded {
  readonly t: string;
  readonly data?: string;
}

/** Frames of one recording that `isWanted` picks; undefined when the recording is not there. */
export function recorded(path: string, when: string, isWanted: (text: string) => boolean): FrameSet | undefined {
  const file = join(FIXTURES, path);
  if (!existsSync(file)) return undefined;
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded)
    .flatMap(({ t, data }) => (t === 'recv' && data !== undefined && isWanted(data) ? [data] : []));
  return texts.length === 0 ? undefined : frameSet(texts, `recorded ${when}`);
}

function frameSet(texts: readonly string[], kind: string): FrameSet {
  const frames = texts.map((text) => Buffer.from(text));
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const mean = Math.round(bytes / frames.length);
  return { frames, symbols: symbolsOf(texts), bytes, source: `${kind}, ${frames.length} frames of ${mean} bytes` };
}

const NAME = /(?:"(?:s|instId|symbol|product_id)":"(?:ob\.)?|\/level[12]:)([A-Za-z0-9_/-]+)/;
const NUMBER = /[":](\d+\.\d+)\b/g;

/** Every symbol in the frames, on a grid that holds every decimal in them. */
function symbolsOf(texts: readonly string[]): SymbolEntry[] {
  const decimals = new Map<string, number>();
  for (const text of texts) {
    const symbol = NAME.exec(text)?.[1];
    if (symbol === undefined) throw new Error(`a frame without a symbol: ${text.slice(0, 100)}`);
    const needed = Array.from(text.matchAll(NUMBER), ([, number]) => decimalsOf(number ?? '0'));
    decimals.set(symbol, Math.max(decimals.get(symbol) ?? 0, ...needed));
  }
  return [...decimals].map(([symbol, each]) => ({ symbol, priceDecimals: each, sizeDecimals: each }));
}

export const random = seededRandom(7);
export const price = (decimals: number): string => (60_000 + random.next() * 10).toFixed(decimals);
export const size = (decimals: number): string => (random.next() * 5).toFixed(decimals);

export const made = (make: (index: number) => string): FrameSet =>
  frameSet(
    Array.from({ length: MADE }, (_, index) => make(index)),
    'made',
  );

/** By channel of one venue. */
export type FrameSets = Readonly<Record<string, () => FrameSet>>;
