/** The port that every venue implements: all that is known of one exchange stands behind it. */
import type { Clock } from './clock.ts';
import type { Fault } from './faults.ts';
import type { BookFrame, FrameBatch } from './frame.ts';
import type { FeeRates, Listing } from './instrument.ts';
import type { Log } from './log.ts';
import type { Gateway, GatewayEvent, OrderTraits } from './order.ts';
import type { RateLimits, RateReading } from './rate-limits.ts';
import type { HttpPort, SocketFactory } from './socket.ts';
import type { VenueId } from './units.ts';

export type { VenueId };

/** Base addresses, without trailing slash. What follows them is the venue's own. */
export interface Endpoints {
  readonly rest: string;
  readonly wsPublic: string;
  readonly wsPrivate: string;
  readonly wsTrade: string;
  /** Market data in SBE, where a venue serves it from an address of its own. */
  readonly wsSbe?: string;
}

export interface Credentials {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase?: string;
}

/** A symbol as a parser knows it; its index in the parser's list names it from then on. */
export interface SymbolEntry {
  readonly symbol: string;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

export interface FrameParser {
  /** Decodes one frame, bytes [start, end). Fills `out` (cleared first) and keeps no reference to `buffer`.
   *  A frame whose shape is not the expected one goes through `JSON.parse`; both readings must agree. Never throws. */
  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void;
  /** Decodes the body of a REST depth snapshot of `symbol` (an index). Never throws; an unreadable one is Malformed. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void;
  /** Frames so far that were not of the shapes that are read fast: those that took the `JSON.parse` path, and those of
   *  a binary message that is not known. */
  readonly fallbacks: number;
}

export const VERDICT = { Apply: 0, Ignore: 1, Gap: 2 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** A venue's numbered sequencing procedure as a pure function. */
export interface SequenceRule {
  /** The venue numbers all frames of a connection in one line (`FrameBatch.connectionSeq`), each one more than the last:
   *  a hole there is a gap of every symbol that the connection carries. */
  readonly numbersConnection?: true;
  /** Where a fresh book comes from: pushed on subscribing, or fetched by REST while deltas are buffered. */
  readonly snapshotFrom: 'stream' | 'rest';
  /** Judges a delta. `lastSeq` is the last applied id (the snapshot's at first); `bridged` is false until the
   *  first delta after a snapshot was applied. */
  judge(lastSeq: number, bridged: boolean, delta: BookFrame): Verdict;
}

/** How a connection is kept alive and how its death is noticed. */
export interface Heartbeat {
  /** `frame`: WebSocket ping frames; else that text message. Sent when nothing arrived for `idleMs`. */
  readonly ping: 'frame' | { readonly text: string | ((wallMs: number) => string) };
  readonly idleMs: number;
  /** Sent at least this often, whatever arrives: the venue ends connections whose client says nothing (KuCoin). */
  readonly everyMs?: number;
  /** No frame and no pong for this long: the connection's rows are stale and it is replaced. */
  readonly silenceMs: number;
}

/** Messages that a venue takes within any `windowMs`, on one connection unless said otherwise. */
export interface SendLimit {
  readonly count: number;
  readonly windowMs: number;
  /** Pings do not count: the venue limits requests, not messages. */
  readonly exceptPings?: true;
  /** Counted over all connections from one address: those whose plans hold this same object share it. */
  readonly perAddress?: true;
}

export interface ConnectionPlan {
  /** Address, or what names the connection in messages where `dial` finds its address. */
  readonly url: string;
  /** Asks the venue for an address before each try (KuCoin's token). Rejects with a `Fault`. */
  dial?(http: HttpPort): Promise<string>;
  /** Headers of the upgrade request (Binance SBE's key). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Messages to send once open, in order. */
  readonly subscribe: readonly string[];
  /** How fast the venue listens: these messages and later ones wait for their turn, pings do not. Absent: no limit. */
  readonly sends?: readonly SendLimit[];
  /** Puts the time of sending into such a message, where the venue refuses old ones (Gate). */
  stamp?(message: string, wallMs: number): string;
  /** Indices of the symbols that this connection carries. */
  readonly symbols: readonly number[];
  readonly heartbeat: Heartbeat;
  /** The venue ends connections at this age; they are replaced a little before. */
  readonly maxAgeMs?: number;
}

/** A frame that is not market data. */
export type ControlEvent =
  | { readonly kind: 'Subscribed'; readonly symbol?: string }
  | { readonly kind: 'Pong' }
  /** The venue refused something: say it once, in its words. `symbol` when it names one. */
  | { readonly kind: 'Refused'; readonly code: string; readonly message: string; readonly symbol?: string }
  /** The venue will close the connection soon; replace it. */
  | { readonly kind: 'Goodbye'; readonly message: string }
  /** The venue says whether it trades (`symbol`: one symbol, else all): what does not is not priced. */
  | { readonly kind: 'Status'; readonly trading: boolean; readonly message: string; readonly symbol?: string }
  | { readonly kind: 'Notice'; readonly message: string };

/** A level as the venue wrote it, for checksums. */
export interface ChecksumSource {
  readonly bidCount: number;
  readonly askCount: number;
  /** Texts of level `index` (0 = best), exactly as the venue sent them. */
  bidText(index: number): readonly [price: string, size: string];
  askText(index: number): readonly [price: string, size: string];
}

export interface MarketStream {
  readonly rule: SequenceRule;
  /** Levels a side that the venue keeps in step: it does not say when a level falls out of them, so the book is cut to
   *  them after each event. Absent: the whole book. */
  readonly bookDepth?: number;
  /** Levels a side that may be priced and sized, where that is less than a row holds (Kraken's checksum covers ten). */
  readonly sizedLevels?: number;
  createParser(symbols: readonly SymbolEntry[]): FrameParser;
  plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[];
  readControl(text: string): ControlEvent;
  /** URL of a REST depth snapshot; for `snapshotFrom: 'rest'`. */
  snapshotUrl?(endpoints: Endpoints, symbol: string): string;
  /** The symbol that such a URL asks for (recordings hold the URLs). */
  snapshotSymbol?(url: string): string | undefined;
  /** Messages that make the venue send a fresh snapshot of `symbol`; for `snapshotFrom: 'stream'`. */
  resubscribe?(symbol: string): readonly string[];
  /** The checksum of the book as the venue defines it; compared when a frame carries one that is present and not 0. */
  checksum?(book: ChecksumSource): number;
}

export interface GatewayDeps {
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  readonly listings: readonly Listing[];
  readonly sockets: SocketFactory;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: GatewayEvent) => void;
  /** Hears what answers over sockets say of the venue's rate limits. */
  readonly onRates?: (readings: readonly RateReading[]) => void;
}

/** Market data in another encoding than the one that needs no key. */
export interface KeyedStream {
  /** Why these credentials do not open it, in words without them; undefined: they do. */
  refusal(credentials: Credentials): string | undefined;
  /** The streams, opened with the API key alone: what signs orders is not needed to read prices, and stays away. */
  open(apiKey: string): MarketStream;
}

/** What a feed is handed when its market data needs a key. */
export interface MarketAccess {
  readonly encoding: 'sbe';
  readonly apiKey: string;
}

/** The timer behind `Gateway.cancelAllAfter`. */
export interface DeadMan {
  /** What the venue takes, whole seconds in ms. */
  readonly minMs: number;
  readonly maxMs: number;
  /** How often it is set again; the venue takes more. */
  readonly refreshMs: number;
  /** Whose orders it cancels. `account`: all of the account, a person's too. `tag`: those that carry our tag. */
  readonly scope: 'account' | 'tag';
}

export interface ListingOptions {
  /** Also ask whether the base assets can be moved in and out: one more request, where the venue answers it without a key
   *  (Binance, OKX and Bybit want one, Coinbase has no such list). What goes wrong with it leaves the listings without. */
  readonly transfers?: boolean;
  /** Hears of each entry that cannot be read and is left out. */
  readonly onMalformed?: (fault: Fault) => void;
}

export interface VenueDescriptor {
  readonly id: VenueId;
  readonly name: string;
  /** Named environments ("live", "testnet", "demo"); `live` always exists. */
  readonly environments: Readonly<Record<string, Endpoints>>;
  /** Rates of an ordinary account, until the account's own are known. */
  readonly defaultFees: FeeRates;
  readonly needsPassphrase: boolean;
  /** Assets of its own that an account may pay its fees in. Absent: none. */
  readonly feeAssets?: readonly string[];
  readonly orders: OrderTraits;
  /** What the venue lets one client ask of it. */
  readonly rateLimits: RateLimits;
  /** Absent: the venue has none. */
  readonly deadMan?: DeadMan;
  /** A request is refused when its nonce is not above the last one of its key: two programs cannot share a key. */
  readonly countsNonces?: true;
  /** Market data that needs no key, in JSON. */
  readonly stream: MarketStream;
  /** Behind an adapter: later and coarser than a venue of our own. Said wherever venues are listed. */
  readonly slow?: true;
  /** Where its connections are not WebSockets of this thread: what opens the addresses of `stream.plan`. */
  sockets?(endpoints: Endpoints, clock: Clock): SocketFactory;
  /** The same in SBE, for venues that serve it; `marketData: sbe` chooses it. */
  readonly sbe?: KeyedStream;
  /** All spot instruments. Rejects with `venue/unreachable`, `venue/refused` or `venue/protocol`. */
  loadListings(endpoints: Endpoints, http: HttpPort, options?: ListingOptions): Promise<readonly Listing[]>;
  createGateway(deps: GatewayDeps): Gateway;
  /** Why nothing can be signed with these credentials, in words without them, where their form tells; undefined: it can. */
  keyRefusal?(credentials: Credentials): string | undefined;
}

/** The venue as a feed is to see it: with the market data that its access opens, else that which needs no key. */
export function withMarketData(descriptor: VenueDescriptor, access: MarketAccess | undefined): VenueDescriptor {
  if (access === undefined) return descriptor;
  if (descriptor.sbe === undefined) throw new RangeError(`${descriptor.id} has no market data in ${access.encoding}`);
  return { ...descriptor, stream: descriptor.sbe.open(access.apiKey) };
}
