import { describe, expect, it } from 'vitest';
import type { BaseOrder, OrderReport, OrderRequest, OrderTraits } from '../../src/core/order.ts';
import { lifeAtVenueMs, rejectedUnsent, unsentRefusal } from '../../src/net/order-traits.ts';
import { OwnOrders } from '../../src/net/own-orders.ts';
import { limitOrder } from './venues/okx-fakes.ts';

const traits: OrderTraits = {
  kinds: ['ioc'],
  selfTrade: { by: 'gateway', ends: 'newest', params: {}, source: 'https://example.com' },
  marketBuys: ['quote'],
  life: { leastMs: 5_000, stepMs: 1_000, source: 'https://example.com' },
};
const order = (change: Partial<BaseOrder> = {}): BaseOrder => ({ ...limitOrder, tif: 'gtc', ...change });
const byQuote = (change: Partial<OrderRequest> = {}): OrderRequest => {
  const { size: _, price: __, ...rest } = order({ type: 'market' });
  return { ...rest, ...change, quoteSize: '100', size: undefined } as OrderRequest;
};

describe('what is not sent', () => {
  it('is a market buy sized as the venue does not, and anything else sized in quote', () => {
    expect(unsentRefusal('here', order({ type: 'market', side: 'buy' }), traits)).toMatchObject({
      class: 'filter',
      code: 'market-buy',
      message: expect.stringMatching(/^here: .*sized in quote, not in base/),
    });
    const both: OrderTraits = { ...traits, marketBuys: ['base', 'quote'] };
    expect(unsentRefusal('here', order({ type: 'market', side: 'buy' }), both)).toBeUndefined();
    expect(unsentRefusal('here', byQuote(), traits)).toBeUndefined();
    expect(unsentRefusal('here', byQuote({ side: 'sell' }), both)).toMatchObject({ code: 'quote-size' });
    expect(unsentRefusal('here', byQuote({ type: 'limit' }), both)).toMatchObject({ code: 'quote-size' });
    expect(unsentRefusal('here', order({ type: 'market', side: 'sell' }), traits)).toBeUndefined();
  });

  it('is answered as a refusal at once', () => {
    const error = { class: 'filter', code: 'x', message: 'y' } as const;
    expect(rejectedUnsent(error, 5 as never)).toEqual({ kind: 'rejected', error, sentAt: 5, ackedAt: 5 });
  });
});

describe('the life that a venue gives an order', () => {
  it('is rounded up to its steps, and never shorter than its least', () => {
    expect(lifeAtVenueMs(order({ lifeMs: 1 }), traits)).toBe(5_000);
    expect(lifeAtVenueMs(order({ lifeMs: 5_001 }), traits)).toBe(6_000);
    expect(lifeAtVenueMs(order({ lifeMs: 7_000 }), traits)).toBe(7_000);
  });

  it('is for orders that rest, at venues that can', () => {
    const { life: _, ...without } = traits;
    expect(lifeAtVenueMs(order(), traits)).toBeUndefined();
    expect(lifeAtVenueMs(order({ lifeMs: 9_000, tif: 'ioc' }), traits)).toBeUndefined();
    expect(lifeAtVenueMs(order({ lifeMs: 9_000, type: 'market' }), traits)).toBeUndefined();
    expect(lifeAtVenueMs(order({ lifeMs: 9_000 }), without)).toBeUndefined();
  });
});

describe('orders of our own that rest', () => {
  const resting = order({ clientId: 'rest', side: 'buy', price: '100.5' });
  const holding = (): OwnOrders => {
    const own = new OwnOrders('here');
    own.sending(resting);
    return own;
  };
  const sale = (price: string): BaseOrder => order({ clientId: 'take', side: 'sell', tif: 'ioc', price });

  it('hold back what would trade with them, at their price or beyond', () => {
    const own = holding();
    expect(own.crossing(sale('100.5'))).toMatchObject({ class: 'filter', code: 'self-trade' });
    expect(own.crossing(sale('99'))?.message).toContain('our own order rest');
    expect(own.crossing(sale('100.51'))).toBeUndefined();
    const { price: _, ...market } = sale('1');
    expect(own.crossing({ ...market, type: 'market' })).toMatchObject({ code: 'self-trade' });
  });

  it('do not mind orders of their side, nor of other instruments', () => {
    const own = holding();
    expect(own.crossing(order({ side: 'buy', price: '101' }))).toBeUndefined();
    const other = { ...sale('99'), listing: { ...resting.listing, symbol: 'ETH-USDT' } };
    expect(own.crossing(other)).toBeUndefined();
  });

  it('are forgotten when they end or never were', () => {
    const report: OrderReport = {
      clientId: 'rest',
      venueOrderId: '1',
      symbol: 'BTC-USDT',
      side: 'buy',
      status: 'open',
      filled: '0',
      venueAt: 0,
    };
    const own = holding();
    own.onReport(report);
    expect(own.crossing(sale('99'))).toBeDefined();
    own.onReport({ ...report, status: 'cancelled' });
    expect(own.crossing(sale('99'))).toBeUndefined();
    const refused = holding();
    refused.gone('rest');
    expect(refused.crossing(sale('99'))).toBeUndefined();
    const taking = new OwnOrders('here');
    taking.sending(order({ tif: 'ioc' }));
    expect(taking.crossing(sale('1'))).toBeUndefined();
  });
});
