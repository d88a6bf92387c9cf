/** Faults that can be planted, as the core and the wires see them. */
import type { Refusal } from './port.ts';

/** Which sockets a fault or a disconnect means. */
export type SocketScope = 'public' | 'private' | 'all';

export const FAULT_KINDS = [
  'gap',
  'disconnect',
  'freeze',
  'half-open',
  'crossed',
  'checksum',
  'duplicate',
  'reorder',
  'reject',
  'partial',
  'timeout-before-accept',
  'timeout-after-accept',
  'late-fill',
  'http-429',
  'http-418',
  'http-503',
  'clock-skew',
  'slow',
  'maintenance',
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
  /** `slow`: ms added to every answer of the matching engine. `late-fill`: ms from the order's end to its fill.
   *  `clock-skew`: ms that the venue's clock is ahead (negative: behind). */
  readonly ms: number;
  /** `partial`: the share of an order that may fill, 0…1. */
  readonly fraction: number;
  /** `reject`: in what words. */
  readonly reason: Refusal;
}

/** The faults of one venue.
 *  The core itself acts on `reject`, `partial`, `slow`, `late-fill`, `crossed` and `clock-skew`, and `wire-troubles.ts`
 *  on `freeze`, `half-open`, `disconnect` and `maintenance` as far as sockets go. The wire acts on:
 *  `gap`, `duplicate` and `reorder` by sending its incremental depth frames through `DepthFaults`;
 *  `checksum` (the next depth frame carries a wrong one) where the venue has checksums;
 *  `timeout-before-accept` (the request is dropped unanswered) and `timeout-after-accept` (acted on, but unanswered;
 *  private events still flow);
 *  `http-503`, `http-429`, `http-418` (any REST request, in the venue's words; 418 is the answer to whoever goes on after
 *  429: where the venue has another way to say that an address is banned, that one);
 *  `maintenance` (while `peek` finds one: REST requests and order operations are refused in the venue's words). */
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
  /** Writes down that a client could notice `fault` from now on (the frame after a lost one was sent). */
  revealed(fault: ActiveFault): void;
}
