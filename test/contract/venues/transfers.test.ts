/** Whether a base asset can be moved, as each venue says it in a list of its own; and that nothing but this is lost when
 *  that list does not come, or comes otherwise. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import type { HttpPort, HttpReply, HttpRequest } from '../../../src/core/socket.ts';
import type { Endpoints, VenueDescriptor } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import { descriptorOf, venueRegistry } from '../../../src/venues/registry.ts';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';

const OPEN = { deposit: true, withdraw: true };
const CLOSED = { deposit: false, withdraw: false };
const IN_ONLY = { deposit: true, withdraw: false };
const OUT_ONLY = { deposit: false, withdraw: true };

interface Case {
  readonly venue: string;
  readonly pairs: string;
  readonly assets: string;
  /** The list of instruments for bases named A, B and so on. */
  readonly listed: (bases: readonly string[]) => unknown;
  /** Assets in the venue's words, and what they mean. */
  readonly entries: readonly (readonly [entry: Record<string, unknown>, expected: typeof OPEN | undefined])[];
  readonly body: (entries: readonly (readonly [base: string, entry: Record<string, unknown>])[]) => unknown;
  /** A recorded or documented body. */
  readonly documented: string;
}

const kucoin = (...chains: readonly [deposit: unknown, withdraw: unknown][]) => ({
  chains: chains.map(([isDepositEnabled, isWithdrawEnabled]) => ({ isDepositEnabled, isWithdrawEnabled })),
});
const bitget = (...chains: readonly [deposit: unknown, withdraw: unknown][]) => ({
  chains: chains.map(([rechargeable, withdrawable]) => ({ rechargeable, withdrawable })),
});
const gateFlags = (deposit: unknown, withdraw: unknown) => ({ deposit_disabled: deposit, withdraw_disabled: withdraw });

const CASES: readonly Case[] = [
  {
    venue: 'kucoin',
    pairs: '/api/v2/symbols',
    assets: '/api/v3/currencies',
    listed: (bases) => ({
      code: '200000',
      data: bases.map((base) => ({
        symbol: `${base}-USDT`,
        baseCurrency: base,
        quoteCurrency: 'USDT',
        enableTrading: true,
        priceIncrement: '0.1',
        baseIncrement: '0.1',
        baseMinSize: '1',
        baseMaxSize: '10',
      })),
    }),
    entries: [
      [kucoin([true, true]), OPEN],
      [kucoin([true, false], [false, true]), OPEN],
      [kucoin([true, false], [false, false]), IN_ONLY],
      [kucoin([false, true]), OUT_ONLY],
      [kucoin([false, false]), CLOSED],
      [kucoin(), CLOSED],
      [{ chains: null }, undefined],
      [kucoin([true, true], [undefined, true]), undefined],
    ],
    body: (entries) => ({
      code: '200000',
      data: entries.map(([currency, entry]) => ({ currency, ...entry })),
    }),
    documented: '',
  },
  {
    venue: 'bitget',
    pairs: '/api/v2/spot/public/symbols',
    assets: '/api/v2/spot/public/coins',
    listed: (bases) => ({
      code: '00000',
      data: bases.map((base) => ({
        symbol: `${base}USDT`,
        baseCoin: base,
        quoteCoin: 'USDT',
        status: 'online',
        quantityPrecision: '4',
        pricePrecision: '2',
        minTradeAmount: '0',
        minTradeUSDT: '1',
      })),
    }),
    entries: [
      [bitget(['true', 'true']), OPEN],
      [bitget(['true', 'false'], ['false', 'false']), IN_ONLY],
      [bitget(['false', 'true']), OUT_ONLY],
      [bitget(['false', 'false']), CLOSED],
      [bitget(['yes', 'true']), undefined],
      [{}, undefined],
    ],
    body: (entries) => ({ code: '00000', data: entries.map(([coin, entry]) => ({ coin, ...entry })) }),
    documented: 'Spot/ExchangeData/GetAssets',
  },
  {
    venue: 'gate',
    pairs: '/api/v4/spot/currency_pairs',
    assets: '/api/v4/spot/currencies',
    listed: (bases) =>
      bases.map((base) => ({
        id: `${base}_USDT`,
        base,
        quote: 'USDT',
        trade_status: 'tradable',
        amount_precision: 3,
        precision: 2,
      })),
    entries: [
      [gateFlags(false, false), OPEN],
      [gateFlags(true, false), OUT_ONLY],
      [{ ...gateFlags(true, true), chains: [gateFlags(true, true), gateFlags(false, true)] }, IN_ONLY],
      [{ ...gateFlags(false, false), chains: [gateFlags(true, true)] }, CLOSED],
      [{ chains: 'ETH' }, undefined],
      [{}, undefined],
    ],
    body: (entries) => entries.map(([currency, entry]) => ({ currency, ...entry })),
    documented: 'Spot/ExchangeData/GetAssets',
  },
  {
    venue: 'kraken',
    pairs: '/0/public/AssetPairs',
    assets: '/0/public/Assets',
    listed: (bases) => ({
      error: [],
      result: Object.fromEntries(
        bases.map((base) => [
          `${base}USDT`,
          {
            altname: `${base}USDT`,
            wsname: `${base}/USDT`,
            aclass_base: 'currency',
            // REST's own id of the asset, which is not its name.
            base: `X${base}`,
            quote: 'USDT',
            pair_decimals: 1,
            lot_decimals: 8,
            status: 'online',
          },
        ]),
      ),
    }),
    entries: [
      [{ status: 'enabled' }, OPEN],
      [{ status: 'deposit_only' }, IN_ONLY],
      [{ status: 'withdrawal_only' }, OUT_ONLY],
      [{ status: 'funding_temporarily_disabled' }, CLOSED],
      [{ status: 'resting' }, undefined],
      [{}, undefined],
    ],
    body: (entries) => ({ error: [], result: Object.fromEntries(entries.map(([base, entry]) => [`X${base}`, entry])) }),
    documented: 'Spot/ExchangeData/GetAssets',
  },
];

const liveOf = ({ environments }: VenueDescriptor): Endpoints => environments.live as Endpoints;
const ok = (body: unknown): HttpReply => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) });

/** Answers by path; what is not known is a mistake of the caller. */
function httpOf(answers: Readonly<Record<string, () => Promise<HttpReply> | HttpReply>>) {
  const asked: HttpRequest[] = [];
  const http: HttpPort = {
    async request(request) {
      asked.push(request);
      const answer = answers[new URL(request.url).pathname];
      if (answer === undefined) throw new RangeError(`asked for ${request.url}`);
      return answer();
    },
    close() {},
  };
  return { asked, http };
}

const ODD: readonly (readonly [what: string, answer: () => HttpReply])[] = [
  [
    'unreachable',
    () => {
      throw new Fault('venue/unreachable', 'reset');
    },
  ],
  ['a refusal', () => ({ ...ok({}), status: 429 })],
  ['a page', () => ({ ...ok(''), body: Buffer.from('<html>') })],
  ['nothing', () => ({ ...ok(''), body: Buffer.alloc(0) })],
  ...[null, [], {}, 7, [null], { data: null }, { data: [null, 3, []] }, { result: null }, { result: { XA: null } }].map(
    (body): [string, () => HttpReply] => [JSON.stringify(body), () => ok(body)],
  ),
];

describe.each(CASES)('transfers of $venue', ({ venue, pairs, assets, listed, entries, body }) => {
  const descriptor = descriptorOf(venue);
  const bases = entries.map((_, index) => `A${String.fromCharCode(65 + index)}`);
  const answers = {
    [pairs]: () => ok(listed([...bases, 'ZZ'])),
    [assets]: () =>
      ok(body([...entries.map(([entry], index) => [bases[index] ?? '', entry] as const), ['NOTLISTED', {}]])),
  };
  const load = (http: HttpPort, transfers?: boolean) =>
    descriptor.loadListings(liveOf(descriptor), http, transfers === undefined ? {} : { transfers });

  it('are those of the base, on any chain, and absent where the venue does not say', async () => {
    const { http, asked } = httpOf(answers);
    const listings = await load(http, true);
    expect(listings.map(({ base, transfers }) => [base, transfers])).toEqual([
      ...entries.map(([, expected], index) => [bases[index], expected]),
      ['ZZ', undefined],
    ]);
    expect(listings.map((listing) => 'transfers' in listing)).toEqual([
      ...entries.map(([, expected]) => expected !== undefined),
      false,
    ]);
    expect(asked.map(({ url }) => new URL(url).pathname).sort()).toEqual([assets, pairs].sort());
  });

  it('are asked for only where they are wanted', async () => {
    const { http, asked } = httpOf({ [pairs]: answers[pairs] as () => HttpReply });
    for (const listing of await load(http)) expect(listing).not.toHaveProperty('transfers');
    expect(asked).toHaveLength(1);
  });

  it.each(ODD)('cost no listing: %s', async (_, answer) => {
    const plain = await load(httpOf(answers).http);
    expect(await load(httpOf({ ...answers, [assets]: answer }).http, true)).toEqual(plain);
  });

  it('leave refused listings refused', async () => {
    const { http } = httpOf({ ...answers, [pairs]: () => ({ ...ok({}), status: 500 }) });
    await expect(load(http, true)).rejects.toMatchObject({ code: 'venue/refused' });
  });
});

describeWithFixtures('transfers as documented', (root) => {
  it.each(CASES.filter(({ documented }) => documented !== ''))(
    '$venue',
    async ({ venue, pairs, assets, listed, documented }) => {
      const rows = readJsonl<{ name: string; path: string; response: string }>(
        join(root, venue, 'rest_public/jkorf.jsonl'),
      );
      const row = rows.find(({ name }) => name === documented);
      expect(row?.path).toBe(assets);
      const descriptor = descriptorOf(venue);
      const { http } = httpOf({
        // Kraken's XXBT is named XBT there and BTC here; the others' one asset is named as it is.
        [pairs]: () => ok(listed(['BTC', 'GT', 'XBT'])),
        [assets]: () => ok(JSON.parse(row?.response ?? '')),
      });
      const listings = await descriptor.loadListings(liveOf(descriptor), http, { transfers: true });
      expect(listings.filter(({ transfers }) => transfers !== undefined).map(({ transfers }) => transfers)).toEqual([
        OPEN,
      ]);
    },
  );
});

describe('transfers of the simulated exchanges', () => {
  const http = httpClient();
  let sim: RunningSim;
  beforeAll(async () => {
    sim = await runSim({ venues: [...venueRegistry.keys()], seed: 7, market: 'still' });
  });
  afterAll(async () => {
    await sim.close();
    http.close();
  });

  it.each([...venueRegistry.keys()])('%s', async (venue) => {
    const endpoints = sim.ready.venues[venue] as Endpoints;
    const listings = await descriptorOf(venue).loadListings(endpoints, http, { transfers: true });
    expect(listings.length).toBeGreaterThan(0);
    const said = CASES.some((each) => each.venue === venue);
    // Nothing is moved there; only Kraken's exchange says that everything could be.
    const expected = venue === 'kraken' ? OPEN : CLOSED;
    for (const { transfers } of listings) expect(transfers).toEqual(said ? expected : undefined);
  });
});
