/** The cells of the fault matrix: every kind of fault at every venue alone, and pairs of them drawn at random. Pure. */
import type { Random } from '../../src/core/random.ts';
import { FAULT_KINDS, type FaultKind } from '../../src/sim/fault-port.ts';
import type { FaultRequest } from '../../src/sim/fault-requests.ts';
import { shuffled } from './shuffled.ts';
import { faultOf, hasChecksums } from './storm.ts';

export interface Cell {
  readonly name: string;
  /** Planted at once. */
  readonly faults: readonly FaultRequest[];
}

const cellOf = (faults: readonly FaultRequest[]): Cell => ({
  name: faults.map(({ venue, kind }) => `${kind}@${venue}`).join(' + '),
  faults,
});

/** Whether a venue has it at all: not every venue sends checksums. */
const exists = (kind: FaultKind, venue: string): boolean => kind !== 'checksum' || hasChecksums(venue);

/** Every kind of `kinds` at every one of `venues`, alone, in an order that `random` draws. */
export function singleCells(kinds: readonly FaultKind[], venues: readonly string[], random: Random): Cell[] {
  const all = venues.flatMap((venue) => kinds.filter((kind) => exists(kind, venue)).map((kind) => ({ kind, venue })));
  return shuffled(all, random).map(({ kind, venue }) => cellOf([faultOf(kind, venue, random)]));
}

/** `count` pairs of two different faults, at two venues or at one. */
export function pairCells(
  count: number,
  kinds: readonly FaultKind[],
  venues: readonly string[],
  random: Random,
): Cell[] {
  const draw = (): FaultRequest => {
    const venue = venues[random.int(venues.length)] ?? '';
    const kind = kinds[random.int(kinds.length)] as FaultKind;
    return exists(kind, venue) ? faultOf(kind, venue, random) : draw();
  };
  return Array.from({ length: count }, () => {
    const first = draw();
    let second = draw();
    while (second.venue === first.venue && second.kind === first.kind) second = draw();
    return cellOf([first, second]);
  });
}

/** A venue that bans leaves its mark on what comes after it for as long as it named; all else is over when it is over. */
export const PASSING_KINDS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind !== 'http-418');
