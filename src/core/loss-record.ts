/** Losses as the write-ahead log keeps them. What was lost is counted from its leg sets; the log itself says when a limit
 *  was reached, and from when on a person let the count begin anew. */

/** Also the reason codes of what is refused while it halts. */
export const LOSS_LIMITS = ['limit-daily-loss', 'limit-loss-streak'] as const;
export type LossLimit = (typeof LOSS_LIMITS)[number];

export interface LossHalt {
  readonly limit: LossLimit;
  /** For people. */
  readonly reason: string;
}

/** What a run finds counted when it starts. */
export interface LossCount {
  /** The UTC day that `gains` is of: days since 1970. */
  readonly day: number;
  /** What the day brought, or what came since a person last lifted a halt in it; by quote asset, decimal text. */
  readonly gains: Readonly<Record<string, string>>;
  /** Leg sets that lost, one after the other, oldest first. */
  readonly streak: readonly string[];
  /** Unmatched base at what it cost in quote units, by instrument; decimal texts, signed. */
  readonly stock: Readonly<Record<string, { readonly base: string; readonly worth: string }>>;
  readonly halt?: LossHalt;
}

export type LossEntry =
  /** Trading is halted until a person lifts it. */
  | ({ readonly kind: 'LossLimitReached'; readonly at: number } & LossHalt)
  /** A person lifted a halt: losses count anew from here. */
  | { readonly kind: 'LossLimitLifted'; readonly at: number };
