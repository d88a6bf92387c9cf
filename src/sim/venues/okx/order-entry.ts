/** Order entry in OKX's words, the same for REST and WebSocket: arguments in, one result row an order out.
 *  Source: https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order and …-ws-place-order.
 *
 *  What was found on `instIdCode` (newest documentation and client issues up to September 2026): since 3 February 2026
 *  the WebSocket operations want the integer `instIdCode` of the instruments endpoint; `instId` alone is refused in the
 *  order's row with sCode 50014 "Parameter instIdCode can not be empty", an unknown number with 51001, and when both
 *  are there the number counts. REST goes on with `instId` and takes the number too. */
import type { Side } from '../../../core/units.ts';
import { amountOf, isPlainDecimal, priceText } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type {
  ExchangePort,
  OrderKey,
  PlaceRequest,
  SelfTradeMode,
  SimAccount,
  SimInstrument,
  SimOrder,
} from '../../port.ts';
import { dollarPrice } from './account-rows.ts';
import { refusalError, type WireError, wireError } from './errors.ts';
import { MAX_LIMIT_USD, MAX_MARKET_USD } from './market-rows.ts';
import { STP_DEFAULT } from './order-rows.ts';
import { msText } from './times.ts';

export type Arguments = Readonly<Record<string, unknown>>;
export type Origin = 'rest' | 'socket';

/** What came of one order of a request. */
export interface EntryResult {
  readonly row: Readonly<Record<string, string>>;
  readonly ok: boolean;
}

type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: WireError };
const good = <Value>(value: Value): Read<Value> => ({ ok: true, value });
const bad = <Value>(error: WireError): Read<Value> => ({ ok: false, error });

/** Of the account (`acctStpMode`), where the order does not say. */
const STP_MODES: Readonly<Record<string, SelfTradeMode>> = {
  cancel_maker: 'expire-maker',
  cancel_taker: 'expire-taker',
  cancel_both: 'expire-both',
};
const NAME = /^[A-Za-z0-9]{1,32}$/;
export const TAG = /^[A-Za-z0-9]{1,16}$/;
const ORDER_TYPES = ['market', 'limit', 'post_only', 'fok', 'ioc'] as const;
type OrderType = (typeof ORDER_TYPES)[number];

/** A text argument; absent and empty are the same. */
const textOf = (args: Arguments, name: string): string => {
  const value = args[name];
  return typeof value === 'string' ? value : '';
};
const isGiven = (args: Arguments, name: string): boolean => args[name] !== undefined && args[name] !== '';

/** The instrument that an argument object names. */
export function readInstrument(exchange: ExchangePort, args: Arguments, origin: Origin): Read<SimInstrument> {
  const code = args.instIdCode;
  if (code === undefined || code === '' || code === null) {
    if (origin === 'socket') return bad(wireError('50014', 'instIdCode'));
    if (!isGiven(args, 'instId')) return bad(wireError('50014', 'instId'));
    const named = exchange.instrumentBySymbol(textOf(args, 'instId'));
    return named === undefined ? bad(wireError('51001')) : good(named);
  }
  // Documented as an integer; digits in quotes are what its JSON reader takes for one as well.
  const number = typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : code;
  const coded = exchange.instruments.find((instrument) => instrument.code === number);
  return coded === undefined ? bad(wireError('51001')) : good(coded);
}

/** Reads and checks what needs no book and no balance. */
export function readOrder(exchange: ExchangePort, args: Arguments, origin: Origin): Read<PlaceRequest> {
  const instrument = readInstrument(exchange, args, origin);
  if (!instrument.ok) return instrument;
  for (const name of ['tdMode', 'side', 'ordType', 'sz']) {
    if (!isGiven(args, name)) return bad(wireError('50014', name));
  }
  const [tdMode, side, sz, px] = ['tdMode', 'side', 'sz', 'px'].map((name) => textOf(args, name)) as [
    string,
    Side,
    string,
    string,
  ];
  // A spot-mode account has no margin.
  if (tdMode === 'cross' || tdMode === 'isolated') return bad(wireError('51010'));
  if (tdMode !== 'cash') return bad(wireError('51000', 'tdMode'));
  if (side !== 'buy' && side !== 'sell') return bad(wireError('51000', 'side'));
  const ordType = ORDER_TYPES.find((type) => type === args.ordType);
  if (ordType === undefined) return bad(wireError('51000', 'ordType'));
  const clOrdId = textOf(args, 'clOrdId');
  if (isGiven(args, 'clOrdId') && !NAME.test(clOrdId)) return bad(wireError('51000', 'clOrdId'));
  const tag = textOf(args, 'tag');
  if (isGiven(args, 'tag') && !TAG.test(tag)) return bad(wireError('51000', 'tag'));
  if (args.reduceOnly === true || args.reduceOnly === 'true') return bad(wireError('51139'));
  // Not simulated, so refused rather than ignored.
  if (Array.isArray(args.attachAlgoOrds) && args.attachAlgoOrds.length > 0) {
    return bad(wireError('51000', 'attachAlgoOrds'));
  }
  const stpMode = textOf(args, 'stpMode') || STP_DEFAULT;
  const selfTrade = lookup(STP_MODES, stpMode);
  // "Cancel both does not support FOK."
  if (selfTrade === undefined || (stpMode === 'cancel_both' && ordType === 'fok')) {
    return bad(wireError('51000', 'stpMode'));
  }
  if (!isPlainDecimal(sz) || amountOf(sz) === 0n) return bad(wireError('51000', 'sz'));
  const base = { instrument: instrument.value, side, selfTrade, ...(clOrdId === '' ? {} : { clientId: clOrdId }) };
  if (ordType === 'market') return readMarketOrder(args, base, sz, { tag, stpMode });
  if (px === '') return bad(isGiven(args, 'px') ? wireError('51000', 'px') : wireError('51204'));
  if (!isPlainDecimal(px) || amountOf(px) === 0n) return bad(wireError('51000', 'px'));
  return good({
    ...base,
    type: 'limit',
    tif: ordType === 'ioc' || ordType === 'fok' ? ordType : 'gtc',
    postOnly: ordType === 'post_only',
    price: px,
    size: sz,
    note: { ordType, tgtCcy: '', tag, stpMode },
  });
}

function readMarketOrder(
  args: Arguments,
  base: Pick<PlaceRequest, 'instrument' | 'side' | 'clientId' | 'selfTrade'>,
  sz: string,
  words: { readonly tag: string; readonly stpMode: string },
): Read<PlaceRequest> {
  const tgtCcy = textOf(args, 'tgtCcy') || (base.side === 'buy' ? 'quote_ccy' : 'base_ccy');
  if (tgtCcy !== 'base_ccy' && tgtCcy !== 'quote_ccy') return bad(wireError('51000', 'tgtCcy'));
  const ordType: OrderType = 'market';
  return good({
    ...base,
    type: 'market',
    tif: 'ioc',
    note: { ordType, tgtCcy, ...words },
    ...(tgtCcy === 'quote_ccy' ? { quoteAmount: sz } : { size: sz }),
  });
}

/** OKX caps the dollars of one order. */
function checkValue(exchange: ExchangePort, request: PlaceRequest): WireError | undefined {
  const dollars = (asset: string, text: string): bigint =>
    (amountOf(text) * dollarPrice(exchange, asset)) / amountOf('1');
  const { base, quote } = request.instrument;
  if (request.type === 'market') {
    const value =
      request.quoteAmount === undefined ? dollars(base, request.size ?? '0') : dollars(quote, request.quoteAmount);
    return value > amountOf(MAX_MARKET_USD) ? wireError('51201', `${MAX_MARKET_USD} USD`) : undefined;
  }
  const value = (amountOf(request.price ?? '0') * dollars(quote, request.size ?? '0')) / amountOf('1');
  return value > amountOf(MAX_LIMIT_USD) ? wireError('51185', MAX_LIMIT_USD) : undefined;
}

export class OrderEntry {
  readonly #exchange: ExchangePort;

  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
  }

  /** Places one order now (the caller has brought in the matching engine's delay). `completed` is called for an order
   *  that ended filled without its last fill saying so. */
  place(account: SimAccount, args: Arguments, origin: Origin, completed: (order: SimOrder) => void): EntryResult {
    const request = readOrder(this.#exchange, args, origin);
    if (!request.ok) return this.#failed(args, request.error);
    const tooBig = checkValue(this.#exchange, request.value);
    if (tooBig !== undefined) return this.#failed(args, tooBig);
    const result = this.#exchange.place(account, request.value);
    if (!result.ok) {
      const { side, type, instrument } = request.value;
      const { bid, ask } = this.#exchange.top(instrument);
      const touch = (side === 'buy' ? ask?.price : bid?.price) ?? 0;
      const market = type === 'market';
      const error = refusalError(result.refusal, {
        side,
        market,
        paysWith: side === 'buy' ? instrument.quote : instrument.base,
        priceLimit: priceText(instrument, touch),
      });
      return this.#failed(args, error);
    }
    const { order } = result;
    if (order.quoteAmount > 0n && order.status === 'filled') completed(order);
    return {
      ok: true,
      row: {
        clOrdId: order.clientId,
        ordId: String(order.id),
        sCode: '0',
        sMsg: 'Order placed',
        subCode: '',
        tag: textOf(args, 'tag'),
        ts: this.#now(),
      },
    };
  }

  /** Cancels one order now. Unknown and closed orders get the same answer, as OKX's spot orders do since 2024
   *  (51401 and 51402 are documented for spreads only). */
  cancel(account: SimAccount, args: Arguments, origin: Origin): EntryResult {
    const instrument = readInstrument(this.#exchange, args, origin);
    const fail = (error: WireError): EntryResult => ({
      ok: false,
      row: {
        clOrdId: textOf(args, 'clOrdId'),
        ordId: textOf(args, 'ordId'),
        sCode: error.code,
        sMsg: error.msg,
        ts: this.#now(),
      },
    });
    if (!instrument.ok) return fail(instrument.error);
    const key = readKey(args);
    if (key === undefined) return fail(wireError('50015', 'ordId', 'clOrdId'));
    const result = this.#exchange.cancel(account, instrument.value, key);
    if (!result.ok) return fail(wireError('51400'));
    return {
      ok: true,
      row: {
        clOrdId: result.order.clientId,
        ordId: String(result.order.id),
        sCode: '0',
        sMsg: '',
        ts: this.#now(),
      },
    };
  }

  /** Orders are not amended here: refused in the order's row, in a documented way. */
  amend(args: Arguments): EntryResult {
    const error = wireError('51506');
    return {
      ok: false,
      row: {
        clOrdId: textOf(args, 'clOrdId'),
        ordId: textOf(args, 'ordId'),
        reqId: textOf(args, 'reqId'),
        sCode: error.code,
        sMsg: error.msg,
        ts: this.#now(),
      },
    };
  }

  /** The row of an order that was not taken. */
  #failed(args: Arguments, error: WireError): EntryResult {
    return {
      ok: false,
      row: {
        clOrdId: textOf(args, 'clOrdId'),
        ordId: '',
        sCode: error.code,
        sMsg: error.msg,
        subCode: '',
        tag: textOf(args, 'tag'),
        ts: this.#now(),
      },
    };
  }

  expired(args: Arguments): EntryResult {
    return this.#failed(args, wireError('51054'));
  }

  #now(): string {
    return msText(this.#exchange.clock.wallMs());
  }
}

/** `ordId` counts when both are there. */
export function readKey(args: Arguments): OrderKey | undefined {
  const ordId = textOf(args, 'ordId');
  if (ordId !== '') return { id: /^\d{1,15}$/.test(ordId) ? Number(ordId) : -1 };
  const clientId = textOf(args, 'clOrdId');
  return clientId === '' ? undefined : { clientId };
}

/** The result code and words over all orders of a request. */
export function overall(results: readonly EntryResult[]): { code: '0' | '1' | '2'; msg: string } {
  const failed = results.filter((result) => !result.ok).length;
  if (failed === 0) return { code: '0', msg: '' };
  return wireError(failed === results.length ? '1' : '2') as { code: '1' | '2'; msg: string };
}
