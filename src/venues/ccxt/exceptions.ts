/** Where a class of ccxt has to be told more than the others. Pure data. */

export interface CcxtException {
  /** ccxt's options, under those of the configuration. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The venue's own name of the client id, where ccxt does not translate its `clientOrderId`. */
  readonly clientIdParam?: string;
}

/** ccxt wants it said that one knows that only the last 500 orders are found. */
const bybit: CcxtException = { options: { fetchOrder: { acknowledged: true } } };

/** Lists of margin pairs are of no use, and cost a request that needs a key. Order entry over the socket would send ccxt's
 *  own name of the client id besides the venue's, which refuses what it does not know. */
const binance: CcxtException = { options: { fetchMargins: false }, clientIdParam: 'newClientOrderId' };

export const CCXT_EXCEPTIONS: Readonly<Record<string, CcxtException>> = {
  binance,
  binanceus: binance,
  bybit,
  bybiteu: bybit,
  bybitid: bybit,
  // The v2 accounts have no holds. ccxt makes up a client id of its own unless the venue's own field is given.
  coinbase: { options: { fetchBalance: 'v3PrivateGetBrokerageAccounts' }, clientIdParam: 'client_order_id' },
  cryptocom: { clientIdParam: 'client_oid' },
  toobit: { clientIdParam: 'newClientOrderId' },
};
