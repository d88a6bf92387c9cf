/** Every order that an exchange ever took, and how it is found again. */
import type { Side } from '../core/units.ts';
import type { Ticket } from './checks.ts';
import type {
  ExchangePolicy,
  OrderKey,
  PlaceRequest,
  SelfTradeMode,
  SimAccount,
  SimFill,
  SimInstrument,
  SimOrder,
  SimOrderStatus,
  SimOrderType,
  SimTimeInForce,
} from './port.ts';

/** An order as the exchange changes it; others see it as `SimOrder`. */
export interface OrderState {
  readonly id: number;
  readonly clientId: string;
  readonly account: SimAccount;
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly type: SimOrderType;
  readonly tif: SimTimeInForce;
  readonly postOnly: boolean;
  readonly price: number;
  size: number;
  readonly quoteAmount: bigint;
  status: SimOrderStatus;
  readonly selfTradeMode: SelfTradeMode;
  selfTrade: boolean;
  lapsed: boolean;
  filled: number;
  filledQuote: bigint;
  /** Still locked for it, in the asset that it pays. */
  locked: bigint;
  readonly createdAt: number;
  updatedAt: number;
  readonly fills: SimFill[];
  readonly note: Readonly<Record<string, string>>;
}

export const orderCopy = (order: OrderState): SimOrder => Object.freeze({ ...order, fills: [...order.fills] });

export class OrderStore {
  readonly fills: SimFill[] = [];
  readonly #all: OrderState[] = [];
  readonly #byId = new Map<number, OrderState>();
  /** Newest order of each client id, by account. */
  readonly #byClientId = new Map<SimAccount, Map<string, OrderState>>();
  readonly #open = new Set<OrderState>();
  #nextId: number;

  constructor(idsFrom = 0) {
    this.#nextId = 10_000_000 + idsFrom;
  }

  open(
    account: SimAccount,
    request: PlaceRequest,
    ticket: Ticket,
    selfTradeMode: SelfTradeMode,
    at: number,
  ): OrderState {
    const order: OrderState = {
      id: this.#nextId++,
      clientId: request.clientId ?? '',
      account,
      instrument: request.instrument,
      side: request.side,
      type: request.type,
      tif: request.tif,
      postOnly: request.postOnly ?? false,
      price: ticket.price,
      size: ticket.size,
      quoteAmount: ticket.quoteAmount,
      status: 'new',
      selfTradeMode,
      selfTrade: false,
      lapsed: false,
      filled: 0,
      filledQuote: 0n,
      locked: ticket.lock.amount,
      createdAt: at,
      updatedAt: at,
      fills: [],
      note: request.note ?? {},
    };
    this.#all.push(order);
    this.#byId.set(order.id, order);
    this.#open.add(order);
    if (order.clientId !== '') this.#clientIds(account).set(order.clientId, order);
    return order;
  }

  closed(order: OrderState): void {
    this.#open.delete(order);
  }

  /** An id for the side of a trade that belongs to no account. */
  anonymousId(): number {
    return this.#nextId++;
  }

  isTaken(
    account: SimAccount,
    clientId: string,
    rule: ExchangePolicy['clientIds'],
    instrument: SimInstrument,
  ): boolean {
    const known = this.#byClientId.get(account)?.get(clientId);
    if (known === undefined) return false;
    return rule === 'ever' || (this.#open.has(known) && known.instrument === instrument);
  }

  find(account: SimAccount, instrument: SimInstrument, key: OrderKey): OrderState | undefined {
    const order = 'id' in key ? this.#byId.get(key.id) : this.#byClientId.get(account)?.get(key.clientId);
    return order?.account === account && order.instrument === instrument ? order : undefined;
  }

  openOf(account: SimAccount, instrument?: SimInstrument): OrderState[] {
    return [...this.#open].filter((order) => belongs(order, account, instrument));
  }

  allOf(account: SimAccount, instrument?: SimInstrument): OrderState[] {
    return this.#all.filter((order) => belongs(order, account, instrument));
  }

  #clientIds(account: SimAccount): Map<string, OrderState> {
    const known = this.#byClientId.get(account);
    if (known !== undefined) return known;
    const fresh = new Map<string, OrderState>();
    this.#byClientId.set(account, fresh);
    return fresh;
  }
}

const belongs = (order: OrderState, account: SimAccount, instrument: SimInstrument | undefined): boolean =>
  order.account === account && (instrument === undefined || order.instrument === instrument);
