/** The body of `POST /orders`, read: one configuration out of those that are simulated.
 *  Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order and
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/guides/orders. */
import { decimalsOf, parseDecimal, pow10 } from '../../../core/decimal.ts';
import { isObject } from '../../../core/json.ts';
import { amountOf, amountText, isPlainDecimal } from '../../amounts.ts';
import { lookup } from '../../lookup.ts';
import type { ExchangePort, PlaceRequest, SimInstrument, SimTimeInForce } from '../../port.ts';
import { invalidArgument, ORDER_ERRORS, type OrderError, type RestError } from './errors.ts';
import { QUOTE_MAX_SIZE } from './market-rows.ts';

export type Arguments = Readonly<Record<string, unknown>>;

interface Configuration {
  readonly type: 'limit' | 'market';
  readonly tif: SimTimeInForce;
  readonly fields: Readonly<Record<string, 'string' | 'boolean'>>;
}

const SWITCHES = { rfq_enabled: 'boolean', rfq_disabled: 'boolean', reduce_only: 'boolean' } as const;
const LIMIT = { base_size: 'string', quote_size: 'string', limit_price: 'string', ...SWITCHES } as const;

/** `limit_limit_ioc` does not exist: the IOC of a limit order is the smart router's. */
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  market_market_ioc: {
    type: 'market',
    tif: 'ioc',
    fields: { base_size: 'string', quote_size: 'string', ...SWITCHES },
  },
  sor_limit_ioc: { type: 'limit', tif: 'ioc', fields: LIMIT },
  limit_limit_fok: { type: 'limit', tif: 'fok', fields: LIMIT },
  limit_limit_gtd: { type: 'limit', tif: 'gtc', fields: { ...LIMIT, end_time: 'string', post_only: 'boolean' } },
  limit_limit_gtc: { type: 'limit', tif: 'gtc', fields: { ...LIMIT, post_only: 'boolean' } },
};
/** Configurations that Coinbase has and this simulator has not. */
const NOT_SIMULATED: readonly string[] = [
  'market_market_fok',
  'stop_limit_stop_limit_gtc',
  'stop_limit_stop_limit_gtd',
  'trigger_bracket_gtc',
  'trigger_bracket_gtd',
  'twap_limit_gtd',
  'scaled_limit_gtc',
];

/** Members of the body, and whether they may be there without changing what is simulated. */
const MEMBERS: readonly string[] = [
  'client_order_id',
  'product_id',
  'side',
  'order_configuration',
  'self_trade_prevention_id',
  'leverage',
  'margin_type',
  'retail_portfolio_id',
  'preview_id',
  'attached_order_configuration',
];

export interface OrderRequest {
  readonly clientId: string;
  readonly product: string;
  readonly side: 'BUY' | 'SELL';
  /** As the client sent it, for the answer. */
  readonly configuration: Arguments;
}

export type Read<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };
const good = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value });
const bad = <Failure>(error: Failure): { readonly ok: false; readonly error: Failure } => ({ ok: false, error });

/** Reads what makes a request whole; anything wrong here is HTTP 400. Unknown members are refused: the gateway is not
 *  documented to, but nothing that a client means to send may be lost in silence. */
export function readBody(body: unknown): Read<OrderRequest, RestError> {
  if (!isObject(body)) return bad(invalidArgument('proto: syntax error (line 1:1): unexpected token'));
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return bad(invalidArgument(`proto: (line 1:2): unknown field "${unknown}"`));
  const { client_order_id: clientId, product_id: product, side, order_configuration: configuration } = body;
  if (typeof clientId !== 'string') return bad(invalidArgument('client_order_id is required'));
  if (typeof product !== 'string' || product === '') return bad(invalidArgument('product_id is required'));
  if (side !== 'BUY' && side !== 'SELL') return bad(invalidArgument('side is required'));
  if (!isObject(configuration)) return bad(invalidArgument('order_configuration is required'));
  const wrong = wrongField(configuration);
  if (wrong !== undefined) return bad(invalidArgument(wrong));
  if (body.attached_order_configuration !== undefined && body.attached_order_configuration !== null) {
    return bad(invalidArgument('attached_order_configuration is not supported'));
  }
  return good({ clientId, product, side, configuration });
}

function wrongField(configuration: Arguments): string | undefined {
  for (const [name, value] of Object.entries(configuration)) {
    const known = lookup(CONFIGURATIONS, name);
    if (known === undefined) {
      if (NOT_SIMULATED.includes(name)) continue;
      return `proto: (line 1:2): unknown field "${name}"`;
    }
    if (!isObject(value)) return `proto: (line 1:2): invalid value for ${name} type`;
    for (const [field, given] of Object.entries(value)) {
      const type = lookup(known.fields, field);
      if (type === undefined) return `proto: (line 1:2): unknown field "${field}"`;
      if (typeof given !== type) return `proto: (line 1:2): invalid value for ${type} type: ${JSON.stringify(given)}`;
    }
  }
  return undefined;
}

/** The order that a whole request asks for; anything wrong here is an `error_response`. */
export function readOrder(exchange: ExchangePort, request: OrderRequest): Read<PlaceRequest, OrderError> {
  const instrument = exchange.instrumentBySymbol(request.product);
  if (instrument === undefined) return bad(ORDER_ERRORS.product);
  const [entry, ...more] = Object.entries(request.configuration);
  const [name = '', fields] = entry ?? [];
  const configuration = lookup(CONFIGURATIONS, name);
  if (configuration === undefined || more.length > 0 || !isObject(fields)) return bad(ORDER_ERRORS.configuration);
  if (fields.reduce_only === true || fields.rfq_enabled === true) return bad(ORDER_ERRORS.configuration);
  const [size, quote, price] = [fields.base_size, fields.quote_size, fields.limit_price].map((value) =>
    typeof value === 'string' ? value : '',
  ) as [string, string, string];
  for (const text of [size, quote, price]) {
    if (text !== '' && (!isPlainDecimal(text) || amountOf(text) === 0n)) return bad(ORDER_ERRORS.sizeText);
  }
  if (size === '' && quote === '') return bad(ORDER_ERRORS.emptySize);
  if (size !== '' && quote !== '') return bad(ORDER_ERRORS.configuration);
  const side = request.side === 'BUY' ? 'buy' : 'sell';
  const base = {
    instrument,
    side,
    type: configuration.type,
    tif: configuration.tif,
    clientId: request.clientId,
  } as const;
  const note = (echo: object, quoteSize = ''): { configuration: string; quoteSize: string } => ({
    configuration: JSON.stringify({ [name]: echo }),
    quoteSize,
  });
  if (configuration.type === 'limit') {
    // A limit order by quote amount is documented, but not simulated.
    if (quote !== '' || price === '') return bad(ORDER_ERRORS.configuration);
    const postOnly = fields.post_only === true;
    const end = endOf(fields, 'end_time' in configuration.fields, exchange.clock.wallMs());
    if (end === 'missing') return bad(ORDER_ERRORS.configuration);
    const shown = {
      ...('post_only' in configuration.fields ? { post_only: postOnly } : {}),
      ...(end === undefined ? {} : { end_time: fields.end_time }),
    };
    const timed = end === undefined ? {} : { expiresAt: end };
    return good({
      ...base,
      ...timed,
      price,
      size,
      postOnly,
      note: note({ base_size: size, limit_price: price, ...shown }),
    });
  }
  const switches = { rfq_enabled: false, rfq_disabled: fields.rfq_disabled === true, reduce_only: false };
  if (quote === '') return good({ ...base, size, note: note({ base_size: size, ...switches }) });
  if (side === 'sell') return bad(ORDER_ERRORS.configuration);
  const wrong = wrongQuote(instrument, quote);
  if (wrong !== undefined) return bad(wrong);
  const quoteAmount = withoutFee(quote, exchange.policy.fees.taker);
  return good({ ...base, quoteAmount, note: note({ quote_size: quote, ...switches }, quote) });
}

/** Wall ms of a timed order's end, which lies ahead. */
function endOf(fields: Arguments, isTimed: boolean, nowMs: number): number | undefined | 'missing' {
  if (!isTimed) return undefined;
  const end = typeof fields.end_time === 'string' ? Date.parse(fields.end_time) : Number.NaN;
  return end > nowMs ? end : 'missing';
}

function wrongQuote({ spec }: SimInstrument, quote: string): OrderError | undefined {
  if (decimalsOf(quote) > decimalsOf(spec.tick)) return ORDER_ERRORS.quotePrecision;
  return amountOf(quote) > amountOf(QUOTE_MAX_SIZE) ? ORDER_ERRORS.quoteTooLarge : undefined;
}

/** `quote_size` has the fee in it (`size_inclusive_of_fees`): this much of it buys. */
function withoutFee(quote: string, rate: string): string {
  const scale = decimalsOf(rate);
  return amountText((amountOf(quote) * pow10(scale)) / (pow10(scale) + parseDecimal(rate, scale)));
}
