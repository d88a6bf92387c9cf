/** The checksum that OKX and Bitget defined alike: signed CRC32 over `bid:size:ask:size:…` of the best 25 levels, sides
 *  interleaved, a side that has ended left out, texts as sent. */
import { crc32 } from 'node:zlib';
import type { ChecksumSource } from './venue.ts';

const LEVELS = 25;

export function interleavedChecksum(book: ChecksumSource): number {
  const parts: string[] = [];
  for (let index = 0; index < LEVELS; index++) {
    if (index < book.bidCount) parts.push(...book.bidText(index));
    if (index < book.askCount) parts.push(...book.askText(index));
  }
  return crc32(parts.join(':')) | 0;
}
