/** What every venue passes: its gateway and its market data, as the engine uses them, against its simulator, which was
 *  written apart from it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { decimalsOf, formatDecimal, parseDecimal } from '../../../src/core/decimal.ts';
import { isSame } from '../../../src/core/decimal-text.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Fill, Gateway, GatewayEvent, OrderRef, OrderRequest } from '../../../src/core/order.ts';
import { type MarketAccess, type VenueDescriptor, withMarketData } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import type { FaultRequest } from '../../../src/sim/fault-requests.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { type RunningSim, runSim } from '../../../src/sim/main.ts';
import type { SimPermissions } from '../../../src/sim/permissions.ts';
import { SIM_VENUES } from '../../../src/sim/venues/registry.ts';
import type { KeyKind } from '../../../src/sim/wire-port.ts';
import { LiveFeed } from '../../support/live-feed.ts';

type KeyPart = 'apiKey' | 'secret' | 'passphrase';

/** `duplicate`: a repeated frame of market data changes nothing. */
type Ability = 'fok' | 'market-buy' | 'recentFills' | 'secret' | 'duplicate' | 'permissions' | 'venueClock' | 'deadMan';

export interface Traits {
  /** What the venue does not offer, by test, each with the reason. */
  readonly cannot?: Partial<Record<Ability, string>>;
  /** Troubles of market data that do not reach its rows, each with the reason. */
  readonly unseen?: Partial<Record<FaultRequest['kind'], string>>;
  /** Parts of the credentials that the venue checks; default: key and secret, and the passphrase where it has one. */
  readonly keyParts?: readonly KeyPart[];
  /** The kind of key that the account has. */
  readonly keys?: KeyKind;
  /** How the market data is had, where it is not the kind that needs no key. */
  readonly marketData?: MarketAccess['encoding'];
  /** The symbol that the market data goes by, where orders over REST go by another one (the simulator's specs hold that). */
  readonly symbolOf?: (instrument: string) => string;
  /** Decimals to which the venue's balances are those of the ledger, where it cuts them off before the eighth. */
  readonly balanceDecimals?: number;
  /** Frames that go missing or change places before it must show; 1 where the venue numbers its frames. */
  readonly unnoticed?: number;
}

const wait = { timeout: 10_000, interval: 20 };
const clock = systemClock();
const http = httpClient();
const sockets = wsSockets(clock);

export class Stage {
  readonly venue: VenueDescriptor;
  readonly events: GatewayEvent[] = [];
  readonly logged: string[] = [];
  sim!: RunningSim;
  listings!: readonly Listing[];
  readonly #keys: KeyKind | undefined;
  #serial = 0;

  constructor(venue: VenueDescriptor, keys?: KeyKind) {
    this.venue = venue;
    this.#keys = keys;
  }

  async open(market: string): Promise<void> {
    const keys = this.#keys === undefined ? {} : { keys: this.#keys };
    this.sim = await runSim({ venues: [this.venue.id], seed: 7, market, ...keys });
    this.listings = await this.venue.loadListings(this.endpoints, http);
  }

  get endpoints() {
    const found = this.sim.ready.venues[this.venue.id];
    if (found === undefined) throw new Error(`${this.venue.id} is not simulated`);
    return found;
  }

  get btc(): Listing {
    return this.listings.find((listing) => listing.instrument === 'BTC-USDT') as Listing;
  }

  ledger(): Ledger['venues'][string] {
    const found = this.sim.ledger().venues[this.venue.id];
    if (found === undefined) throw new Error(`${this.venue.id} has no ledger`);
    return found;
  }

  plant(fault: Omit<FaultRequest, 'venue'>): Promise<void> {
    return this.#control('faults', fault);
  }

  permit(permissions: Partial<SimPermissions>): Promise<void> {
    return this.#control('account', { permissions });
  }

  async #control(path: string, request: object): Promise<void> {
    const body = JSON.stringify({ venue: this.venue.id, ...request });
    const reply = await http.request({ method: 'POST', url: `${this.sim.ready.control}/${path}`, body });
    expect(reply.status, reply.body.toString()).toBe(200);
  }

  lift(): void {
    this.sim.faults.lift();
  }

  gateway(change: object = {}): Gateway {
    const { apiKey, secret, passphrase } = this.endpoints;
    const note = (details: object, message: string): void =>
      void this.logged.push(`${message} ${JSON.stringify(details)}`);
    const log: Log = { ...silentLog, debug: note, info: note, warn: note, error: note };
    return this.venue.createGateway({
      endpoints: this.endpoints,
      credentials: { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }), ...change },
      listings: this.listings,
      sockets,
      http,
      clock,
      log,
      onEvent: (event) => void this.events.push(event),
    });
  }

  /** An order that takes what stands there: well beyond the other side, inside the price limits, on the tick. */
  crossing(change: Partial<BaseOrder> = {}): OrderRequest {
    const { btc } = this;
    const side = change.side ?? 'buy';
    const top = this.ledger().tops[btc.instrument];
    const scale = decimalsOf(btc.priceTick);
    const tick = parseDecimal(btc.priceTick, scale);
    const best = parseDecimal((side === 'buy' ? top?.ask : top?.bid) ?? '0', scale);
    const far = side === 'buy' ? best + best / 500n : best - best / 500n;
    const price = formatDecimal((far / tick) * tick, scale);
    const clientId = `p1a${(clock.wallMs() % 1e9).toString(36)}${(++this.#serial).toString(36)}`;
    return { clientId, listing: btc, side, type: 'limit', tif: 'ioc', price, size: '0.01', ...change };
  }

  resting(): OrderRequest {
    const { btc } = this;
    const scale = decimalsOf(btc.priceTick);
    const tick = parseDecimal(btc.priceTick, scale);
    const bid = parseDecimal(this.ledger().tops[btc.instrument]?.bid ?? '0', scale);
    return this.crossing({ tif: 'gtc', price: formatDecimal(((bid * 97n) / 100n / tick) * tick, scale) });
  }

  fillsOf(clientId: string): Fill[] {
    const all = this.events.flatMap((event) =>
      event.kind === 'LegFilled' && event.fill.clientId === clientId ? [event.fill] : [],
    );
    return [...new Map(all.map((fill) => [fill.tradeId, fill])).values()];
  }

  ended(clientId: string) {
    return vi.waitFor(() => {
      const last = this.events.findLast((event) => event.kind === 'OrderUpdated' && event.report.clientId === clientId);
      if (last?.kind !== 'OrderUpdated' || last.report.status === 'open') throw new Error(`${clientId} is not done`);
      return last.report;
    }, wait);
  }

  async close(): Promise<void> {
    await this.sim.close();
  }
}

const numbers = (fills: readonly { price: string; size: string; fee: string; feeAsset: string }[]): string[] =>
  fills.map(({ price, size, fee, feeAsset }) => [Number(price), Number(size), Number(fee), feeAsset].join(' ')).sort();

export function venueContract(venue: VenueDescriptor, traits: Traits = {}): void {
  gatewayContract(venue, traits);
  marketContract(venue, traits);
}

/** A test of what the venue offers, or a note that it does not. */
const ableBy =
  (cannot: NonNullable<Traits['cannot']>) =>
  (what: Ability, name: string, act: () => Promise<void>, timeoutMs?: number): void => {
    const reason = cannot[what];
    if (reason === undefined) it(name, act, timeoutMs);
    else it(`cannot: ${name} (${reason})`, () => expect(reason.length).toBeGreaterThan(10));
  };

/** The venue denies the order, and is not said to have been asked at another time than now. */
async function expectAbsent(gateway: Gateway, order: OrderRef): Promise<void> {
  const before = clock.wallMs();
  const { askedAt = before, ...outcome } = { askedAt: undefined, ...(await gateway.query(order)) };
  expect(outcome).toEqual({ kind: 'absent' });
  expect(askedAt).toBeGreaterThanOrEqual(before);
  expect(askedAt).toBeLessThanOrEqual(clock.wallMs());
}

function gatewayContract(venue: VenueDescriptor, traits: Traits): void {
  const { cannot = {}, keyParts, keys, symbolOf, balanceDecimals = 8 } = traits;
  const able = ableBy(cannot);

  describe(`${venue.id}: the gateway`, () => {
    const stage = new Stage(venue, keys);
    let gateway: Gateway;

    beforeAll(async () => {
      // In another market a venue of dear fees comes apart by more than a crossing order's margin, between look and order.
      await stage.open('still');
      gateway = stage.gateway();
      await gateway.connect();
    });

    afterAll(async () => {
      await gateway.close();
      await stage.close();
    });

    afterEach(() => stage.lift());

    it('lists what is simulated, with ticks, lots and minima', () => {
      const specs = SIM_VENUES.find(({ id }) => id === venue.id)?.instruments ?? [];
      const listed = new Map(stage.listings.map((listing) => [listing.instrument, listing]));
      for (const { id, symbol, tick, lot } of specs) {
        const listing = listed.get(id);
        expect(listing, id).toMatchObject({ venue: venue.id, symbol: symbolOf?.(id) ?? symbol, trading: true });
        expect(isSame(listing?.priceTick ?? '', tick), id).toBe(true);
        expect(isSame(listing?.sizeLot ?? '', lot), id).toBe(true);
      }
    });

    const fills = async (change: Partial<BaseOrder>): Promise<void> => {
      const order = stage.crossing(change);
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      const report = await stage.ended(order.clientId);
      expect(report.status).toBe('filled');
      expect(isSame(report.filled, '0.01')).toBe(true);
      await vi.waitFor(() => expect(stage.fillsOf(order.clientId).length).toBeGreaterThan(0), wait);
      const query = await gateway.query(order);
      expect(query).toMatchObject({ kind: 'found', report: { status: 'filled' } });
      const own = stage.fillsOf(order.clientId);
      if (query.kind === 'found') expect(numbers(query.fills)).toEqual(numbers(own));
      const orderId = own[0]?.venueOrderId;
      expect(orderId).toBeDefined();
      const truth = stage.ledger().fills.filter((fill) => fill.clientId.endsWith(order.clientId));
      expect(numbers(truth)).toEqual(numbers(own));
    };
    it('fills an IOC buy; pushes, query and ledger agree', () => fills({}));
    it('fills an IOC sale; pushes, query and ledger agree', () => fills({ side: 'sell' }));
    able('fok', 'fills a FOK buy', () => fills({ tif: 'fok' }));
    able('market-buy', 'fills a market buy by base size', () => fills({ type: 'market' }));
    it('fills a market sale', () => fills({ type: 'market', side: 'sell' }));

    it('cancels what an IOC order leaves', async () => {
      const order = stage.crossing({ size: '9' });
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      const report = await stage.ended(order.clientId);
      expect(['cancelled', 'expired']).toContain(report.status);
      await vi.waitFor(() => {
        const sum = stage.fillsOf(order.clientId).reduce((total, { size }) => total + Number(size), 0);
        expect(sum).toBeCloseTo(Number(report.filled), 8);
        expect(sum).toBeGreaterThan(0);
      }, wait);
    });

    it('knows its balances and rates', async () => {
      await vi.waitFor(async () => {
        const truth = stage.ledger().balances;
        const own = new Map((await gateway.balances()).map((entry) => [entry.asset, entry]));
        for (const [asset, { free, locked }] of Object.entries(truth)) {
          expect(Number(own.get(asset)?.free), asset).toBeCloseTo(Number(free), balanceDecimals);
          expect(Number(own.get(asset)?.locked ?? 0), asset).toBeCloseTo(Number(locked), balanceDecimals);
        }
      }, wait);
      const { taker, maker } = venue.defaultFees;
      const rates = await gateway.feeRates(stage.btc);
      expect(isSame(rates.taker, taker) && isSame(rates.maker, maker), JSON.stringify(rates)).toBe(true);
    });

    able('permissions', 'knows what its key may do', async () => {
      // Asked again where the venue limits that to once a second.
      const says = (expected: object): Promise<void> =>
        vi.waitFor(async () => expect(await gateway.permissions?.()).toEqual(expected), { ...wait, interval: 100 });
      const first = await gateway.permissions?.();
      expect(first).toMatchObject({ canRead: true, canTrade: true, canWithdraw: false });
      const bound = (isBound: boolean) => (first?.ipRestricted === undefined ? undefined : isBound);
      expect(first?.ipRestricted).toBe(bound(false));
      await stage.permit({ withdraw: true });
      await says({ canRead: true, canTrade: true, canWithdraw: true, ipRestricted: bound(false) });
      await stage.permit({ withdraw: false, ipRestricted: true });
      await says({ canRead: true, canTrade: true, canWithdraw: false, ipRestricted: bound(true) });
    });

    able('venueClock', "reads the venue's clock, with the error that it may have", async () => {
      const reading = async (truth: number): Promise<void> => {
        const { offsetMs = Number.NaN, errorMs = 0, tripsMs = [] } = (await gateway.venueClock?.()) ?? {};
        expect(tripsMs.length).toBeGreaterThan(0);
        expect(errorMs).toBeGreaterThanOrEqual(Math.min(...tripsMs) / 2);
        // A millisecond each for what both clocks cut off.
        expect(Math.abs(offsetMs - truth)).toBeLessThanOrEqual(errorMs + 2);
      };
      // Asked again where the venue limits how often.
      const off = (truth: number): Promise<void> => vi.waitFor(() => reading(truth), { ...wait, interval: 300 });
      await off(0);
      await stage.plant({ kind: 'clock-skew', ms: 20_000, durationMs: 60_000 });
      await off(20_000);
      stage.lift();
      await off(0);
    });

    able('recentFills', 'lists its recent fills with their client ids', async () => {
      const known = stage.ledger().fills.map(({ clientId }) => clientId);
      const listed = await gateway.recentFills(stage.btc, clock.wallMs() - 60_000);
      expect(listed).toHaveLength(known.length);
      for (const fill of listed)
        expect(known.some((id) => id.endsWith(fill.clientId) && fill.clientId !== '')).toBe(true);
    });

    it('rests, lists and cancels an order', async () => {
      const order = stage.resting();
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      await vi.waitFor(
        async () => expect((await gateway.openOrders()).map((report) => report.clientId)).toEqual([order.clientId]),
        wait,
      );
      expect(await gateway.cancel(order)).toEqual({ kind: 'cancelled' });
      const report = await stage.ended(order.clientId);
      expect(report.status).toBe('cancelled');
      expect(Number(report.filled)).toBe(0);
      expect(await gateway.openOrders()).toEqual([]);
      expect(await gateway.cancel(order)).toEqual({ kind: 'absent' });
      await expectAbsent(gateway, { clientId: 'p1anever', listing: stage.btc });
    });

    it('lists and cancels without ever having connected, as the watchdog does', async () => {
      const order = stage.resting();
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      const outside = stage.gateway();
      try {
        await vi.waitFor(
          async () => expect((await outside.openOrders()).map((report) => report.clientId)).toEqual([order.clientId]),
          wait,
        );
        expect(await outside.cancel(order)).toEqual({ kind: 'cancelled' });
        await vi.waitFor(async () => expect(await outside.openOrders()).toEqual([]), wait);
      } finally {
        await outside.close();
      }
      expect((await stage.ended(order.clientId)).status).toBe('cancelled');
    });

    able(
      'deadMan',
      "sets the venue's dead-man timer: set again it waits, run out it cancels, taken away it does not",
      async () => {
        const { deadMan } = venue;
        const set = (ms: number): Promise<void> => {
          if (deadMan === undefined || gateway.cancelAllAfter === undefined) throw new Error('it has no timer');
          return gateway.cancelAllAfter(ms);
        };
        const { minMs = 0 } = deadMan ?? {};
        const isOpen = (id: string): boolean =>
          stage.ledger().orders.some(({ clientId, status }) => clientId === id && ['new', 'partial'].includes(status));
        const opensUntil = (id: string, at: number): Promise<void> =>
          vi.waitFor(
            () => {
              if (!isOpen(id)) return;
              expect(clock.wallMs()).toBeGreaterThan(at);
            },
            { timeout: 60_000, interval: 20 },
          );
        const order = stage.resting();
        expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
        await set(minMs);
        const firstEnd = clock.wallMs() + minMs;
        await opensUntil(order.clientId, firstEnd - minMs / 2);
        await set(minMs);
        const secondEnd = clock.wallMs() + minMs;
        await opensUntil(order.clientId, firstEnd + 500);
        expect(isOpen(order.clientId)).toBe(true);
        expect((await stage.ended(order.clientId)).status).toBe('cancelled');
        expect(clock.wallMs()).toBeGreaterThanOrEqual(secondEnd - 500);

        const other = stage.resting();
        expect(await gateway.place(other)).toMatchObject({ kind: 'acked' });
        await set(minMs);
        const thirdEnd = clock.wallMs() + minMs;
        // The venue takes one request a second.
        await opensUntil(other.clientId, clock.wallMs() + 1_100);
        await set(0);
        await opensUntil(other.clientId, thirdEnd + 500);
        expect(isOpen(other.clientId)).toBe(true);
        expect(await gateway.cancel(other)).toEqual({ kind: 'cancelled' });
      },
      90_000,
    );

    it('reads refusals', async () => {
      const refusals: [Partial<BaseOrder>, string][] = [
        [{ size: '0.000000001' }, 'filter'],
        [{ price: `${stage.crossing().price?.split('.')[0]}.123456789` }, 'filter'],
        [{ size: '15' }, 'insufficient-funds'],
      ];
      for (const [change, errorClass] of refusals) {
        const order = stage.crossing(change);
        const outcome = await gateway.place(order);
        if (outcome.kind === 'rejected') {
          expect(outcome.error.class, JSON.stringify([change, outcome])).toBe(errorClass);
          continue;
        }
        // Some venues take the order first, and say on the stream that it was refused.
        expect(outcome.kind, JSON.stringify([change, outcome])).toBe('acked');
        expect((await stage.ended(order.clientId)).status).toBe('rejected');
      }
    });

    it('does not know an order whose answer never came, until it asks', async () => {
      await stage.plant({ kind: 'timeout-after-accept', count: 1 });
      const order = stage.crossing();
      expect(await gateway.place(order)).toMatchObject({ kind: 'unknown' });
      stage.lift();
      expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status: 'filled' } });
      await stage.plant({ kind: 'timeout-before-accept', count: 1 });
      const lost = stage.crossing();
      expect(await gateway.place(lost)).toMatchObject({ kind: 'unknown' });
      stage.lift();
      await expectAbsent(gateway, lost);
    });

    it('tells of a fill that comes after the end of its order', async () => {
      await stage.plant({ kind: 'late-fill', count: 1, ms: 300 });
      const order = stage.crossing();
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      await vi.waitFor(() => {
        const sum = stage.fillsOf(order.clientId).reduce((total, { size }) => total + Number(size), 0);
        expect(sum).toBeCloseTo(0.01, 10);
      }, wait);
      stage.lift();
      expect(await gateway.query(order)).toMatchObject({ kind: 'found', report: { status: 'filled' } });
    });

    it('classes maintenance and rate limits', async () => {
      await stage.plant({ kind: 'http-429', count: 1 });
      const limited = await gateway.query(stage.crossing());
      // `absent`: asked over the socket, which a refusal of HTTP does not concern.
      if (limited.kind === 'failed') expect(limited.error.class).toBe('rate-limit');
      else expect(limited.kind).toBe('absent');
      stage.lift();
      await stage.plant({ kind: 'http-503', count: 1 });
      const away = await gateway.query(stage.crossing());
      if (away.kind === 'failed') expect(['maintenance', 'unknown-outcome']).toContain(away.error.class);
      else expect(away.kind).toBe('absent');
      stage.lift();
    });

    it('comes back after a disconnect and after maintenance', async () => {
      for (const fault of [{ kind: 'disconnect' }, { kind: 'maintenance', durationMs: 1_000 }] as const) {
        stage.events.length = 0;
        await stage.plant(fault);
        if (fault.kind === 'maintenance') {
          const refused = await gateway.place(stage.crossing());
          expect(refused.kind).not.toBe('acked');
        } else {
          await vi.waitFor(
            () =>
              expect(stage.events.map((event) => event.kind)).toEqual(
                expect.arrayContaining(['GatewayDown', 'GatewayUp']),
              ),
            wait,
          );
        }
        await vi.waitFor(() => expect(stage.sim.faults.list()).toEqual([]), wait);
        await vi.waitFor(() => expect(gateway.isUp).toBe(true), { timeout: 20_000, interval: 20 });
        const order = stage.crossing();
        expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
        expect(await stage.ended(order.clientId)).toMatchObject({ status: 'filled' });
      }
    }, 60_000);

    const parts: readonly KeyPart[] = keyParts ?? [
      'apiKey',
      'secret',
      ...(venue.needsPassphrase ? (['passphrase'] as const) : []),
    ];
    it.each(parts)('refuses to start with a wrong %s, in one clear message', async (part) => {
      const { secret } = stage.endpoints;
      // Of the same form: a letter in the middle is another one.
      const wrong = (text: string): string => text.replace(/.(?=.{5}$)/, (letter) => (letter === 'a' ? 'b' : 'a'));
      const value = wrong(stage.endpoints[part] ?? secret);
      // Questions for the venue's time before each log-on are limited, and this is one after another.
      await vi.waitFor(async () => {
        const stranger = stage.gateway({ [part]: value });
        await expect(stranger.connect()).rejects.toMatchObject({
          code: 'venue/auth',
          message: expect.stringMatching(new RegExp(`^${venue.id}`)),
        });
        expect(stranger.isUp).toBe(false);
        await stranger.close();
      }, wait);
    });

    it('tells no secret', () => {
      const { secret, passphrase } = stage.endpoints;
      const said = stage.logged.join('\n');
      expect(said).not.toContain(secret);
      if (passphrase !== undefined) expect(said).not.toContain(passphrase);
    });
  });
}

/** Troubles of market data: what each makes of the rows while it lasts. */
const TROUBLES: readonly { readonly fault: Omit<FaultRequest, 'venue'>; readonly reasons: readonly string[] }[] = [
  { fault: { kind: 'gap', count: 1, instrument: 'BTC-USDT' }, reasons: ['gap', 'checksum'] },
  { fault: { kind: 'reorder', count: 1, instrument: 'BTC-USDT' }, reasons: ['gap', 'checksum'] },
  { fault: { kind: 'disconnect', scope: 'public' }, reasons: ['disconnect'] },
  { fault: { kind: 'freeze', scope: 'public', durationMs: 4_500 }, reasons: ['silence'] },
  { fault: { kind: 'half-open', scope: 'public' }, reasons: ['silence'] },
  { fault: { kind: 'crossed', count: 1, instrument: 'BTC-USDT', ms: 300 }, reasons: ['crossed', 'locked'] },
  { fault: { kind: 'clock-skew', durationMs: 1_500, ms: 20_000 }, reasons: ['clock-skew'] },
  { fault: { kind: 'maintenance', durationMs: 1_500 }, reasons: ['venue-status', 'disconnect'] },
];

function marketContract(venue: VenueDescriptor, traits: Traits): void {
  const { cannot = {}, unseen = {}, unnoticed = 1, keys, marketData } = traits;
  const able = ableBy(cannot);
  describe(`${venue.id}: market data`, () => {
    const stage = new Stage(venue, keys);
    let feed: LiveFeed;

    const allLive = (): Promise<void> =>
      vi.waitFor(() => expect(feed.rows.filter(({ trust }) => trust !== 'live')).toEqual([]), wait);

    beforeAll(async () => {
      await stage.open('wobble');
      const { apiKey } = stage.endpoints;
      const access = marketData === undefined ? undefined : { encoding: marketData, apiKey };
      feed = new LiveFeed(withMarketData(venue, access), stage.endpoints, stage.listings);
    });

    afterAll(async () => {
      await feed.close();
      await stage.close();
    });

    it('brings every row to life, with the prices of the ledger', async () => {
      await allLive();
      const { instrument } = stage.btc;
      await vi.waitFor(() => {
        const { bid, ask } = stage.ledger().tops[instrument] ?? {};
        expect(feed.row(instrument)).toMatchObject({ bid: Number(bid), ask: Number(ask) });
      }, wait);
      expect(feed.row(instrument).bidLevels).toBeGreaterThanOrEqual(10);
      expect(feed.counters.get('gaps')).toBe(0);
      expect(feed.counters.get('malformed')).toBe(0);
      expect(feed.counters.get('unknownSymbols')).toBe(0);
      expect(feed.faults).toEqual([]);
    });

    able('duplicate', 'takes a repeated frame for what it is', async () => {
      const before = feed.counters.get('gaps');
      await stage.plant({ kind: 'duplicate', count: 3 });
      await vi.waitFor(() => expect(stage.sim.faults.list()).toEqual([]), wait);
      const seen = feed.counters.get('bookEvents');
      await vi.waitFor(() => expect(feed.counters.get('bookEvents')).toBeGreaterThan(seen + 20), wait);
      expect(feed.counters.get('gaps')).toBe(before);
      await allLive();
    });

    for (const [kind, reason] of Object.entries(unseen)) {
      it(`cannot: a row leaves live on ${kind} (${reason})`, () => expect(reason.length).toBeGreaterThan(10));
    }

    const visible = TROUBLES.filter(({ fault }) => unseen[fault.kind] === undefined);
    it.each(visible.map((trouble) => [trouble.fault.kind, trouble] as const))(
      'a row leaves live on %s, says why, and comes back',
      async (_, { fault, reasons }) => {
        await allLive();
        // A book that was just fetched may be ahead of the stream: what is swapped there reveals nothing.
        const seen = feed.counters.get('bookEvents');
        await vi.waitFor(() => expect(feed.counters.get('bookEvents')).toBeGreaterThan(seen + 10), wait);
        const count = (): number =>
          reasons.reduce((sum, reason) => sum + feed.counters.get(`distrust:${reason}` as never), 0);
        const before = count();
        await stage.plant(fault.count === undefined ? fault : { ...fault, count: fault.count * unnoticed });
        await vi.waitFor(() => expect(count(), JSON.stringify(feed.rows)).toBeGreaterThan(before), wait);
        await vi.waitFor(() => expect(stage.sim.faults.list()).toEqual([]), wait);
        await vi.waitFor(() => expect(feed.rows.filter(({ trust }) => trust !== 'live')).toEqual([]), {
          timeout: 15_000,
          interval: 20,
        });
      },
      40_000,
    );

    if (SIM_VENUES.find(({ id }) => id === venue.id)?.hasChecksums === true) {
      it('a wrong checksum costs the row its trust until a fresh book came', async () => {
        await allLive();
        const before = feed.counters.get('distrust:checksum' as never);
        await stage.plant({ kind: 'checksum', count: 1, instrument: 'BTC-USDT' });
        await vi.waitFor(() => expect(feed.counters.get('distrust:checksum' as never)).toBeGreaterThan(before), wait);
        await allLive();
      });
    }
  });
}
