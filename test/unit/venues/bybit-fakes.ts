/** A scripted Bybit for gateway tests, over the sockets and replies of `okx-fakes.ts`. */
import type { Listing } from '../../../src/core/instrument.ts';
import type { BaseOrder, Gateway } from '../../../src/core/order.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { type FakeSocket, type FakeVenue, fakeVenue as newVenue, socketAt } from './okx-fakes.ts';

export const listing: Listing = {
  venue: 'bybit',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTCUSDT',
  trading: true,
  priceTick: '0.1',
  sizeLot: '0.000001',
  minSize: '0.000011',
  minNotional: '5',
};

export const limitOrder: BaseOrder = {
  clientId: 'p1e1s1',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  price: '60000.1',
  size: '0.01',
};

export const credentials = { apiKey: 'the-api-key', secret: 'the-secret' };
export const WS_PRIVATE = 'ws://127.0.0.1:1/v5/private';
export const WS_TRADE = 'ws://127.0.0.1:1/v5/trade';

/** @param change what the gateway is given otherwise */
export function fakeVenue(change: Partial<GatewayDeps> = {}): FakeVenue {
  const venue = newVenue();
  venue.replies.set('GET /v5/market/time', () => {
    const ms = venue.clock.wallMs() + venue.aheadMs;
    const result = { timeSecond: String(Math.floor(ms / 1000)), timeNano: `${ms}000000` };
    return { body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: ms } };
  });
  const deps: GatewayDeps = {
    ...venue.deps,
    endpoints: {
      rest: 'http://127.0.0.1:1',
      wsPublic: 'ws://127.0.0.1:1/v5/public/spot',
      wsPrivate: WS_PRIVATE,
      wsTrade: WS_TRADE,
    },
    credentials,
    listings: [listing],
    ...change,
  };
  return { ...venue, deps };
}

/** A frame as it was written. */
export interface Sent {
  readonly reqId?: string;
  readonly op: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly args?: readonly unknown[];
}

export const sentOf = (socket: FakeSocket, op: string): Sent[] =>
  socket.sent.map((text) => JSON.parse(text) as Sent).filter((frame) => frame.op === op);

/** Plays the venue's side of logging on to the private socket. */
export function logOnPrivate(socket: FakeSocket): void {
  socket.open();
  socket.push({ success: true, ret_msg: '', op: 'auth', conn_id: 'cejreaspqfh3sjdnldmg-p' });
  socket.push({ success: true, ret_msg: '', op: 'subscribe', conn_id: 'cejreaspqfh3sjdnldmg-p' });
}

export function logOnTrade(socket: FakeSocket): void {
  socket.open();
  socket.push({ retCode: 0, retMsg: 'OK', op: 'auth', connId: 'cnt5leec0hvan15eukcg-2t' });
}

export async function connected(venue: FakeVenue): Promise<{
  venue: FakeVenue;
  gateway: Gateway;
  pushes: FakeSocket;
  trade: FakeSocket;
}> {
  const gateway = bybit.createGateway(venue.deps);
  const connecting = gateway.connect();
  const pushes = await socketAt(venue, 0);
  logOnPrivate(pushes);
  const trade = await socketAt(venue, 1);
  logOnTrade(trade);
  await connecting;
  return { venue, gateway, pushes, trade };
}

/** Answers the last request of that kind. */
export function answer(socket: FakeSocket, op: string, retCode: number, retMsg: string, more: object = {}): void {
  const reqId = sentOf(socket, op).at(-1)?.reqId;
  const header = {
    'X-Bapi-Limit': '20',
    'X-Bapi-Limit-Status': '19',
    'X-Bapi-Limit-Reset-Timestamp': '1711001595208',
    Traceid: '38b7977b430f9bd228f4b19724794dfd',
    Timenow: '1711001595209',
  };
  socket.push({
    reqId,
    retCode,
    retMsg,
    op,
    data: {},
    retExtInfo: {},
    header,
    connId: 'cnt5leec0hvan15eukcg-2v',
    ...more,
  });
}

export const accepted = (orderId: string) => ({ data: { orderId, orderLinkId: 'p1e1s1' } });
export const ok = (result: object) => ({ body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1 } });
export const refusal = (retCode: number, retMsg = 'words of the venue') => ({
  body: { retCode, retMsg, result: {}, retExtInfo: {}, time: 1_672_738_134_000 },
});

export const orderItem = (change: object = {}) => ({
  category: 'spot',
  symbol: 'BTCUSDT',
  orderId: '1552132392821724672',
  orderLinkId: 'p1e1s1',
  side: 'Buy',
  orderStatus: 'Filled',
  rejectReason: 'EC_NoError',
  timeInForce: 'IOC',
  price: '60000.1',
  qty: '0.01',
  cumExecQty: '0.01',
  cumExecFee: '0.00001',
  orderType: 'Limit',
  createdTime: '1699764599837',
  updatedTime: '1699764599841',
  ...change,
});

export const executionItem = (change: object = {}) => ({
  category: 'spot',
  symbol: 'BTCUSDT',
  execFee: '0.00001',
  execId: '2100000000047469164',
  execPrice: '60000.00',
  execQty: '0.010000',
  execType: 'Trade',
  feeRate: '0.001',
  orderId: '1552132392821724672',
  orderLinkId: 'p1e1s1',
  side: 'Buy',
  execTime: '1699764599837',
  isMaker: false,
  feeCurrency: 'BTC',
  ...change,
});
