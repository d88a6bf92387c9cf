/** Every frame and body of the simulated Coinbase has the keys and value types of a recorded or documented one.
 *  Where they differ, the difference is listed here with its reason; one that is listed but not there fails too. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { type CoinbaseBench, eventOf, limitOrder, manualCoinbase, marketOrder, V3 } from './coinbase-harness.ts';
import { differences } from './shape.ts';
import { type Json, settle } from './venue-bench.ts';

const PRODUCT = 'BTC-USDT';

/** Reasons that stand for several differences. */
const NO_CLIENT_ID = 'documented, but gone from the feed since 2026 (recorded)';
const NEWER = 'in newer published replies, not in this older example';
const IN_DOCUMENTATION = 'in the documentation of the channel, not in this shortened example';

type Differences = Readonly<Record<string, string>>;

async function emitted(): Promise<{ bench: CoinbaseBench; frames: readonly Json[] }> {
  const bench = manualCoinbase();
  bench.quote(PRODUCT, '96400', '96400.01', '0.5', 3);
  bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'buy', 100);
  await bench.rest();
  const market = bench.connect('/market');
  for (const channel of ['level2', 'ticker', 'ticker_batch', 'market_trades', 'status']) {
    market.send({ type: 'subscribe', channel, product_ids: [PRODUCT] });
  }
  market.send({ type: 'subscribe', channel: 'heartbeats' });
  market.send({ type: 'subscribe', channel: 'user', jwt: bench.token() });
  bench.quote(PRODUCT, '96401', '96401.01', '0.4', 3);
  bench.exchange.synthesizeTrade(bench.instrument(PRODUCT), 'sell', 100);
  await bench.place(limitOrder({ base_size: '0.1', limit_price: '96500' }, {}, 'sor_limit_ioc'));
  await bench.place(marketOrder({ quote_size: '100' }));
  bench.clock.advanceMs(1000);
  await settle();
  return { bench, frames: market.take() };
}

const frameOf = (frames: readonly Json[], channel: string, type?: string): Json | undefined =>
  frames.find((frame) => frame.channel === channel && (type === undefined || eventOf(frame).type === type));

describeWithFixtures('shapes of the simulated Coinbase', (root) => {
  const folder = (path: string): string => join(root, 'coinbase', path);
  const items = (path: string): ReadonlyMap<string, Json> => {
    const rows = readJsonl<{ name: string; text: string }>(folder(path));
    return new Map(rows.map(({ name, text }) => [name, JSON.parse(text) as Json]));
  };
  const recorded = readJsonl<{ t: string; data: string; placeholder?: boolean }>(
    folder('book_recordings/advtrade_l2_ETH-USD.jsonl'),
  )
    .filter(({ t, placeholder }) => t === 'recv' && placeholder !== true)
    .map(({ data }) => JSON.parse(data) as Json);

  describe('recorded frames', () => {
    const subscriptions = (names: readonly string[]): Differences =>
      Object.fromEntries(names.map((name) => [name, 'the recording subscribed to other channels']));
    const cases: readonly [channel: string, type: string | undefined, differ: Differences][] = [
      ['l2_data', 'snapshot', {}],
      ['l2_data', 'update', {}],
      ['ticker', 'snapshot', {}],
      ['ticker', 'update', {}],
      ['market_trades', 'snapshot', {}],
      ['market_trades', 'update', {}],
      ['heartbeats', undefined, {}],
      [
        'subscriptions',
        undefined,
        subscriptions(['+ events[].subscriptions.level2', '- events[].subscriptions.market_trades']),
      ],
    ];
    it.each(cases)('%s %s', async (channel, type, differ) => {
      const { frames } = await emitted();
      expect(differences(frameOf(frames, channel, type), frameOf(recorded, channel, type))).toEqual(
        Object.keys(differ).sort(),
      );
    });
  });

  describe('documented frames', () => {
    const gone = { '- client_id': NO_CLIENT_ID };
    const cases: readonly [
      name: string,
      file: string,
      channel: string,
      type: string | undefined,
      differ: Differences,
    ][] = [
      ['ws_l2_data_update', 'ws_public', 'l2_data', 'update', gone],
      ['ws_market_trades', 'ws_public', 'market_trades', 'update', gone],
      ['ws_ticker', 'ws_public', 'ticker', 'snapshot', gone],
      ['ws_heartbeats', 'ws_public', 'heartbeats', undefined, gone],
      [
        'ws_user',
        'ws_private',
        'user',
        'snapshot',
        {
          ...gone,
          ...Object.fromEntries(
            [
              'completion_percentage',
              'end_time',
              'filled_value',
              'limit_price',
              'number_of_fills',
              'outstanding_hold_amount',
              'post_only',
              'retail_portfolio_id',
              'start_time',
              'stop_price',
            ].map((key) => [`+ events[].orders[].${key}`, IN_DOCUMENTATION]),
          ),
          ...Object.fromEntries(
            ['', '.expiring_futures_positions', '.perpetual_futures_positions', '.prediction_market_positions'].map(
              (key) => [`+ events[].positions${key}`, IN_DOCUMENTATION],
            ),
          ),
        },
      ],
    ];
    it.each(cases)('%s', async (name, file, channel, type, differ) => {
      const { frames } = await emitted();
      const fixture = items(`${file}/nautilus.jsonl`).get(name);
      expect(differences(frameOf(frames, channel, type), fixture)).toEqual(Object.keys(differ).sort());
    });

    it('ticker_batch is a ticker without best prices', async () => {
      const { frames } = await emitted();
      const ticker = items('ws_public/nautilus.jsonl').get('ws_ticker');
      const missing = ['best_ask', 'best_ask_quantity', 'best_bid', 'best_bid_quantity'];
      expect(differences(frameOf(frames, 'ticker_batch'), ticker)).toEqual([
        '- client_id',
        ...missing.map((key) => `- events[].tickers[].${key}`),
      ]);
    });

    it('status lists products as its page does', async () => {
      const { frames } = await emitted();
      expect(eventOf(frameOf(frames, 'status'))).toEqual({
        type: 'snapshot',
        products: [
          {
            product_type: 'SPOT',
            id: PRODUCT,
            base_currency: 'BTC',
            quote_currency: 'USDT',
            base_increment: '0.00000001',
            quote_increment: '0.01',
            display_name: 'BTC/USDT',
            status: 'online',
            status_message: '',
            min_market_funds: '1',
          },
        ],
      });
    });
  });

  describe('bodies', () => {
    const newerOrder = (path: string): Differences => ({
      [`+ ${path}.attached_order_configuration`]: NEWER,
      [`+ ${path}.edit_history`]: NEWER,
      [`~ ${path}.fee: text, fixture decimal text`]: 'deprecated, and empty in published replies',
    });
    const ofOrders = (...paths: readonly string[]): Differences =>
      Object.fromEntries(
        paths.map((path) => [`+ orders[].order_configuration.${path}`, 'of an order that the example lacks']),
      );
    const switches = ['reduce_only', 'rfq_disabled', 'rfq_enabled'].map((name) => [
      `+ orders[].order_configuration.market_market_ioc.${name}`,
      NEWER,
    ]);
    const cases: readonly [name: string, file: string, target: string, differ: Differences][] = [
      ['http_product', 'rest_public', `${V3}/products/${PRODUCT}`, { '+ high_24h': NEWER, '+ low_24h': NEWER }],
      ['http_product_book', 'rest_public', `${V3}/product_book?product_id=${PRODUCT}`, {}],
      ['http_ticker', 'rest_public', `${V3}/products/${PRODUCT}/ticker`, {}],
      ['http_accounts', 'rest_private', `${V3}/accounts`, { '+ accounts[].platform': NEWER }],
      [
        'http_order',
        'rest_private',
        `${V3}/orders/historical/{id}`,
        { ...newerOrder('order'), '~ order.last_fill_time: null, fixture text': 'not filled yet' },
      ],
      [
        'http_orders_list',
        'rest_private',
        `${V3}/orders/historical/batch`,
        {
          ...newerOrder('orders[]'),
          ...ofOrders('sor_limit_ioc', 'sor_limit_ioc.base_size', 'sor_limit_ioc.limit_price'),
          ...Object.fromEntries(switches),
        },
      ],
    ];
    it.each(cases)('%s', async (name, file, target, differ) => {
      const { bench } = await emitted();
      const list = await bench.call('GET', `${V3}/orders/historical/batch?order_status=OPEN`);
      const [{ order_id: id } = {}] = list.body.orders as Json[];
      const { body } = await bench.call('GET', target.replace('{id}', String(id)));
      expect(differences(body, items(`${file}/nautilus.jsonl`).get(name))).toEqual(Object.keys(differ).sort());
    });

    it('the list of products is as recorded', async () => {
      const { bench } = await emitted();
      const { body } = await bench.request('GET', `${V3}/market/products`);
      const recording = readJson<{ body: Json }>(folder('rest_public/advtrade_products_2026.json')).body;
      expect(differences(body, recording)).toEqual([]);
    });

    it('errors are as recorded', async () => {
      const { bench } = await emitted();
      const [recording] = readJsonl<{ http: number; body: string }>(folder('rest_errors/bodies.jsonl'));
      const answer = await bench.call('GET', `${V3}/products/NO-SUCH`);
      expect(answer).toMatchObject({ status: recording?.http, text: recording?.body });
    });
  });
});
