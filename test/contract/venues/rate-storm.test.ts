/** Every venue's order entry, as the engine has it, while the venue says that it is asked too often and then that it keeps
 *  us out: what reduces risk goes on where it may, and the venue's own log shows nobody pressing on. */
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { accessTo } from '../../../src/actors/venue-access.ts';
import { pause, systemClock } from '../../../src/core/clock.ts';
import { decimalsOf, formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import type { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway } from '../../../src/core/order.ts';
import type { RateBudget } from '../../../src/core/rate-budget.ts';
import type { VenueDescriptor } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { runSim } from '../../../src/sim/main.ts';
import type { LoggedRequest } from '../../../src/sim/request-log.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';

const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

/** Orders go by REST alone, where a storm meets them as well. */
const ORDERS_BY_REST = ['bitget', 'coinbase'];
/** Asks over its socket what the others ask over REST. */
const QUESTIONS_BY_SOCKET = ['binance'];
/** Has no other word for a ban than for a limit. */
const NO_BAN = ['gate'];
/** A place, a question and a cancel may each meet a refusal once before the lane is closed, a question under way besides. */
const MOST_REFUSED = 5;

interface Stage {
  readonly gateway: Gateway;
  readonly budget: RateBudget;
  readonly faults: Fault[];
  readonly btc: Listing;
  plant(fault: { kind: 'http-429' | 'http-418'; count?: number; durationMs?: number; ms?: number }): void;
  requests(): Promise<readonly LoggedRequest[]>;
  order(share: bigint, more: Partial<BaseOrder>): BaseOrder;
}

async function stageOf(venue: VenueDescriptor): Promise<Stage> {
  const sim = await runSim({ venues: [venue.id], seed: 7, market: 'still' });
  onTestFinished(() => sim.close());
  const endpoints = sim.ready.venues[venue.id];
  if (endpoints === undefined) throw new Error(`${venue.id} is not simulated`);
  const listings = await venue.loadListings(endpoints, http);
  const btc = listings.find(({ instrument }) => instrument === 'BTC-USDT') as Listing;
  const { apiKey, secret, passphrase } = endpoints;
  const faults: Fault[] = [];
  const { gateway, budget } = accessTo(
    venue,
    {
      endpoints,
      credentials: { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) },
      listings,
      sockets,
      http,
      clock,
      log: silentLog,
      onEvent: () => {},
    },
    [],
    (fault) => faults.push(fault),
  );
  await gateway.connect();
  onTestFinished(() => gateway.close());
  let serial = 0;
  return {
    gateway,
    budget,
    faults,
    btc,
    plant: (fault) => void sim.faults.plant({ venue: venue.id, ...fault }),
    requests: async () => {
      const reply = await http.request({ method: 'GET', url: `${sim.ready.control}/requests` });
      return (JSON.parse(reply.body.toString()) as Record<string, LoggedRequest[]>)[venue.id] ?? [];
    },
    order: (share, more) => {
      const scale = decimalsOf(btc.priceTick);
      const tick = parseDecimal(btc.priceTick, scale);
      const bid = parseDecimal(sim.ledger().venues[venue.id]?.tops[btc.instrument]?.bid ?? '0', scale);
      const price = formatDecimal(((bid * share) / 1000n / tick) * tick, scale);
      const clientId = `p1a${(clock.wallMs() % 1e9).toString(36)}${(++serial).toString(36)}`;
      return { clientId, listing: btc, side: 'buy', type: 'limit', tif: 'ioc', price, size: '0.01', ...more };
    },
  };
}

/** A question that goes over REST everywhere. */
const askByRest = (venue: string, { gateway, btc }: Stage): Promise<unknown> =>
  QUESTIONS_BY_SOCKET.includes(venue) ? gateway.feeRates(btc) : gateway.query({ clientId: 'p1aunknown', listing: btc });

/** Questions that can wait do: others go on meanwhile. */
const askedOrWaiting = (venue: string, stage: Stage): Promise<unknown> =>
  Promise.race([askByRest(venue, stage).catch(() => {}), pause(clock, 20)]);

const refusals = (requests: readonly LoggedRequest[]): readonly LoggedRequest[] =>
  requests.filter(({ status, method }) => method !== 'CONNECT' && (status === 429 || status === 418));

describe.each([...venueRegistry.values()].map((venue) => [venue.id, venue] as const))('%s', (id, venue) => {
  afterEach(() => vi.restoreAllMocks());

  it('asks little of a venue that says "too often", and still cancels and unwinds', async () => {
    const stage = await stageOf(venue);
    const { gateway, budget, faults } = stage;
    const resting = stage.order(970n, { tif: 'gtc' });
    expect(await gateway.place(resting)).toMatchObject({ kind: 'acked' });
    const before = refusals(await stage.requests()).length;
    stage.plant({ kind: 'http-429', durationMs: 1_500 });
    const endsAt = clock.wallMs() + 1_500;
    let asked = 0;
    let held = 0;
    const cancels: string[] = [];
    const unwinds: string[] = [];
    while (clock.wallMs() < endsAt) {
      await askedOrWaiting(id, stage);
      const leg = await gateway.place(stage.order(1_002n, { lane: 'open' }));
      if (leg.kind === 'rejected' && leg.error.code === 'not-sent') held++;
      if (asked === 20) cancels.push((await gateway.cancel(resting)).kind);
      if (asked % 20 === 10) unwinds.push((await gateway.place(stage.order(1_002n, { lane: 'reduce' }))).kind);
      asked++;
      await pause(clock, 10);
    }
    expect(asked).toBeGreaterThan(25);
    expect(held).toBeGreaterThan(10);
    const refused = refusals(await stage.requests()).length - before;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(MOST_REFUSED);
    // Once an episode; an answer that comes through in between ends one.
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['venue/rate-limited']));
    expect(faults.length).toBeLessThanOrEqual(MOST_REFUSED);
    if (ORDERS_BY_REST.includes(id)) {
      // The venue refuses these too; they go out as soon as it lets them.
      await vi.waitFor(async () => expect((await gateway.cancel(resting)).kind).toBe('cancelled'), {
        timeout: 15_000,
        interval: 20,
      });
      const unwind = stage.order(1_002n, { lane: 'reduce' });
      expect(await gateway.place(unwind)).toMatchObject({ kind: 'acked' });
    } else {
      expect(cancels).toEqual(['cancelled']);
      expect(new Set(unwinds)).toEqual(new Set(['acked']));
    }
    // And in the end legs as well.
    await vi.waitFor(
      async () => expect(await gateway.place(stage.order(1_002n, { lane: 'open' }))).toMatchObject({ kind: 'acked' }),
      { timeout: 20_000, interval: 20 },
    );
    expect(budget.view().episodes).toBe(faults.length);
  });

  it('sends nothing that a ban forbids before it is over', async () => {
    const stage = await stageOf(venue);
    const { gateway, budget, faults } = stage;
    const resting = stage.order(970n, { tif: 'gtc' });
    expect(await gateway.place(resting)).toMatchObject({ kind: 'acked' });
    // Nothing of that order is asked for any more.
    await pause(clock, 100);
    stage.plant({ kind: 'http-418', count: 1, ms: 2_000 });
    await askByRest(id, stage).catch(() => {});
    const atBan = await stage.requests();
    const bannedAt = atBan.at(-1)?.at ?? 0;
    expect(faults.map(({ code }) => code)).toEqual(['venue/rate-limited']);
    const waitMs = Number(faults[0]?.details.waitMs);
    expect(waitMs).toBeGreaterThan(1_000);
    expect(waitMs).toBeGreaterThanOrEqual(atBan.at(-1)?.retryAfterMs ?? 0);
    const until = Math.min(bannedAt + waitMs, bannedAt + 1_500) - 20;
    const cancels: string[] = [];
    while (clock.wallMs() < until) {
      await askedOrWaiting(id, stage);
      await Promise.race([gateway.balances().catch(() => {}), pause(clock, 20)]);
      if (clock.wallMs() >= until) break;
      expect((await gateway.place(stage.order(1_002n, { lane: 'open' }))).kind).toBe('rejected');
      if (cancels.length < 5) cancels.push((await gateway.cancel(resting)).kind);
      await pause(clock, 20);
    }
    const during = (await stage.requests()).slice(atBan.length).filter(({ at }) => at < until);
    if (NO_BAN.includes(id)) {
      // Only the lane that was refused is closed, and this one lets cancels through.
      expect(cancels[0]).toBe('cancelled');
      expect(during).toEqual([]);
    } else {
      expect(during).toEqual([]);
      const stopsCancels = venue.rateLimits.banStops === 'everything' || ORDERS_BY_REST.includes(id);
      expect(cancels[0]).toBe(stopsCancels ? 'failed' : 'cancelled');
    }
    if (waitMs <= 5_000) {
      await vi.waitFor(async () => expect((await gateway.cancel(resting)).kind).toBe('cancelled'), {
        timeout: 10_000,
        interval: 20,
      });
      expect(clock.wallMs()).toBeGreaterThanOrEqual(bannedAt + waitMs - 20);
    }
    expect(budget.view()).toMatchObject({ episodes: 1 });
  });
});
