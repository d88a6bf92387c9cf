/** What every venue's plan for three hundred symbols asks of the venue, against what the venue's pages allow. The limits
 *  stand here as the pages say them, not as the code has them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { ConnectionPlan, Endpoints, SymbolEntry, VenueDescriptor } from '../../../src/core/venue.ts';
import { PacedSender, type SharedWindows, windowsOf } from '../../../src/feeds/paced-sender.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';

type Json = Readonly<Record<string, unknown>>;

interface Limits {
  readonly page: string;
  /** How the venue writes the pair of two assets. */
  readonly symbol: (base: string, quote: string) => string;
  /** What one message subscribes to. */
  readonly topics: (message: Json) => readonly string[];
  readonly topicsPerMessage?: number;
  readonly topicsPerConnection?: number;
  readonly bytesPerMessage?: number;
  /** What follows is counted over all connections. */
  readonly perAddress?: true;
  /** Of all that the client sends on one connection, pings among it. */
  readonly messages?: { readonly count: number; readonly windowMs: number };
  /** Of requests alone. */
  readonly requests?: { readonly count: number; readonly windowMs: number };
  /** All is said and every book asked for by then, s. */
  readonly withinS: number;
}

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : [];
const HOUR = 3_600_000;

const LIMITS: Readonly<Record<string, Limits>> = {
  binance: {
    page: 'https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams',
    symbol: (base, quote) => base + quote,
    topics: ({ params }) => list(params),
    topicsPerConnection: 1024,
    // Five, of which one is the pong that answers the server's ping.
    messages: { count: 5 - 1, windowMs: 1_000 },
    withinS: 0,
  },
  okx: {
    page: 'https://www.okx.com/docs-v5/en/#overview-websocket-connect, …/#overview-websocket-subscribe',
    symbol: (base, quote) => `${base}-${quote}`,
    topics: ({ args }) => list(args),
    bytesPerMessage: 65_536,
    requests: { count: 480, windowMs: HOUR },
    withinS: 0,
  },
  bybit: {
    page: 'https://bybit-exchange.github.io/docs/v5/ws/connect',
    symbol: (base, quote) => base + quote,
    topics: ({ args }) => list(args),
    topicsPerMessage: 10,
    // 21,000 characters of topics a connection, and no topic here has forty.
    topicsPerConnection: 21_000 / 40,
    withinS: 5,
  },
  kucoin: {
    page: 'https://www.kucoin.com/docs-new/rate-limit; the venue refuses with "300 per session" and "100 per time"',
    symbol: (base, quote) => `${base}-${quote}`,
    topics: ({ topic }) => String(topic).split(':')[1]?.split(',') ?? [],
    topicsPerMessage: 100,
    topicsPerConnection: 300,
    messages: { count: 100, windowMs: 10_000 },
    withinS: 0,
  },
  bitget: {
    page: 'https://www.bitget.com/api-doc/common/websocket-intro',
    symbol: (base, quote) => base + quote,
    topics: ({ args }) => list(args),
    // Less than 50 are recommended; 1000 are taken.
    topicsPerConnection: 49,
    bytesPerMessage: 4_096,
    messages: { count: 10, windowMs: 1_000 },
    requests: { count: 240, windowMs: HOUR },
    withinS: 0,
  },
  kraken: {
    // "Exceeded msg rate" has no number: what is checked is that a rate is kept at all.
    page: 'https://docs.kraken.com/api/docs/guides/spot-ratelimits',
    symbol: (base, quote) => `${base}/${quote}`,
    topics: ({ params }) => list((params as Json).symbol),
    messages: { count: 10, windowMs: 1_000 },
    withinS: 2,
  },
  gate: {
    // No limit of messages or channels; a hundred subscriptions at once have been seen taken.
    page: 'https://www.gate.com/docs/developers/apiv4/ws/en/, https://github.com/gateio/gatews/issues/25',
    symbol: (base, quote) => `${base}_${quote}`,
    topics: ({ payload }) => list(payload),
    topicsPerConnection: 100,
    messages: { count: 100, windowMs: 1_000 },
    withinS: 5,
  },
  coinbase: {
    page: 'https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-rate-limits',
    symbol: (base, quote) => `${base}-${quote}`,
    // Heartbeats are of no product.
    topics: ({ product_ids: products, channel }) => (products === undefined ? [String(channel)] : list(products)),
    perAddress: true,
    requests: { count: 8, windowMs: 1_000 },
    // "A connection without a subscription is closed after 5 seconds."
    withinS: 5,
  },
};

/** Names as long as they come, so that bytes are counted honestly. */
const ASSETS = Array.from({ length: 300 }, (_, index) => `TOKEN${String(index).padStart(3, '0')}`);

interface Said {
  readonly atMs: number;
  readonly isPing: boolean;
}

/** All that each connection says in `seconds` on a quiet market: its subscriptions, then `more` of them at once, and pings
 *  as often as its heartbeat has them. All open at one moment. */
function play(
  plans: readonly ConnectionPlan[],
  seconds: number,
  more: (plan: ConnectionPlan) => readonly string[] = () => [],
): readonly (readonly Said[])[] {
  const clock = new ManualClock(0);
  const nowMs = (): number => clock.monotonicNs() / 1e6;
  const shared: SharedWindows = new Map();
  const spoken = plans.map((plan) => {
    const said: Said[] = [];
    const sender = new PacedSender({
      clock,
      windows: windowsOf(plan, shared),
      transmit: () => said.push({ atMs: nowMs(), isPing: false }) > 0,
    });
    for (const message of [...plan.subscribe, ...more(plan)]) sender.send(message);
    const { idleMs, everyMs = idleMs } = plan.heartbeat;
    const pingEveryMs = Math.min(idleMs, everyMs);
    const ping = (): void => {
      said.push({ atMs: nowMs(), isPing: true });
      clock.after(pingEveryMs, ping);
    };
    ping();
    return said;
  });
  clock.advanceMs(seconds * 1_000);
  return spoken;
}

/** The most that stand in any window. */
const fullest = (said: readonly Said[], windowMs: number): number =>
  Math.max(
    0,
    ...said.map(({ atMs: from }) => said.filter(({ atMs }) => atMs >= from && atMs < from + windowMs).length),
  );

describe('plans', () => {
  it('are looked at for every venue', () => {
    expect([...venueRegistry.keys()].filter((venue) => !(venue in LIMITS))).toEqual([]);
  });

  describe.each([...venueRegistry.values()].map((venue): [string, VenueDescriptor] => [venue.id, venue]))(
    '%s',
    (id, venue) => {
      const limits = LIMITS[id] as Limits;
      let entries: readonly SymbolEntry[] = [];
      let plans: readonly ConnectionPlan[] = [];
      beforeAll(() => {
        entries = ASSETS.map((base) => ({ symbol: limits.symbol(base, 'USDT'), priceDecimals: 4, sizeDecimals: 4 }));
        plans = venue.stream.plan(venue.environments.live as Endpoints, entries);
      });
      const topicsOf = ({ url, subscribe }: ConnectionPlan): readonly string[] => [
        ...(new URL(url).searchParams.get('streams')?.split('/') ?? []),
        ...subscribe.flatMap((message) => limits.topics(JSON.parse(message) as Json)),
      ];

      it('carries each symbol once and names each in what it subscribes to', () => {
        expect(plans.flatMap(({ symbols }) => symbols).sort((a, b) => a - b)).toEqual(entries.map((_, index) => index));
        for (const plan of plans) {
          const topics = topicsOf(plan).join(' ').toUpperCase();
          for (const index of plan.symbols) expect(topics).toContain(entries[index]?.symbol);
        }
      });

      it('keeps to topics a message, topics a connection and bytes a message', () => {
        for (const plan of plans) {
          expect(topicsOf(plan).length).toBeLessThanOrEqual(limits.topicsPerConnection ?? Number.POSITIVE_INFINITY);
          for (const message of plan.subscribe) {
            const topics = limits.topics(JSON.parse(message) as Json);
            expect(topics.length).toBeGreaterThan(0);
            expect(topics.length).toBeLessThanOrEqual(limits.topicsPerMessage ?? Number.POSITIVE_INFINITY);
            expect(Buffer.byteLength(message)).toBeLessThanOrEqual(limits.bytesPerMessage ?? Number.POSITIVE_INFINITY);
          }
        }
      });

      it('states a limit, and has said all in time', () => {
        for (const plan of plans) expect(plan.sends?.length).toBeGreaterThan(0);
        for (const [index, said] of play(plans, 90).entries()) {
          const messages = said.filter(({ isPing }) => !isPing);
          expect(messages).toHaveLength(plans[index]?.subscribe.length ?? -1);
          expect(messages.at(-1)?.atMs ?? 0).toBeLessThanOrEqual(limits.withinS * 1_000);
        }
      });

      it('keeps to messages and requests in any window, also when every book is asked for anew', () => {
        const { messages, requests, perAddress } = limits;
        const anew = ({ symbols }: ConnectionPlan): readonly string[] =>
          symbols.flatMap((index) => venue.stream.resubscribe?.(entries[index]?.symbol ?? '') ?? []);
        const spoken = play(plans, 120, (plan) => [...anew(plan), ...anew(plan), ...anew(plan), ...anew(plan)]);
        const counted = perAddress === true ? [spoken.flat().sort((a, b) => a.atMs - b.atMs)] : spoken;
        for (const said of counted) {
          const asked = said.filter(({ isPing }) => !isPing);
          if (messages !== undefined) expect(fullest(said, messages.windowMs)).toBeLessThanOrEqual(messages.count);
          if (requests !== undefined) expect(fullest(asked, requests.windowMs)).toBeLessThanOrEqual(requests.count);
        }
      });
    },
  );
});
