/** One short session with the simulated Bybit, for the comparison of shapes. */
import { bybitBench, LIMIT, PRIVATE, PUBLIC, TRADE } from './bybit-harness.ts';
import { type Json, settle } from './venue-bench.ts';

/** Everything that the wire sends in one short session, by name. */
export async function emitBybit(): Promise<Map<string, Json>> {
  const bench = bybitBench();
  const out = new Map<string, Json>();
  const keep = (name: string, frame: Json | undefined): void => void out.set(name, frame ?? {});
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  const market = bench.connect(PUBLIC);
  market.send({ op: 'subscribe', args: ['orderbook.200.BTCUSDT', 'orderbook.1.BTCUSDT', 'tickers.BTCUSDT'] });
  market.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] });
  bench.quote('BTC-USDT', '96400', '96400.1', '0.6');
  bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
  await settle();
  bench.clock.advanceMs(100);
  const frames = market.take();
  const topic = (name: string, type = 'snapshot'): Json | undefined =>
    frames.find((frame) => frame.topic === name && frame.type === type);
  keep('subscribed', frames[0]);
  keep('snapshot', topic('orderbook.200.BTCUSDT'));
  keep('delta', topic('orderbook.200.BTCUSDT', 'delta'));
  keep('top', topic('orderbook.1.BTCUSDT'));
  keep('ticker', topic('tickers.BTCUSDT'));
  keep('trade', topic('publicTrade.BTCUSDT'));

  const own = bench.connect(PRIVATE);
  own.send({ req_id: 'a', op: 'auth', args: bench.authArgs() });
  own.send({ req_id: 'b', op: 'subscribe', args: ['order', 'execution', 'wallet'] });
  const [auth, subscribed] = own.take();
  keep('private auth', auth);
  keep('private subscribed', subscribed);
  const trade = bench.connect(TRADE);
  trade.send({ reqId: 'a', op: 'auth', args: bench.authArgs() });
  keep('trade auth', trade.take()[0]);
  keep('order answer', await bench.operate(trade, 'order.create', { ...LIMIT, price: '96400.1' }, 'r'));
  await bench.operate(trade, 'order.create', LIMIT);
  await settle();
  const pushed = own.take();
  const last = (name: string): Json | undefined => pushed.findLast((frame) => frame.topic === name);
  keep(
    'order push',
    pushed.find(({ topic: name, data }) => name === 'order' && (data as Json[])[0]?.cumExecQty !== '0'),
  );
  keep('execution push', last('execution'));
  keep('wallet push', last('wallet'));

  for (const path of [
    'market/time',
    'market/orderbook?category=spot&symbol=BTCUSDT',
    'market/tickers?category=spot&symbol=BTCUSDT',
    'market/recent-trade?category=spot&symbol=BTCUSDT',
    'market/instruments-info?category=spot',
  ]) {
    keep(path.split('?')[0] ?? '', (await bench.request('GET', `/v5/${path}`)).body);
  }
  for (const [path, query] of [
    ['order/realtime', 'category=spot'],
    ['order/history', 'category=spot'],
    ['execution/list', 'category=spot'],
    ['account/wallet-balance', 'accountType=UNIFIED'],
    ['account/fee-rate', 'category=spot&symbol=BTCUSDT'],
    ['account/info', ''],
    ['user/query-api', ''],
  ] as const) {
    keep(path, (await bench.get(`/v5/${path}`, query)).body);
  }
  keep('order/cancel-all', (await bench.post('/v5/order/cancel-all', { category: 'spot' })).body);
  return out;
}
