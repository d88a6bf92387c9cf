/** A tiny exchange: accounts and orders in whole units, and all that it does and says, as happenings in one pool from
 *  which the play takes them in no order. It knows nothing of the engine, and shares no code with it.
 *
 *  Its promises: an order arrives within five seconds of being sent, or never; a query knows of it a second later at the
 *  latest; whoever goes on asking learns all that was ever traded. Nothing else. */
import type {
  CancelOutcome,
  Fill,
  OrderReport,
  OrderRequest,
  OrderStatus,
  PlaceOutcome,
  QueryOutcome,
  VenueError,
} from '../../../src/core/order.ts';
import { type Account, text } from './plain.ts';
import { onLot, type TradeTerms, trade } from './trade.ts';
import { newOrder, type TrueOrder } from './true-order.ts';

const ARRIVES_WITHIN_MS = 5_000;
const SHOWS_WITHIN_MS = 1_000;

export interface Happening {
  readonly order: TrueOrder;
  /** What happens at the venue; the answer to an order or a question; what the stream says, and may say twice. */
  readonly kind: 'deed' | 'answer' | 'stream';
  readonly run: () => void;
  /** The connection broke under it. Absent: it cannot get lost, since nobody would ever ask for it. */
  readonly lose?: () => void;
}

/** The engine's ear. */
export interface Ear {
  answered(order: TrueOrder, outcome: PlaceOutcome): void;
  looked(order: TrueOrder, askedAt: number, outcome: QueryOutcome, answer: (outcome: QueryOutcome) => void): void;
  filled(order: TrueOrder, fill: Fill): void;
  reported(order: TrueOrder, report: OrderReport): void;
}

export interface ExchangeTerms extends TradeTerms {
  readonly venue: number;
  /** Questions are never answered. */
  readonly isMute: boolean;
  readonly pool: Happening[];
  readonly now: () => number;
  readonly ear: Ear;
}

const errorOf = (kind: VenueError['class']): VenueError => ({ class: kind, code: kind, message: kind });

export class Exchange {
  readonly accounts: Account = new Map();
  readonly orders = new Map<string, TrueOrder>();
  readonly #terms: ExchangeTerms;
  isUp = true;
  /** From now on every question is answered, and rightly. */
  isHealed = false;
  #trades = 0;

  constructor(terms: ExchangeTerms) {
    this.#terms = terms;
  }

  /** Takes an order on its way; the fate `thrown` is left to the gateway. */
  send(request: OrderRequest): TrueOrder {
    const { tape, venue, now } = this.#terms;
    const order = newOrder(request, venue, now(), tape);
    this.orders.set(order.clientId, order);
    const isGone = order.fate === 'refused' || order.fate === 'lost';
    if (isGone) order.state = 'never';
    if (order.fate === 'refused') this.#answer(order, this.#rejected('filter'));
    if (order.fate === 'lost' || order.fate === 'unanswered') this.#answer(order, this.#unknown());
    if (!isGone) this.#happen(order, () => this.#arrive(order));
    return order;
  }

  look(clientId: string, answer: (outcome: QueryOutcome) => void): void {
    const order = this.orders.get(clientId) as TrueOrder;
    const { ear, now } = this.#terms;
    const askedAt = now();
    const failed: QueryOutcome = { kind: 'failed', error: errorOf('other') };
    this.#happen(order, () => {
      const outcome = this.#look(order);
      this.#say(
        'answer',
        order,
        () => ear.looked(order, askedAt, outcome, answer),
        () => ear.looked(order, askedAt, failed, answer),
      );
    });
  }

  cancel(clientId: string, answer: (outcome: CancelOutcome) => void): void {
    const order = this.orders.get(clientId) as TrueOrder;
    this.#happen(order, () => {
      answer(order.state === 'open' ? { kind: 'cancelled' } : { kind: 'absent' });
      this.#end(order, 'cancelled');
    });
  }

  #happen(order: TrueOrder, run: () => void): void {
    this.#terms.pool.push({ order, kind: 'deed', run });
  }

  #say(kind: 'answer' | 'stream', order: TrueOrder, run: () => void, lose = (): void => {}): void {
    this.#terms.pool.push({ order, kind, run, ...(order.isMistold ? {} : { lose }) });
  }

  #answer(order: TrueOrder, outcome: PlaceOutcome): void {
    const { ear } = this.#terms;
    this.#say(
      'answer',
      order,
      () => ear.answered(order, outcome),
      () => ear.answered(order, this.#unknown()),
    );
  }

  #rejected(kind: VenueError['class']): PlaceOutcome {
    const now = this.#terms.now() * 1e6;
    return { kind: 'rejected', error: errorOf(kind), sentAt: now as never, ackedAt: now as never };
  }

  #unknown(): PlaceOutcome {
    return { kind: 'unknown', reason: 'timeout', sentAt: (this.#terms.now() * 1e6) as never };
  }

  #arrive(order: TrueOrder): void {
    const { tape, now } = this.#terms;
    const speaks = order.fate === 'answered';
    if (now() - order.sentAt >= ARRIVES_WITHIN_MS) {
      order.state = 'never';
      if (speaks) this.#answer(order, this.#rejected('clock'));
      return;
    }
    order.state = 'open';
    order.arrivedAt = now();
    const plan = tape.draw(8);
    order.isMistold = order.fate === 'denied' || plan === 7;
    if (order.fate === 'denied') this.#answer(order, this.#rejected('other'));
    if (order.fate === 'repeated') this.#answer(order, this.#rejected('duplicate-client-id'));
    if (speaks) {
      const at = (now() * 1e6) as never;
      this.#answer(order, { kind: 'acked', venueOrderId: `v-${order.clientId}`, sentAt: at, ackedAt: at });
    }
    const share = plan < 4 ? 100 : plan === 4 ? 0 : 1 + tape.draw(99);
    const left = onLot((order.size * BigInt(share)) / 100n);
    // An order that lingers can be overtaken by its own cancel, or by its end.
    const lingers = tape.once(4);
    for (const part of this.#parts(left)) {
      if (lingers) this.#happen(order, () => this.#trade(order, part, order.state === 'open'));
      else this.#trade(order, part, true);
    }
    const end = (): void =>
      this.#end(order, plan === 5 ? 'cancelled' : plan === 4 && tape.once(3) ? 'rejected' : 'expired');
    if (lingers) this.#happen(order, end);
    else end();
    // Said to be over, and then it trades once more.
    if (plan === 7) this.#happen(order, () => this.#trade(order, order.size - left, order.state === 'done'));
  }

  /** Up to three fills, on the lot. */
  #parts(whole: bigint): bigint[] {
    const parts: bigint[] = [];
    let left = whole;
    while (left > 0n && parts.length < 2) {
      const part = onLot((left * BigInt(4 - this.#terms.tape.draw(4))) / 4n);
      if (part > 0n) parts.push(part);
      left -= part;
    }
    return left > 0n ? [...parts, left] : parts;
  }

  #trade(order: TrueOrder, wanted: bigint, isDue: boolean): void {
    const room = order.size - order.filled;
    const amount = wanted < room ? wanted : room;
    if (!isDue || amount <= 0n) return;
    const { tape, ear, venue } = this.#terms;
    const fill = trade(order, amount, `${venue}-${++this.#trades}`, this.#terms, this.accounts);
    order.fills.push(fill);
    order.filled += amount;
    if (order.state === 'done') {
      this.#terms.pool.push({ order, kind: 'stream', run: () => ear.filled(order, fill) });
      return;
    }
    this.#say('stream', order, () => ear.filled(order, fill));
    if (tape.once(3)) this.#report(order, 'open');
  }

  #report(order: TrueOrder, status: OrderStatus): void {
    const report = this.#reportOf(order, status);
    this.#say('stream', order, () => this.#terms.ear.reported(order, report));
  }

  #end(order: TrueOrder, status: OrderStatus): void {
    if (order.state !== 'open') return;
    order.state = 'done';
    order.status = order.filled === order.size ? 'filled' : status;
    this.#report(order, order.status);
  }

  #look(order: TrueOrder): QueryOutcome {
    const { tape, isMute, now } = this.#terms;
    if (isMute || (!this.isHealed && (!this.isUp || tape.once(6)))) return { kind: 'failed', error: errorOf('other') };
    if (order.state === 'under way' || order.state === 'never') return { kind: 'absent' };
    const isFresh = now() - order.arrivedAt < SHOWS_WITHIN_MS;
    if (isFresh && !this.isHealed && tape.once(3)) return { kind: 'absent' };
    const fills = !this.isHealed && tape.once(4) ? order.fills.slice(0, -1) : [...order.fills];
    return { kind: 'found', report: this.#reportOf(order, order.status), fills };
  }

  #reportOf(order: TrueOrder, status: OrderStatus): OrderReport {
    const { clientId, filled, isBuy } = order;
    const side = isBuy ? 'buy' : 'sell';
    return {
      clientId,
      venueOrderId: `v-${clientId}`,
      symbol: 'BTCUSDT',
      side,
      status,
      filled: text(filled),
      venueAt: 1,
    };
  }
}
