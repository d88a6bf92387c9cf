/** Faults that can be planted, as the core and the wires see them. */
import type { Refusal } from './port.ts';

/** Which sockets a fault or a disconnect means. */
export type SocketScope = 'public' | 'private' | 'all';

export const FAULT_KINDS = [
  'gap',
  'disconnect',
  'reject',
  'partial',
  'freeze',
  'duplicate',
  'crossed',
  'slow',
  'timeout-before-accept',
  'timeout-after-accept',
  'http-503',
  'http-429',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault that someone planted. */
export interface ActiveFault {
  readonly id: number;
  readonly venue: string;
  readonly kind: FaultKind;
  /** Times that it still acts; Infinity while only its duration bounds it. */
  readonly remaining: number;
  /** Wall ms; Infinity when only its count bounds it. */
  readonly until: number;
  /** Canonical id; absent: any. */
  readonly instrument?: string;
  readonly scope: SocketScope;
  /** `slow`: ms added to every answer of the matching engine. */
  readonly ms: number;
  /** `partial`: the share of an order that may fill, 0…1. */
  readonly fraction: number;
  /** `reject`: in what words. */
  readonly reason: Refusal;
}

/** The faults of one venue.
 *  The core itself acts on `reject`, `partial`, `slow` and `crossed`, and the server gate on `freeze`. The wire acts on:
 *  `gap` (a depth frame is not sent, its ids are lost: `take('gap', instrument)` per frame), `duplicate` (a frame is
 *  sent twice), `timeout-before-accept` (the request is dropped unanswered), `timeout-after-accept` (acted on, but
 *  unanswered; private events still flow), `http-503`, `http-429` (any REST request), and on `disconnect` by
 *  `VenueWire.disconnect`. */
export interface VenueFaults {
  /** Uses a planted fault once: its count goes down. Undefined when none applies. */
  take(
    kind: FaultKind,
    where?: { readonly instrument?: string; readonly scope?: SocketScope },
  ): ActiveFault | undefined;
  /** Looks without using up. */
  peek(
    kind: FaultKind,
    where?: { readonly instrument?: string; readonly scope?: SocketScope },
  ): ActiveFault | undefined;
}
