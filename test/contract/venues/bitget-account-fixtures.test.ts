/** What the fixtures hold of Bitget's private side: each push and body becomes the right value, or stands here with the
 *  reason why it is not used. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isObject, type Json, objectsOf, parseObject, textOf } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { GatewayEvent } from '../../../src/core/order.ts';
import { itemsOf, readBalance, readFeeRates, readFill, readOrder } from '../../../src/venues/bitget/orders.ts';
import { readPermissions } from '../../../src/venues/bitget/permissions.ts';
import { PushReader } from '../../../src/venues/bitget/pushes.ts';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';
import {
  batch,
  checkBodies,
  checkListed,
  dataOf,
  futures,
  ignored,
  leftOut,
  type Named,
  notOurs,
  type Reading,
  trigger,
  unified,
} from './bitget-readings.ts';

describeWithFixtures('bitget private pushes', (root) => {
  const rows = readJsonl<Named>(join(root, 'bitget/ws_private/jkorf.jsonl'));
  const pushed = (name: string): GatewayEvent[] => {
    const events: GatewayEvent[] = [];
    const reader = new PushReader((event) => events.push(event), silentLog);
    reader.learn('111', 'known');
    const row = rows.find((entry) => entry.name === name);
    for (const { dir, text } of row?.steps ?? []) {
      const frame = dir === 'server_update' ? parseObject(text) : undefined;
      if (frame === undefined || !isObject(frame.arg)) continue;
      reader.read(textOf(frame.arg, 'channel'), objectsOf(frame, 'data'));
    }
    return events;
  };
  const order = { clientId: '1', venueOrderId: '1', symbol: 'BTCUSDT', side: 'buy' };
  const fill = { clientId: 'known', venueOrderId: '111', symbol: 'BTCUSDT', side: 'buy', size: '0.0006', maker: true };
  const seen = (name: string, events: readonly object[]) => () => expect(pushed(name)).toEqual(events);
  const readings: Record<string, Reading> = {
    'Subscriptions/Futures/Balance': futures,
    'Subscriptions/Futures/Equity': futures,
    'Subscriptions/Futures/Order': futures,
    'Subscriptions/Futures/PositionClose': futures,
    'Subscriptions/Futures/UserTrade': futures,
    'Subscriptions/Spot/Order': seen('Subscriptions/Spot/Order', [
      {
        kind: 'LegFilled',
        fill: {
          ...order,
          tradeId: '1',
          price: '26256.0',
          size: '0.0003',
          fee: '0.00000018',
          feeAsset: 'BTC',
          maker: false,
          venueAt: 1_695_797_773_286,
        },
      },
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0.0003', venueAt: 1_695_797_773_326 } },
    ]),
    'Subscriptions/Spot/TriggerOrder': trigger,
    'Subscriptions/Spot/UserTrade': seen('Subscriptions/Spot/UserTrade', [
      {
        kind: 'LegFilled',
        fill: {
          ...fill,
          tradeId: '111',
          price: '42740.41',
          fee: '0.01538655',
          feeAsset: 'USDT',
          venueAt: 1_703_580_202_094,
        },
      },
      {
        kind: 'LegFilled',
        fill: {
          ...fill,
          tradeId: '222',
          price: '42741.46',
          fee: '0.01538693',
          feeAsset: 'USDT',
          venueAt: 1_703_580_202_094,
        },
      },
    ]),
    'Subscriptions/Unified/FastUserTrade': unified,
    'Subscriptions/Unified/Order': unified,
    'Subscriptions/Unified/Position': unified,
    'Subscriptions/Unified/StrategyOrder': unified,
  };

  it('are all listed here', () => checkListed(rows, readings));
  it.each(Object.keys(readings))('%s', (name) => {
    const reading = readings[name];
    if (typeof reading === 'function') reading('');
    // Channels that are not subscribed say nothing; those of futures bear the names of ours.
    else if (!name.includes('/Futures/')) expect(pushed(name)).toEqual([]);
  });
});

describeWithFixtures('bitget private REST bodies', (root) => {
  const rows = readJsonl<Named>(join(root, 'bitget/rest_private/jkorf.jsonl'));
  const readings: Record<string, Reading> = {
    'Spot/Account/GetAccountInfo': (text) =>
      expect(readPermissions(dataOf(text))).toEqual({
        canRead: true,
        canTrade: true,
        canWithdraw: false,
        ipRestricted: true,
      }),
    'Spot/Account/GetFundingBalances': ignored('the funding account cannot trade'),
    'Spot/Account/GetSpotBalances': (text) =>
      expect(itemsOf(dataOf(text)).map(readBalance)).toEqual([{ asset: 'USDT', free: '0', locked: '0' }]),
    'Spot/Account/GetTradeFee': (text) =>
      expect(readFeeRates(dataOf(text) as Json)).toEqual({ taker: '0.0006', maker: '0.0002' }),
    'Spot/Account/SetBgbDeductEnabled': notOurs,
    'Spot/Trading/CancelMultipleOrders': batch,
    'Spot/Trading/CancelOrdersBySymbol': batch,
    'Spot/Trading/CancelReplaceMultipleOrders': batch,
    'Spot/Trading/CancelTriggerOrder': trigger,
    'Spot/Trading/GetOpenTriggerOrders': trigger,
    'Spot/Trading/GetOrder': (text) =>
      expect(itemsOf(dataOf(text)).map(readOrder)).toEqual([
        {
          clientId: '1-2-1-2-1',
          venueOrderId: '121211212122',
          symbol: 'TRXUSDT',
          side: 'buy',
          status: 'filled',
          filled: '142.9015000000000000',
          venueAt: 1_690_196_141_868,
        },
      ]),
    'Spot/Trading/GetTriggerSubOrders': trigger,
    'Spot/Trading/GetUserTrades': (text) =>
      expect(itemsOf(dataOf(text)).map(readFill)).toEqual([
        {
          clientId: '',
          venueOrderId: '12345678910',
          tradeId: '12345678910',
          symbol: 'BTCUSDT',
          side: 'buy',
          price: '13000',
          size: '0.0007',
          fee: '0.0000007',
          feeAsset: 'BTC',
          maker: false,
          venueAt: 1_695_865_233_027,
        },
      ]),
    'Spot/Trading/PlaceMultipleOrders': batch,
    ...leftOut(rows, 'Futures/', futures),
    ...leftOut(rows, 'Unified/', unified),
  };

  checkBodies(rows, readings);
});
