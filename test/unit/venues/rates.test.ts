/** The venues' rate limits as data, and their own word on them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, type RateHeaders, type RateReading } from '../../../src/core/rate-limits.ts';
import { readRateRows } from '../../../src/venues/binance/rates.ts';
import { readRateFrame as readBybit } from '../../../src/venues/bybit/rates.ts';
import { readRateFrame as readGate } from '../../../src/venues/gate/rates.ts';
import { readRateFrame as readKucoin } from '../../../src/venues/kucoin/rates.ts';
import { descriptorOf, venueRegistry } from '../../../src/venues/registry.ts';

const VENUES = [...venueRegistry.values()];

describe.each(VENUES.map((venue) => [venue.id, venue] as const))('the limits of %s', (id, { rateLimits, stream }) => {
  const { buckets, connections } = rateLimits;

  it('have names of their own, sizes, and a page that says so', () => {
    expect(new Set(buckets.map(({ name }) => name)).size).toBe(buckets.length);
    for (const { name, capacity, weights, source } of buckets) {
      expect(capacity).toBeGreaterThan(0);
      // Kraken's gateway tells what its questions added.
      const told = id === 'kraken' && name === 'calls' ? ['query', 'recentFills'] : [];
      for (const [operation, weight] of Object.entries(weights)) {
        if (told.includes(operation)) expect(weight).toBe(0);
        else expect(weight).toBeGreaterThan(0);
      }
      expect(Object.values(weights).length).toBeGreaterThan(0);
      expect(source).toMatch(/^https:\/\//);
    }
    expect(connections?.count).toBeGreaterThan(0);
    expect(connections?.source).toMatch(/^https:\/\//);
  });

  it('stand in the documentation', () => {
    const page = readFileSync(new URL('../../../docs/RATE_LIMITS.md', import.meta.url), 'utf8');
    const rows = page.split('\n');
    for (const { name, capacity, weights } of buckets) {
      const costs = Object.entries(weights).map(([operation, weight]) => `${operation} ${weight}`);
      const row = rows.find((line) => line.startsWith(`| ${id} | ${name} | ${capacity} |`));
      expect(row, `${id} ${name}`).toMatch(new RegExp(`\\| ${costs.join(', ')} \\|$`));
    }
    expect(page).toContain(
      `| ${id} | ${connections?.count} in ${(connections?.windowMs ?? 0) / 1000} s | ${rateLimits.banStops} |`,
    );
  });

  it('say of every operation what it costs', () => {
    const booksByRest = stream.rule.snapshotFrom === 'rest';
    const asked = OPERATIONS.filter((name) => name !== 'snapshot' || booksByRest);
    expect(asked.filter((name) => !buckets.some(({ weights }) => weights[name] !== undefined))).toEqual([]);
  });

  it('leave half of themselves beside the books that a feed fetches anew in its worst minute', () => {
    for (const { rule, capacity, weights } of buckets) {
      const perMinute = rule.kind === 'decay' ? rule.perSecond * 60 : (capacity * 60_000) / rule.windowMs;
      expect((weights.snapshot ?? 0) * 60).toBeLessThanOrEqual(perMinute / 2);
    }
  });
});

const headersOf = (venue: string, path: string, headers: RateHeaders): readonly RateReading[] =>
  descriptorOf(venue, []).rateLimits.readHeaders?.(path, headers) ?? [];

describe('headers that tell how a limit stands', () => {
  it.each<[venue: string, path: string, headers: RateHeaders, readings: readonly RateReading[]]>([
    [
      'binance',
      '/api/v3/order',
      {
        'x-mbx-used-weight': '9',
        'x-mbx-used-weight-1m': '12',
        'x-mbx-order-count-10s': '3',
        'x-mbx-order-count-1d': '40',
      },
      [
        { bucket: 'weight', used: 12 },
        { bucket: 'orders-10s', used: 3 },
        { bucket: 'orders-day', used: 40 },
      ],
    ],
    ['bybit', '/v5/order/realtime', { 'x-bapi-limit-status': '49' }, [{ bucket: 'open-orders', left: 49 }]],
    ['bybit', '/v5/market/time', { 'x-bapi-limit-status': '49' }, []],
    [
      'kucoin',
      '/api/v1/hf/orders/client-order/a',
      { 'gw-ratelimit-remaining': '3998' },
      [{ bucket: 'spot', left: 3998 }],
    ],
    ['kucoin', '/api/v1/accounts', { 'gw-ratelimit-remaining': '7' }, [{ bucket: 'management', left: 7 }]],
    ['kucoin', '/api/v2/symbols', { 'gw-ratelimit-remaining': '7' }, [{ bucket: 'public', left: 7 }]],
    ['gate', '/api/v4/spot/accounts', { 'x-gate-ratelimit-requests-remain': '0' }, [{ bucket: 'accounts', left: 0 }]],
    ['bitget', '/api/v2/spot/trade/place-order', { 'x-mbx-used-remain-limit': '4' }, [{ bucket: 'orders', left: 4 }]],
    ['okx', '/api/v5/trade/order', { 'x-anything': '4' }, []],
  ])('%s %s', (venue, path, headers, readings) => {
    expect(headersOf(venue, path, headers)).toEqual(readings);
    const unreadable = Object.fromEntries(Object.keys(headers).map((name) => [name, ['', 'x', '-1'][name.length % 3]]));
    expect(headersOf(venue, path, unreadable)).toEqual([]);
    expect(headersOf(venue, path, {})).toEqual([]);
  });
});

describe('answers of sockets that tell it', () => {
  it('binance: rows of types and intervals', () => {
    const rateLimits = [
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 5 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200000, count: 6 },
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 70 },
      { rateLimitType: 'CONNECTIONS', interval: 'MINUTE', intervalNum: 5, limit: 300, count: 1 },
      { rateLimitType: 'ORDERS', interval: 'DAY', count: '7' },
    ];
    expect(readRateRows({ id: 1, status: 200, rateLimits })).toEqual([
      { bucket: 'orders-10s', used: 5 },
      { bucket: 'orders-day', used: 6 },
      { bucket: 'weight', used: 70 },
    ]);
    expect(readRateRows({ id: 1, status: 200 })).toEqual([]);
  });

  it('bybit: a header inside the frame', () => {
    expect(readBybit({ op: 'order.create', header: { 'X-Bapi-Limit-Status': '19' } })).toEqual([
      { bucket: 'orders', left: 19 },
    ]);
    expect(readBybit({ op: 'auth', header: { 'X-Bapi-Limit-Status': '19' } })).toEqual([]);
    expect(readBybit({ op: 'order.create' })).toEqual([]);
  });

  it('kucoin: a limit beside the data, under either name', () => {
    const told = [{ bucket: 'spot', left: 3990 }];
    expect(readKucoin({ rateLimit: { limit: 4000, reset: 100, remaining: 3990 } })).toEqual(told);
    expect(readKucoin({ userRateLimit: { limit: 4000, reset: 100, remaining: 3990 } })).toEqual(told);
    expect(readKucoin({ id: '1' })).toEqual([]);
  });

  it('gate: of cancels alone', () => {
    const header = { channel: 'spot.order_cancel', x_gate_ratelimit_requests_remain: 3 };
    expect(readGate({ header })).toEqual([{ bucket: 'cancels', left: 3 }]);
    expect(readGate({ header: { ...header, channel: 'spot.order_place' } })).toEqual([]);
    expect(readGate({ header: { channel: 'spot.order_cancel' } })).toEqual([]);
  });
});
