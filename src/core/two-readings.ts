/** What parsers of two readings have in common: the fast one knows the venue's bytes and declines what it does not expect,
 *  the other one takes that through `JSON.parse`. Thread: feed. */
import type { FrameBatch } from './frame.ts';
import type { FrameParser } from './venue.ts';

export abstract class TwoReadings implements FrameParser {
  fallbacks = 0;

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    if (this.tryFast(buffer, start, end, out)) return;
    this.fallbacks++;
    this.readJson(buffer, start, end, out);
  }

  /** The fast reading alone. False: declined, `out` is of no use. */
  abstract tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean;

  /** The reading through `JSON.parse` alone; fills the same events. */
  abstract readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void;

  abstract parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void;
}
