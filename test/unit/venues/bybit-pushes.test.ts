import { afterEach, describe, expect, it } from 'vitest';
import { connected, credentials, executionItem, fakeVenue as newVenue, orderItem } from './bybit-fakes.ts';
import type { FakeVenue } from './okx-fakes.ts';

const open: FakeVenue[] = [];
afterEach(() => {
  for (const venue of open.splice(0)) {
    expect(venue.logged.filter((line) => line.includes(credentials.secret))).toEqual([]);
  }
});
function fakeVenue(): FakeVenue {
  const venue = newVenue();
  open.push(venue);
  return venue;
}

const report = {
  clientId: 'p1e1s1',
  venueOrderId: '1552132392821724672',
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'filled',
  filled: '0.01',
  venueAt: 1_699_764_599_841,
};
const fill = {
  clientId: 'p1e1s1',
  venueOrderId: '1552132392821724672',
  tradeId: '2100000000047469164',
  symbol: 'BTCUSDT',
  side: 'buy',
  price: '60000.00',
  size: '0.010000',
  fee: '0.00001',
  feeAsset: 'BTC',
  maker: false,
  venueAt: 1_699_764_599_837,
};

describe('bybit gateway, pushes', () => {
  const push = (topic: string, ...data: object[]) => ({ id: '1', topic, creationTime: 1_699_764_599_843, data });

  it('tell fills and orders, each as it comes', async () => {
    const { venue, pushes } = await connected(fakeVenue());
    venue.events.length = 0;
    pushes.push(push('execution', executionItem()));
    pushes.push(push('order', orderItem()));
    // Also under the topic of one product, and again: the engine removes repeats by trade id.
    pushes.push(push('execution.spot', executionItem()));
    pushes.push(
      push('order.spot', orderItem({ cancelType: 'CancelByUser', rejectReason: 'EC_OrigClOrdIDDoesNotExist' })),
    );
    expect(venue.events).toEqual([
      { kind: 'LegFilled', fill },
      { kind: 'OrderUpdated', report },
      { kind: 'LegFilled', fill },
      { kind: 'OrderUpdated', report },
    ]);
  });

  it('tell fills that come after the order was cancelled', async () => {
    const { venue, pushes } = await connected(fakeVenue());
    venue.events.length = 0;
    const cancelled = orderItem({ orderStatus: 'PartiallyFilledCanceled', cumExecQty: '0.004' });
    pushes.push(push('order', cancelled));
    pushes.push(push('execution', executionItem({ execQty: '0.004' })));
    expect(venue.events).toMatchObject([
      { kind: 'OrderUpdated', report: { status: 'cancelled', filled: '0.004' } },
      { kind: 'LegFilled', fill: { size: '0.004' } },
    ]);
  });

  it.each([
    ['New', 'open'],
    ['PartiallyFilled', 'open'],
    ['Rejected', 'rejected'],
    ['Cancelled', 'cancelled'],
    ['Deactivated', 'cancelled'],
  ])('take %s for %s', async (orderStatus, status) => {
    const { venue, pushes } = await connected(fakeVenue());
    pushes.push(push('order', orderItem({ orderStatus })));
    expect(venue.events.at(-1)).toMatchObject({ kind: 'OrderUpdated', report: { status } });
  });

  it.each([
    ['the bought asset', { feeCurrency: 'BTC' }, 'BTC', '0.00001'],
    ['the sold asset', { feeCurrency: 'USDT', side: 'Sell', execFee: '0.6' }, 'USDT', '0.6'],
    ['a third asset', { feeCurrency: 'MNT', execFee: '0.00242968' }, 'MNT', '0.00242968'],
    ['a buy that does not say', { feeCurrency: '' }, 'BTC', '0.00001'],
    ['a sale that does not say', { feeCurrency: undefined, side: 'Sell' }, 'USDT', '0.00001'],
    ['a rebate that does not say', { feeCurrency: '', isMaker: true, execFee: '-0.2' }, 'USDT', '-0.2'],
    ['a tax in the same asset', { extraFees: [{ feeCoin: 'BTC', fee: '0.000002' }] }, 'BTC', '0.000012'],
    ['a tax in another asset', { extraFees: [{ feeCoin: 'IDR', fee: '2' }] }, 'BTC', '0.00001'],
  ])('book the fee of %s', async (_, change, feeAsset, fee) => {
    const { venue, pushes } = await connected(fakeVenue());
    pushes.push(push('execution', executionItem(change)));
    expect(venue.events.at(-1)).toMatchObject({ kind: 'LegFilled', fill: { fee, feeAsset } });
  });

  it('of other products, and of executions that are no trades, are left out', async () => {
    const { venue, pushes } = await connected(fakeVenue());
    venue.events.length = 0;
    pushes.push(push('order', orderItem({ category: 'linear' })));
    pushes.push(push('execution', executionItem({ category: 'linear' }), executionItem({ execType: 'Funding' })));
    pushes.push(push('execution.fast', executionItem()));
    pushes.push(push('position', { category: 'spot' }));
    expect(venue.events).toEqual([]);
    expect(venue.logged.filter((line) => line.includes('no trade'))).toHaveLength(1);
  });

  it('that cannot be read are told', async () => {
    const { venue, pushes } = await connected(fakeVenue());
    venue.events.length = 0;
    pushes.push(push('order', orderItem({ orderStatus: 'Strange' })));
    pushes.push(push('execution', executionItem({ execPrice: '' })));
    pushes.push(push('execution', executionItem({ symbol: 'NOPE', feeCurrency: '' })));
    expect(venue.events).toEqual([]);
    expect(venue.logged.filter((line) => line.includes('unreadable'))).toHaveLength(3);
  });

  it('tell balances', async () => {
    const { venue, pushes } = await connected(fakeVenue());
    pushes.push(push('wallet', { accountType: 'UNIFIED', coin: [{ coin: 'USDT', walletBalance: '5', locked: '1' }] }));
    expect(venue.events.at(-1)).toEqual({
      kind: 'BalancesChanged',
      balances: [{ asset: 'USDT', free: '4', locked: '1' }],
    });
  });
});
