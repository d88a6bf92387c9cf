/** Private frames and bodies that others collected: each is read into what it says, or left out for a stated reason. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Json, parseObject } from '../../../src/core/json.ts';
import type { GatewayEvent } from '../../../src/core/order.ts';
import { readBalances, readFeeRates, readFill, readOrder } from '../../../src/venues/bybit/orders.ts';
import { readPermissions } from '../../../src/venues/bybit/permissions.ts';
import { PushReader } from '../../../src/venues/bybit/pushes.ts';
import { answerOf, pageOf, readReply } from '../../../src/venues/bybit/rest.ts';
import { privateScript, tradeScript } from '../../../src/venues/bybit/session.ts';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';
import { listing } from '../../unit/venues/bybit-fakes.ts';

interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

const script = { url: 'ws://x', auth: () => '{}', clean: <T>(error: T): T => error };

describeWithFixtures('bybit private pushes', (root) => {
  const path = (file: string) => join(root, `bybit/ws_private/${file}.jsonl`);

  /** What a frame becomes, with every order and execution in it taken for one of spot if `asSpot`: nearly all examples of
   *  the documentation are of contracts, whose items have the same keys. */
  function pushed(frame: Json, asSpot: boolean): { events: GatewayEvent[]; warned: number } {
    const events: GatewayEvent[] = [];
    let warned = 0;
    const log = { debug() {}, info() {}, error() {}, warn: () => warned++ };
    const reader = new PushReader((event) => events.push(event), [listing], log);
    const data =
      asSpot && Array.isArray(frame.data) ? frame.data.map((item) => ({ ...item, category: 'spot' })) : frame.data;
    reader.read({ ...frame, data });
    return { events, warned };
  }

  const frames = new Map<string, Json>();
  for (const [index, frame] of readJsonl<Json>(path('gct_wsAuth')).entries())
    frames.set(`gct ${index} ${frame.topic}`, frame);
  for (const { name, text } of readJsonl<Named>(path('nautilus'))) frames.set(name, parseObject(text ?? '') as Json);
  for (const { name, steps = [] } of readJsonl<Named>(path('jkorf'))) {
    const update = steps.find(({ dir }) => dir === 'server_update')?.text ?? '';
    frames.set(name.replace('Subscriptions/V5/Private/', ''), parseObject(update) as Json);
  }

  /** As it is; and with its items taken for spot. */
  const nothing = { asIs: [] as string[] };
  const expected: Record<string, { asIs: string[]; asSpot?: string[]; reason?: string }> = {
    'gct 0 position': { ...nothing, reason: 'positions are not subscribed to' },
    'gct 1 order': { ...nothing, asSpot: ['OrderUpdated'], reason: 'an option' },
    'gct 2 wallet': { asIs: ['BalancesChanged'], asSpot: ['BalancesChanged'] },
    'gct 3 greeks': { ...nothing, reason: 'options; not subscribed to' },
    'gct 4 execution': {
      ...nothing,
      reason: 'a contract; as spot, its fee would have no asset: its symbol is not traded',
    },
    'gct 5 order': { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    'gct 6 wallet': { asIs: ['BalancesChanged'], asSpot: ['BalancesChanged'] },
    ws_account_execution: { ...nothing, asSpot: ['LegFilled'], reason: 'a contract' },
    ws_account_order: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_buy_stop_market: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_filled: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_limit_if_touched: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_sell_market_if_touched: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_stop_limit: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_stop_loss: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_order_take_profit: { ...nothing, asSpot: ['OrderUpdated'], reason: 'a contract' },
    ws_account_position: { ...nothing, reason: 'positions are not subscribed to' },
    ws_account_wallet_locked_exceeds_total: { asIs: ['BalancesChanged'], asSpot: ['BalancesChanged'] },
    ws_account_wallet_small_order: { asIs: ['BalancesChanged'], asSpot: ['BalancesChanged'] },
    Balance: { asIs: ['BalancesChanged'], asSpot: ['BalancesChanged'] },
    SpreadUserTrade: { ...nothing, reason: 'spread trading has topics of its own, not subscribed to' },
  };

  it('are all known', () => expect([...frames.keys()].sort()).toEqual(Object.keys(expected).sort()));

  it.each(Object.entries(expected))('%s', (name, { asIs, asSpot = [] }) => {
    const frame = frames.get(name) as Json;
    expect(pushed(frame, false).events.map((event) => event.kind)).toEqual(asIs);
    const taken = pushed(frame, true);
    expect(taken.events.map((event) => event.kind)).toEqual(asSpot);
    // What should have been read and was not, was told.
    expect(taken.warned).toBe(name === 'gct 4 execution' ? 1 : 0);
  });

  it('are read exactly', () => {
    const events = (name: string) => pushed(frames.get(name) as Json, true).events;
    expect(events('ws_account_execution')).toEqual([
      {
        kind: 'LegFilled',
        fill: {
          clientId: 'test-order-link-001',
          venueOrderId: '9aac161b-8ed6-450d-9cab-c5cc67c21784',
          tradeId: '0ab1bdf7-4219-438b-b30a-32ec863018f7',
          symbol: 'BTCUSDT',
          side: 'sell',
          price: '95900.1',
          size: '0.5',
          fee: '26.3725275',
          feeAsset: 'USDT',
          maker: false,
          venueAt: 1_746_270_400_353,
        },
      },
    ]);
    expect(events('ws_account_order')).toEqual([
      {
        kind: 'OrderUpdated',
        report: {
          clientId: 'client-1',
          venueOrderId: 'abcdef123456',
          symbol: 'BTCUSDT',
          side: 'buy',
          status: 'cancelled',
          filled: '0',
          venueAt: 1_700_000_005_000,
        },
      },
    ]);
    expect(events('Balance')).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'BTC', free: '0.00102964', locked: '0' }] },
    ]);
    expect(events('ws_account_wallet_small_order')).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'USDT', free: '51283.79743837', locked: '50.028' }] },
    ]);
    // More is held than is there: nothing is free.
    expect(events('ws_account_wallet_locked_exceeds_total')).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'USDT', free: '0', locked: '120' }] },
    ]);
    const [wallet] = events('gct 2 wallet');
    expect(wallet?.kind === 'BalancesChanged' ? wallet.balances.length : 0).toBeGreaterThan(5);
  });
});

describeWithFixtures('bybit log-ons, subscriptions and answers to orders', (root) => {
  const path = (file: string) => join(root, `bybit/${file}.jsonl`);
  const control = readJsonl<Named>(path('ws_control_and_order_entry/nautilus'));
  const text = (name: string): string => control.find((row) => row.name === name)?.text ?? '';

  it('are understood by the private socket', () => {
    const { read } = privateScript(script);
    const steps = readJsonl<Named>(path('ws_private/jkorf')).flatMap(({ steps: all = [] }) =>
      all.filter(({ dir }) => dir === 'server').map((step) => read(step.text).kind),
    );
    expect(steps).toEqual(['Say', 'Ready', 'Say', 'Ready']);
    expect(read(text('ws_auth_success')).kind).toBe('Say');
    expect(read(text('ws_auth_failure'))).toEqual({
      kind: 'Refused',
      error: { class: 'auth', code: '10003', message: 'Invalid apikey' },
    });
  });

  it('are understood by the trade socket', () => {
    const { read } = tradeScript(script, 'order-req-');
    expect(read(text('ws_auth_success'))).toEqual({ kind: 'Ready' });
    expect(read(text('ws_auth_failure'))).toMatchObject({ kind: 'Refused', error: { class: 'auth', code: '10003' } });
    const step = read(text('ws_order_response'));
    expect(step).toMatchObject({ kind: 'Answer', id: '001' });
    expect(step.kind === 'Answer' ? answerOf(step.frame) : step).toEqual({
      ok: true,
      value: { orderId: '1726025498520715008', orderLinkId: 'client-order-1' },
    });
    const [jkorf] = readJsonl<Named>(path('ws_control_and_order_entry/jkorf'));
    const kinds = (jkorf?.steps ?? [])
      .filter(({ dir }) => dir !== 'client')
      .map((each) => tradeScript(script, '|').read(each.text));
    expect(kinds).toMatchObject([{ kind: 'Ready' }, { kind: 'Answer', id: '2|' }]);
  });

  it('are all read', () => {
    expect(control.map(({ name }) => name).sort()).toEqual(['ws_auth_failure', 'ws_auth_success', 'ws_order_response']);
  });
});

describeWithFixtures('bybit private REST bodies', (root) => {
  const result = (text: string): Json => {
    const reply = readReply({ status: 200, headers: {}, body: Buffer.from(text) });
    if (!reply.ok) throw new Error(`refused: ${reply.error.code}`);
    return reply.value;
  };
  const items = (text: string): readonly Json[] => pageOf(result(text)).items;
  const ignored = (reason: string) => ({ ignored: reason });
  const notSpot = ignored('positions, loans, margin and other products are not used on spot');
  const notOurs = ignored('the gateway does not ask for it');

  const readings: Record<string, ((text: string) => void) | { readonly ignored: string }> = {
    'Account/AddOrReduceMargin': notSpot,
    'Account/ConfirmSmallBalancesQuote': notOurs,
    'Account/DeleteApiKey': notOurs,
    'Account/EditApiKey': notOurs,
    'Account/GetAnalysisTradeInfo': notOurs,
    'Account/GetApiKeyInfo': (text) =>
      expect(readPermissions(result(text))).toEqual({
        canRead: true,
        canTrade: true,
        canWithdraw: false,
        ipRestricted: false,
      }),
    'Account/GetAssetOverview': notOurs,
    'Account/GetBalances': (text) =>
      expect(items(text).flatMap(readBalances)).toEqual([{ asset: 'BTC', free: '0', locked: '0' }]),
    'Account/GetBorrowHistory': notSpot,
    'Account/GetCollateralInfo': notSpot,
    'Account/GetFeeRate': (text) =>
      expect(readFeeRates(result(text), 'ETHUSDT')).toEqual({ taker: '0.0006', maker: '0.0001' }),
    'Account/GetMarginAccountInfo': notOurs,
    'Account/GetSmallBalanceAssets': notOurs,
    'Account/GetSmallBalancesExchangeHistory': notOurs,
    'Account/GetSpotMarginAutoRepayMode': notSpot,
    'Account/GetSpotMarginInterestRateHistory': notSpot,
    'Account/GetSpotMarginStatusAndLeverage': notSpot,
    'Account/GetTransactionHistory': notOurs,
    'Account/SetCollateralAsset': notSpot,
    'Account/SetLeverage': notSpot,
    'Account/SetMultipleCollateralAssets': notSpot,
    'Account/SetPriceLimitBehavior': notOurs,
    'Account/SetRiskLimit': notSpot,
    'Account/SetSpotMarginAutoRepayMode': notSpot,
    'Account/SetSpotMarginTradeMode': notSpot,
    'Account/SetTakeProfitStopLossMode': notSpot,
    'Account/SwitchCrossIsolatedMargin': notSpot,
    'Trading/CancelAllOrder': notOurs,
    'Trading/CancelAllSpreadOrders': notSpot,
    'Trading/CancelMultipleOrders': notOurs,
    'Trading/GetClosedProfitLoss': notSpot,
    'Trading/GetClosedSpreadOrders': notSpot,
    'Trading/GetDeliveryHistory': notSpot,
    'Trading/GetLeverageTokenOrderHistory': notSpot,
    'Trading/GetOrderHistory': (text) => {
      expect(items(text).map(readOrder)).toMatchObject([
        { clientId: 'YLxaWKMiHU', status: 'cancelled', filled: '0.000', side: 'buy', venueAt: 1_684_476_068_372 },
      ]);
      expect(pageOf(result(text)).cursor).toBe('page_token=39380&');
    },
    'Trading/GetOrders': (text) =>
      expect(items(text).map(readOrder)).toMatchObject([{ clientId: 'test-000005', status: 'open', filled: '0.00' }]),
    'Trading/GetUserTrades': (text) =>
      expect(items(text).map((item) => readFill(item, { ...listing, symbol: 'ETHPERP', base: 'ETH' }))).toEqual([
        {
          clientId: '',
          venueOrderId: '8c065341-7b52-4ca9-ac2c-37e31ac55c94',
          tradeId: 'e0cbe81d-0f18-5866-9415-cf319b5dab3b',
          symbol: 'ETHPERP',
          side: 'buy',
          price: '1190.15',
          size: '0.1',
          fee: '0.071409',
          feeAsset: 'ETH',
          maker: false,
          venueAt: 1_672_282_722_429,
        },
      ]),
    'Trading/PlaceMultipleOrders': notOurs,
    'Trading/PlaceSpreadOrder': notSpot,
    'Trading/PurchaseLeverageToken': notSpot,
    'Trading/SetTradingStop': notSpot,
    http_get_account_info: notOurs,
    http_get_fee_rate: (text) =>
      expect(readFeeRates(result(text), 'SOLUSDT')).toEqual({ taker: '0.00075', maker: '0.00025' }),
    http_get_orders_history: (text) =>
      expect(items(text).map(readOrder)).toMatchObject([{ clientId: 'client-1', status: 'cancelled' }]),
    http_get_positions: notSpot,
    http_get_positions_with_open_time: notSpot,
    http_get_user_query_api: notOurs,
    http_get_user_sub_members: notOurs,
    http_get_wallet_balance: (text) =>
      expect(items(text).flatMap(readBalances)).toEqual([
        { asset: 'BTC', free: '0', locked: '0' },
        { asset: 'USDT', free: '1000.5', locked: '0' },
        { asset: 'ETH', free: '0', locked: '0' },
      ]),
    http_get_wallet_balance_spot_short: (text) =>
      expect(items(text).flatMap(readBalances)).toMatchObject([{ asset: 'ETH', free: '0' }, { asset: 'USDT' }]),
    http_get_wallet_balance_with_spot_borrow: (text) =>
      expect(items(text).flatMap(readBalances)).toEqual([{ asset: 'USDT', free: '1000', locked: '0' }]),
  };
  const bodies = ['jkorf', 'nautilus'].flatMap((file) =>
    readJsonl<Named>(join(root, `bybit/rest_private/${file}.jsonl`)).map(
      ({ name, text, response }) => [name.replace('V5Api/', ''), text ?? response ?? ''] as const,
    ),
  );

  it('are all known', () => expect(bodies.map(([name]) => name).sort()).toEqual(Object.keys(readings).sort()));

  it.each(bodies.filter(([name]) => typeof readings[name] === 'function'))('%s is read', (name, text) => {
    (readings[name] as (text: string) => void)(text);
  });

  it('without a reading are no refusals either', () => {
    for (const [name, text] of bodies.filter(([each]) => typeof readings[each] !== 'function')) {
      expect(() => result(text), name).not.toThrow();
    }
  });
});
