/** Private pushes as gateway events. Reports of an order hold only what changed: the first one says what order it is, later
 *  ones go by its id. Numbers are texts here.
 *  https://docs.kraken.com/api/docs/websocket-v2/executions, …/balances */
import { add } from '../../core/decimal-text.ts';
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import { dropOldest } from '../../core/oldest.ts';
import type { Balance, Fill, GatewayEvent, OrderStatus } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import { parseIsoTime } from './iso-time.ts';
import { assetOf } from './names.ts';
import { decimalOf, sideOf } from './reports.ts';

/** What is known of an order. */
export interface KnownOrder {
  readonly clientId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly size: string;
  readonly filled: string;
}

/** Orders and fills that are remembered. Ended orders, too: a fill may come after the end. */
const REMEMBERED = 4096;

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  pending_new: 'open',
  new: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'cancelled',
  expired: 'expired',
};

/** What the pushes have told already and need not be asked for. */
export interface Heard {
  /** The venue's id of the order that we named `clientId`. */
  orderIdOf(clientId: string): string | undefined;
  clientIdOf(orderId: string): string | undefined;
  fillOf(tradeId: string): Fill | undefined;
}

export class PushReader implements Heard {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #log: Log;
  readonly #orders = new Map<string, KnownOrder>();
  readonly #ids = new Map<string, string>();
  readonly #fills = new Map<string, Fill>();

  constructor(onEvent: (event: GatewayEvent) => void, log: Log) {
    this.#onEvent = onEvent;
    this.#log = log;
  }

  read(frame: Json): void {
    const channel = textOf(frame, 'channel');
    if (channel === 'executions') for (const item of objectsOf(frame, 'data')) this.#readExecution(item);
    else if (channel === 'balances') this.#readBalances(objectsOf(frame, 'data'));
  }

  orderIdOf(clientId: string): string | undefined {
    return this.#ids.get(clientId);
  }

  clientIdOf(orderId: string): string | undefined {
    return this.#orders.get(orderId)?.clientId;
  }

  fillOf(tradeId: string): Fill | undefined {
    return this.#fills.get(tradeId);
  }

  /** From the answer to an order, which may come before or after the first push. */
  note(orderId: string, order: KnownOrder): void {
    if (!this.#orders.has(orderId)) this.#remember(orderId, order);
  }

  #remember(orderId: string, order: KnownOrder): void {
    // The newest last, so that the first is the one to forget.
    this.#orders.delete(orderId);
    this.#orders.set(orderId, order);
    if (order.clientId !== '') this.#ids.set(order.clientId, orderId);
    if (this.#orders.size <= REMEMBERED) return;
    const [oldest] = this.#orders;
    if (oldest === undefined) return;
    this.#orders.delete(oldest[0]);
    this.#ids.delete(oldest[1].clientId);
  }

  #readExecution(item: Json): void {
    const orderId = textOf(item, 'order_id');
    const status = STATUSES[textOf(item, 'order_status')] ?? STATUSES[textOf(item, 'exec_type')];
    const order = this.#merged(orderId, item, status);
    if (order === undefined || status === undefined) {
      const details = { venue: 'kraken', orderId, type: textOf(item, 'exec_type') };
      this.#log.warn(details, 'a report of an order that is not known; it has to be asked for');
      return;
    }
    this.#remember(orderId, order);
    const venueAt = parseIsoTime(item.timestamp);
    const { clientId, symbol, side, filled } = order;
    // The fill first: whoever hears that the order is done has then heard of all of its fills.
    if (item.exec_type === 'trade') this.#readFill(item, { clientId, venueOrderId: orderId, symbol, side, venueAt });
    const report = { clientId, venueOrderId: orderId, symbol, side, status, filled, venueAt };
    this.#onEvent({ kind: 'OrderUpdated', report });
  }

  /** What is known of the order after this report. */
  #merged(orderId: string, item: Json, status: OrderStatus | undefined): KnownOrder | undefined {
    const before = this.#orders.get(orderId);
    const symbol = textOf(item, 'symbol') || before?.symbol;
    const side = sideOf(item.side) ?? before?.side;
    if (orderId === '' || symbol === undefined || side === undefined) return undefined;
    const size = decimalOf(item.order_qty) ?? before?.size ?? '0';
    const told = decimalOf(item.cum_qty) ?? before?.filled ?? '0';
    return {
      clientId: textOf(item, 'cl_ord_id') || (before?.clientId ?? ''),
      symbol,
      side,
      size,
      // "Filled" means all of it, also where the report leaves the number out.
      filled: status === 'filled' && decimalOf(item.cum_qty) === undefined && size !== '0' ? size : told,
    };
  }

  #readFill(item: Json, order: Pick<Fill, 'clientId' | 'venueOrderId' | 'symbol' | 'side' | 'venueAt'>): void {
    const tradeId = textOf(item, 'exec_id');
    const price = decimalOf(item.last_price);
    const size = decimalOf(item.last_qty);
    const fee = readFee(item, order.symbol);
    if (tradeId === '' || price === undefined || size === undefined || fee === undefined) {
      const details = { venue: 'kraken', orderId: order.venueOrderId, tradeId };
      this.#log.warn(details, 'a fill that cannot be read; it has to be asked for');
      return;
    }
    const cost = decimalOf(item.cost);
    const value = cost === undefined ? {} : { value: cost };
    const fill = { ...order, tradeId, price, size, ...fee, ...value, maker: item.liquidity_ind === 'm' };
    this.#fills.set(tradeId, fill);
    dropOldest(this.#fills, REMEMBERED);
    this.#onEvent({ kind: 'LegFilled', fill });
  }

  /** The channel has totals: what is held for open orders is in `free`, too. */
  #readBalances(items: readonly Json[]): void {
    const balances = items.flatMap((item) => readBalance(item) ?? []);
    if (balances.length > 0) this.#onEvent({ kind: 'BalancesChanged', balances });
  }
}

/** Fees of one trade are in one asset (the quote, since we ask for that); undefined when they are not told. */
function readFee(item: Json, symbol: string): { fee: string; feeAsset: string } | undefined {
  if (!Array.isArray(item.fees)) return undefined;
  const fees = objectsOf(item, 'fees');
  const asset = fees[0] === undefined ? (symbol.split('/')[1] ?? '') : textOf(fees[0], 'asset');
  let sum = '0';
  for (const fee of fees) {
    const part = decimalOf(fee.qty);
    if (part === undefined || textOf(fee, 'asset') !== asset) return undefined;
    sum = add(sum, part);
  }
  return asset === '' ? undefined : { fee: sum, feeAsset: assetOf(asset) };
}

/** Of the wallets only the one that trades. */
function readBalance(item: Json): Balance | undefined {
  const asset = textOf(item, 'asset');
  if (asset === '' || (textOf(item, 'wallet_type') || 'spot') !== 'spot') return undefined;
  const wallets = Array.isArray(item.wallets) ? objectsOf(item, 'wallets') : undefined;
  const free =
    wallets === undefined
      ? decimalOf(item.balance)
      : (decimalOf(wallets.find((wallet) => isObject(wallet) && wallet.type === 'spot')?.balance) ?? '0');
  return free === undefined ? undefined : { asset: assetOf(asset), free, locked: '0' };
}
