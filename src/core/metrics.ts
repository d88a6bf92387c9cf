/** Names and meaning of every counter, in one place: memory lays them out, actors add to them, Prometheus serves them. */
import { FILTER_NAMES } from './filter-names.ts';
import { REASONS } from './intent.ts';
import { DISTRUST_REASONS } from './quote.ts';

/** name → help. The order is the layout. */
export const FEED_COUNTERS = {
  messages: 'Frames received',
  bytes: 'Payload bytes received',
  bookEvents: 'Book events applied',
  published: 'Row versions published',
  gaps: 'Sequence gaps seen',
  resyncs: 'Book resyncs started',
  connects: 'Connections opened',
  disconnects: 'Connections lost',
  checksums: 'Checksums verified',
  checksumFailures: 'Checksums that did not match',
  crossed: 'Books found crossed or locked',
  fallbacks: 'Frames of unexpected shape: read by the JSON fallback, or of an unknown binary message',
  malformed: 'Frames that could not be read',
  unknownSymbols: 'Frames of symbols that were not asked for',
  refusals: 'Requests that the venue refused',
  snapshots: 'Book snapshots applied',
} as const;

export const distrustCounters = Object.fromEntries(
  DISTRUST_REASONS.map((reason) => [`distrust:${reason}`, `Rows that left live: ${reason}`]),
) as Readonly<Record<`distrust:${(typeof DISTRUST_REASONS)[number]}`, string>>;

export const DETECTOR_COUNTERS = {
  rowsRead: 'Changed rows read',
  tornReads: 'Row reads given up after 64 tries',
  scans: 'Venue pairs priced',
  opportunities: 'Gross crossings opened',
  intents: 'Intents emitted',
  resets: 'Feed incarnations acknowledged',
  identityHolds: 'Rows held because their price is not that of the asset they are named after',
  recordsDropped: 'Opportunity records lost because the journal stayed behind',
} as const;

export const EXECUTOR_COUNTERS = {
  intents: 'Intents received',
  setsOpened: 'Leg sets opened',
  setsFilled: 'Leg sets closed with all legs matched',
  setsUnwound: 'Leg sets whose residual was unwound',
  setsMissed: 'Leg sets of which nothing filled',
  setsRefused: 'Leg sets whose every order the venue rejected, and intents refused before any order',
  setsUnknown: 'Leg sets closed with an unknown outcome',
  setsHeld: 'Leg sets closed with unmatched base that is held within the exposure limit',
  setsResidual: 'Leg sets closed with unmatched base',
  ordersSent: 'Orders sent',
  ordersAcked: 'Orders acknowledged',
  ordersFilled: 'Orders filled whole',
  ordersRejected: 'Orders rejected',
  ordersCancelled: 'Orders cancelled or expired with base left',
  ordersUnknown: 'Orders whose outcome had to be asked for',
  ordersTimedOut: 'Resting orders cancelled because their time was over',
  fills: 'Fills booked',
  duplicateFills: 'Fills seen again and ignored',
  setsAdopted: 'Leg sets taken over from a crash',
  orphans: 'Open orders under our client ids that no log knew, cancelled',
  strayEvents: 'Order events of no order of ours',
  lossHalts: 'Times that a loss limit halted trading',
  exposureStops: 'Times that unmatched base past its limit stopped new leg sets',
  setsReducing: 'Leg sets opened to bring unmatched base back within its limit',
  freezes: 'Times that the executor stood still for too long',
  deadManSets: "Times that a venue's dead-man timer was set",
  deadManFailures: "Times that a venue's dead-man timer could not be set",
  reconciliations: 'Times that balances and open orders were compared with a venue',
  reconciliationsSkipped: 'Times that a venue was not compared with: it was down, kept us out, or did not answer',
  balanceDrifts: "Balances that were not what the fills add up to, and were set to the venue's figure",
  standingOrders: 'Orders that were settled here and stood open at their venue, cancelled',
  feeAssetLapses: 'Times that the fees of a venue could no longer be counted on to be paid in its fee asset',
} as const;

export const JOURNAL_COUNTERS = {
  records: 'Records written',
  batches: 'Transactions committed',
  quoteSamples: 'Quote samples written',
  pruned: 'Quote samples removed by retention',
  logFilesPruned: 'Files of the write-ahead log removed by retention',
  maxLagMs: 'Longest time from record to disk, ms',
  lastLagMs: 'Time from record to disk of the newest batch, ms',
} as const;

/** Refusals by reason code, one block for the detector and one for the executor. */
export const REASON_COUNTERS = Object.fromEntries(REASONS.map((reason) => [reason, `Refused: ${reason}`])) as Readonly<
  Record<(typeof REASONS)[number], string>
>;

/** Latency histograms, ns. */
export const LATENCIES = {
  wireToDecision: 'From the read callback to the intent',
  tickToTrade: 'From the read callback to the first order byte written',
  ack: 'From order written to acknowledgement',
  decode: 'From the read callback to the row published',
  walAppend: 'From an entry of the write-ahead log to the kernel having it',
} as const;

/** What each filter was asked, and what it said. A filter behind one that holds back is not asked. */
export const FILTER_COUNTERS = Object.fromEntries(
  FILTER_NAMES.flatMap((name) => [
    [`${name}:held`, `Chances that ${name} held back`],
    [`${name}:passed`, `Chances that ${name} let through`],
  ]),
) as Readonly<Record<`${(typeof FILTER_NAMES)[number]}:${'held' | 'passed'}`, string>>;
