/** What venues answer to an order that ends unfilled.
 *  Shapes: https://developers.binance.com/docs/binance-spot-api-docs/websocket-api, https://www.okx.com/docs-v5/en/ */

type Fields = Readonly<Record<string, string>>;

/** The result of Binance's `order.place` for these parameters. */
export const binanceExpired = (params: Fields, orderId: number): object => ({
  symbol: params.symbol,
  orderId,
  orderListId: -1,
  clientOrderId: params.newClientOrderId,
  transactTime: Date.now(),
  price: params.price,
  origQty: params.quantity,
  executedQty: '0.00000000',
  status: 'EXPIRED',
  timeInForce: 'IOC',
  type: 'LIMIT',
  side: params.side,
  fills: [],
});

/** OKX's two words on an order: to its sender, and on the channel `orders`. */
export function okxCancelled(
  order: { readonly clOrdId?: string | undefined; readonly side?: string | undefined },
  instId: string | undefined,
  ordId: string,
): { readonly taken: object; readonly ended: object; readonly at: string } {
  const { clOrdId, side } = order;
  const at = String(Date.now());
  return {
    at,
    taken: { clOrdId, ordId, tag: '', ts: at, sCode: '0', sMsg: '' },
    ended: {
      instType: 'SPOT',
      instId,
      ordId,
      clOrdId,
      side,
      state: 'canceled',
      accFillSz: '0',
      fillSz: '0',
      tradeId: '',
      uTime: at,
      cTime: at,
    },
  };
}
