/** What this gateway knows of its orders: which of the venue's ids is whose, what was said of it last, and which fills
 *  were told. Thread: the ccxt worker. */
import { isObject, type Json } from '../../core/json.ts';
import type { Fill, GatewayEvent, OrderReport } from '../../core/order.ts';
import { addsUp } from '../../net/order-outcomes.ts';
import { idOf, readFill, readOrder } from './orders.ts';

export interface Track {
  readonly clientId: string;
  /** The venue's name of the instrument. */
  readonly symbol: string;
  /** What was asked for; '' when it was not asked for here. */
  readonly size: string;
  orderId: string;
  /** The last word on it. */
  report: OrderReport | undefined;
  readonly fills: Map<string, Fill>;
  /** It is being asked for. */
  isFollowed: boolean;
  /** A trade was pushed that has not been told: what is known of the order is not its last word. */
  hasNews: boolean;
}

/** Orders that are remembered. */
const REMEMBERED = 5_000;
/** Gate's mark of a client's own text. */
const OWN_MARK = /^t-/;

export class Tracks {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #byClient = new Map<string, Track>();
  readonly #byOrder = new Map<string, Track>();
  /** The venue was seen to give back a client id: then a list without it means something. */
  areClientIdsKept = false;

  constructor(onEvent: (event: GatewayEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** An order is about to be sent, or was sent by a predecessor. */
  expect(clientId: string, symbol: string, size: string): Track {
    const known = this.#byClient.get(clientId);
    if (known !== undefined) return known;
    const track: Track = {
      clientId,
      symbol,
      size,
      orderId: '',
      report: undefined,
      fills: new Map(),
      isFollowed: false,
      hasNews: false,
    };
    this.#byClient.set(clientId, track);
    forgetOldest(this.#byClient);
    return track;
  }

  /** The venue's id of it is known from now on. */
  name(track: Track, orderId: string): void {
    if (orderId === '' || track.orderId === orderId) return;
    track.orderId = orderId;
    this.#byOrder.set(orderId, track);
    forgetOldest(this.#byOrder);
  }

  /** Whose an order or a trade of ccxt's is: by the venue's id, by ccxt's client id, else by a text of the venue's own
   *  message that is one of our client ids. */
  ownerOf(item: Json, orderId: string): Track | undefined {
    const told = this.#byClient.get(clientIdOf(item));
    if (told !== undefined) {
      this.areClientIdsKept = true;
      return told;
    }
    const byOrder = this.#byOrder.get(orderId);
    if (byOrder !== undefined) return byOrder;
    if (!isObject(item.info)) return undefined;
    for (const text of Object.values(item.info)) {
      const found = typeof text === 'string' ? this.#byClient.get(text.replace(OWN_MARK, '')) : undefined;
      if (found !== undefined) {
        this.areClientIdsKept = true;
        return found;
      }
    }
    return undefined;
  }

  /** `isAnswer`: trades in it count. Those of pushes do not, as `account.ts` says. */
  onOrder(order: unknown, isAnswer: boolean): Track | undefined {
    if (!isObject(order)) return undefined;
    const orderId = idOf(order.id);
    const track = this.ownerOf(order, orderId);
    if (track === undefined) return undefined;
    this.name(track, orderId);
    if (isAnswer && Array.isArray(order.trades)) for (const trade of order.trades) this.onTrade(trade, track);
    const report = readOrder(order, track, track.size);
    if (report === undefined) return track;
    const last = track.report;
    // Answers and pushes overtake each other: what is filled only grows, and an end stays an end.
    const isOld =
      last !== undefined &&
      (Number(report.filled) < Number(last.filled) || (last.status !== 'open' && report.status === 'open'));
    if (isOld || (last?.status === report.status && last.filled === report.filled)) return track;
    track.report = report;
    this.#onEvent({ kind: 'OrderUpdated', report });
    return track;
  }

  /** Whose a pushed trade is. */
  find(trade: unknown): Track | undefined {
    if (!isObject(trade)) return undefined;
    const orderId = idOf(trade.order);
    const track = this.ownerOf(trade, orderId);
    if (track !== undefined) this.name(track, orderId);
    return track;
  }

  /** Tells a fill, unless what it lacks (its fee, say) cannot be read. */
  onTrade(trade: unknown, track: Track): void {
    const fill = readFill(trade, track);
    if (fill !== undefined) this.onFill(track, fill);
  }

  /** Tells a fill once. */
  onFill(track: Track, read: Fill): void {
    const fill = read.venueOrderId === '' ? { ...read, venueOrderId: track.orderId } : read;
    this.name(track, fill.venueOrderId);
    if (track.fills.has(fill.tradeId)) return;
    track.fills.set(fill.tradeId, fill);
    this.#onEvent({ kind: 'LegFilled', fill });
  }

  /** Over, and every fill of it was told. */
  isSettled(track: Track): boolean {
    return !track.hasNews && track.report !== undefined && track.report.status !== 'open' && this.addsUp(track);
  }

  /** Every fill that its last word speaks of was told. */
  addsUp({ report, fills }: Track): boolean {
    return addsUp([...fills.values()], report?.filled ?? '0');
  }
}

export const clientIdOf = (item: Json): string => idOf(item.clientOrderId).replace(OWN_MARK, '');

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
