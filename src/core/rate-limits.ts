/** What venues let one client ask of them, as data: buckets of requests, and connections. */

/** What a gateway and the loading of a venue ask for. */
export const OPERATIONS = [
  'place',
  'cancel',
  'query',
  'openOrders',
  'recentFills',
  'balances',
  'feeRates',
  'snapshot',
  'listings',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Who asks, the least important first: `open`, the legs of new sets and what can wait; `query`, what tells how orders and
 *  balances stand; `reduce`, cancels and unwinds. A lane may not use what is reserved for those after it. */
export const LANES = ['open', 'query', 'reduce'] as const;
export type Lane = (typeof LANES)[number];

/** How a venue counts. `sliding`: what came within the last `windowMs`. `fixed`: what came since the last whole multiple of
 *  `windowMs`, or since the first request after the window before it. `decay`: a counter that goes down with time. */
export type RateRule =
  | { readonly kind: 'sliding' | 'fixed'; readonly windowMs: number }
  | { readonly kind: 'decay'; readonly perSecond: number };

/** One limit of a venue. */
export interface RateBucket {
  readonly name: string;
  /** Whose requests count together: those of one address, or of one account. */
  readonly scope: 'address' | 'account';
  /** Each instrument is counted apart. */
  readonly per?: 'instrument';
  readonly rule: RateRule;
  /** What may count at most. */
  readonly capacity: number;
  /** What an operation adds: all requests that it ordinarily makes of this bucket. Absent: nothing. 0: the gateway tells what
   *  it added as it goes, since it depends. */
  readonly weights: Partial<Readonly<Record<Operation, number>>>;
  /** The venue's page. */
  readonly source: string;
}

/** Connections that one address may open within any `windowMs`. */
export interface ConnectionRate {
  readonly count: number;
  readonly windowMs: number;
  readonly source: string;
}

export interface RateLimits {
  readonly buckets: readonly RateBucket[];
  /** Absent: the venue states none. */
  readonly connections?: ConnectionRate;
  /** What a ban of the address stops: everything, or REST alone while sockets go on. */
  readonly banStops: 'everything' | 'rest';
  /** What a reply of REST says of how its bucket stands. Absent: the venue does not say. */
  readHeaders?(path: string, headers: RateHeaders): readonly RateReading[];
}

export type RateHeaders = Readonly<Record<string, string | undefined>>;

/** The venue's own word on a bucket; of one instrument where those are counted apart. */
export type RateReading = { readonly bucket: string; readonly symbol?: string } & (
  | { readonly used: number }
  | { readonly left: number }
);

/** How a bucket stands, for people. */
export interface RateView {
  readonly bucket: string;
  readonly capacity: number;
  /** Of the fullest instrument where those are counted apart. */
  readonly left: number;
}

/** How a venue's budget stands, for people. */
export interface BudgetView {
  readonly venue: string;
  readonly buckets: readonly RateView[];
  /** By lane: how long it is still closed because the venue refused; 0: open. */
  readonly closedMs: Readonly<Record<Lane, number>>;
  /** Refusals that closed a lane, the times in which they came together, and requests that were held back. */
  readonly refusals: number;
  readonly episodes: number;
  readonly held: number;
}

/** Numbers of headers that are there and can be read. */
export function headerNumber(headers: RateHeaders, name: string): number | undefined {
  const text = headers[name];
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
