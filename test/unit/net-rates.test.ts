/** What stands between a gateway and its venue's limits: order entry, HTTP and sockets around one budget. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { Fault } from '../../src/core/faults.ts';
import {
  type Gateway,
  NOT_SENT,
  type OrderRef,
  type OrderRequest,
  type QueryOutcome,
  type VenueError,
} from '../../src/core/order.ts';
import { RateBudget } from '../../src/core/rate-budget.ts';
import type { RateLimits } from '../../src/core/rate-limits.ts';
import type { HttpPort, HttpReply, Socket, SocketFactory, SocketHandlers } from '../../src/core/socket.ts';
import { BudgetedGateway } from '../../src/net/budgeted-gateway.ts';
import { meteredHttp } from '../../src/net/metered-http.ts';
import { pacedSockets } from '../../src/net/paced-sockets.ts';

const LIMITS: RateLimits = {
  buckets: [
    {
      name: 'orders',
      scope: 'account',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 4,
      weights: { place: 1 },
      source: '',
    },
    {
      name: 'calls',
      scope: 'account',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 4,
      weights: { cancel: 1, query: 1, balances: 1, feeRates: 1, openOrders: 1, recentFills: 1 },
      source: '',
    },
  ],
  banStops: 'everything',
  readHeaders: (path, headers) =>
    path === '/told' && headers.left !== undefined ? [{ bucket: 'calls', left: Number(headers.left) }] : [],
};

const limited: VenueError = { class: 'rate-limit', code: '429', message: 'slower', retryAfterMs: 2_000 };
const banned: VenueError = { ...limited, code: '418', isBan: true, retryAfterMs: 20_000 };

function stage() {
  const clock = new ManualClock();
  const budget = new RateBudget({ venue: 'a', limits: LIMITS, clock, onEpisode: () => {} });
  const sent: string[] = [];
  let answer: VenueError | undefined;
  const say = <T>(name: string, value: T): Promise<T> => {
    sent.push(name);
    return answer === undefined
      ? Promise.resolve(value)
      : Promise.reject(new Fault('venue/refused', 'refused', { error: answer }));
  };
  const told = async <T extends object>(name: string, value: T): Promise<T | { kind: 'failed'; error: VenueError }> => {
    sent.push(name);
    return answer === undefined ? value : { kind: 'failed', error: answer };
  };
  const inner = {
    isUp: true,
    place: async () => {
      sent.push('place');
      const at = clock.monotonicNs();
      return answer === undefined
        ? { kind: 'acked', venueOrderId: '1', sentAt: at, ackedAt: at }
        : { kind: 'rejected', error: answer, sentAt: at, ackedAt: at };
    },
    cancel: () => told('cancel', { kind: 'cancelled' }),
    query: () => told<QueryOutcome>('query', { kind: 'absent' }),
    balances: () => say('balances', []),
    openOrders: () => say('openOrders', []),
    recentFills: () => say('recentFills', []),
    feeRates: () => say('feeRates', { taker: '0', maker: '0' }),
  } as unknown as Gateway;
  return {
    clock,
    budget,
    sent,
    gateway: new BudgetedGateway(inner, budget, clock),
    refuseWith: (error: VenueError | undefined) => {
      answer = error;
    },
  };
}

const order = { clientId: 'a', listing: { symbol: 'X' }, lane: 'open' } as OrderRequest;
const { lane: _, ...unwind } = order;
const ref: OrderRef = order;

describe('a budgeted gateway', () => {
  it('sends legs up to the reserve and unwinds beyond it, and refuses by itself what does not fit', async () => {
    const { gateway, sent } = stage();
    for (let n = 0; n < 3; n++) expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
    const refused = await gateway.place(order);
    expect(refused).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', code: NOT_SENT } });
    expect(sent).toHaveLength(3);
    expect(await gateway.place(unwind)).toMatchObject({ kind: 'acked' });
    expect(sent).toHaveLength(4);
  });

  it('holds back legs after a refusal, and goes on with cancels, questions and unwinds', async () => {
    const { gateway, sent, refuseWith, clock } = stage();
    refuseWith(limited);
    expect(await gateway.place(order)).toMatchObject({ kind: 'rejected', error: { code: '429' } });
    refuseWith(undefined);
    expect(await gateway.place(order)).toMatchObject({ kind: 'rejected', error: { code: NOT_SENT } });
    expect(await gateway.cancel(ref)).toMatchObject({ kind: 'cancelled' });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'absent' });
    expect(await gateway.place(unwind)).toMatchObject({ kind: 'acked' });
    expect(sent).toEqual(['place', 'cancel', 'query', 'place']);
    clock.advanceMs(2_001);
    expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
  });

  it('sends at most one request a lane into a venue that refuses everything, until the named time', async () => {
    const { gateway, sent, refuseWith, clock } = stage();
    refuseWith(limited);
    const storm = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        await gateway.place(order);
        await gateway.query(ref);
        await gateway.cancel(ref);
        await gateway.place(unwind);
        clock.advanceMs(50);
      }
    };
    await storm();
    expect(sent).toEqual(['place', 'query', 'cancel']);
    await storm();
    expect(sent).toHaveLength(3);
  });

  it('sends nothing while it is banned, and once the ban is over', async () => {
    const { gateway, sent, refuseWith, clock } = stage();
    refuseWith(banned);
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { code: '418' } });
    refuseWith(undefined);
    expect(await gateway.cancel(ref)).toMatchObject({ kind: 'failed', error: { code: NOT_SENT } });
    expect(await gateway.place(unwind)).toMatchObject({ kind: 'rejected', error: { code: NOT_SENT } });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/rate-limited' });
    expect(sent).toEqual(['query']);
    clock.advanceMs(20_001);
    expect(await gateway.cancel(ref)).toMatchObject({ kind: 'cancelled' });
  });

  it('has questions that can wait do so', async () => {
    const { gateway, sent, clock } = stage();
    for (let n = 0; n < 3; n++) await gateway.balances();
    const late = gateway.openOrders();
    await Promise.resolve();
    expect(sent).toHaveLength(3);
    clock.advanceMs(1_200);
    await late;
    expect(sent).toEqual(['balances', 'balances', 'balances', 'openOrders']);
  });

  it('hears refusals in the faults of questions', async () => {
    const { gateway, sent, refuseWith } = stage();
    refuseWith({ ...limited, retryAfterMs: 60_000 });
    await expect(gateway.recentFills(ref.listing, 0)).rejects.toMatchObject({ code: 'venue/refused' });
    await expect(gateway.recentFills(ref.listing, 0)).rejects.toMatchObject({ code: 'venue/rate-limited' });
    await expect(gateway.feeRates(ref.listing)).rejects.toMatchObject({ code: 'venue/rate-limited' });
    expect(sent).toEqual(['recentFills']);
  });
});

describe('metered HTTP', () => {
  const replying = (reply: Partial<HttpReply>, asked: string[]): HttpPort => ({
    request: async ({ url }) => {
      asked.push(url);
      return { status: 200, headers: {}, body: Buffer.alloc(0), ...reply };
    },
    close: () => {},
  });

  it('reads what headers say, and lets nothing out while the venue keeps us out', async () => {
    const { budget, clock } = stage();
    const asked: string[] = [];
    const http = meteredHttp(replying({ headers: { left: '1' } }, asked), budget, LIMITS);
    await http.request({ method: 'GET', url: 'http://a/other' });
    expect(budget.view().buckets[1]?.left).toBe(4);
    await http.request({ method: 'GET', url: 'http://a/told?x=1' });
    expect(budget.view().buckets[1]?.left).toBe(1);
    // Of an order: its lane is closed where that is known.
    http.onRefusal?.(limited, 'POST');
    await http.request({ method: 'GET', url: 'http://a/other' });
    http.onRefusal?.(limited, 'GET');
    const held = { code: 'venue/rate-limited' };
    await expect(http.request({ method: 'GET', url: 'http://a/other' })).rejects.toMatchObject(held);
    await http.request({ method: 'POST', url: 'http://a/other' });
    http.onRefusal?.(banned);
    await expect(http.request({ method: 'POST', url: 'http://a/other' })).rejects.toMatchObject(held);
    expect(asked).toHaveLength(4);
    clock.advanceMs(20_001);
    await http.request({ method: 'GET', url: 'http://a/other' });
    expect(asked).toHaveLength(5);
  });
});

describe('paced sockets', () => {
  function sockets() {
    const clock = new ManualClock();
    const opened: { url: string; atMs: number; terminated: boolean }[] = [];
    const factory: SocketFactory = {
      open: (url) => {
        const one = { url, atMs: clock.monotonicNs() / 1e6, terminated: false };
        opened.push(one);
        const socket: Socket = {
          isOpen: true,
          send: () => true,
          ping: () => {},
          close: () => {},
          terminate: () => {
            one.terminated = true;
          },
        };
        return socket;
      },
    };
    let closedMs = 0;
    const paced = pacedSockets({
      sockets: factory,
      clock,
      rate: { count: 4, windowMs: 10_000, source: '' },
      closedMs: () => closedMs,
    });
    const closes: string[] = [];
    const handlers: SocketHandlers = {
      onOpen: () => {},
      onFrame: () => {},
      onPong: () => {},
      onClose: (_code, reason) => closes.push(reason),
    };
    return { clock, opened, paced, handlers, closes, keepOut: (ms: number) => (closedMs = ms) };
  }

  it('open half of what the venue lets one address open, and the others in their turn', () => {
    const { clock, opened, paced, handlers } = sockets();
    const [, , third] = ['a', 'b', 'c', 'd', 'e'].map((url) => paced.open(url, handlers));
    expect(opened.map(({ url }) => url)).toEqual(['a', 'b']);
    expect(third?.isOpen).toBe(false);
    expect(third?.send('x')).toBe(false);
    clock.advanceMs(10_000);
    expect(opened).toHaveLength(2);
    clock.advanceMs(1_000);
    expect(opened.map(({ url }) => url)).toEqual(['a', 'b', 'c', 'd']);
    expect(third?.send('x')).toBe(true);
    clock.advanceMs(30_000);
    expect(opened.map(({ url }) => url)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('are closed once, without a connection, when they are given up before their turn', async () => {
    const { clock, opened, paced, handlers, closes } = sockets();
    const [, , third] = ['a', 'b', 'c'].map((url) => paced.open(url, handlers));
    third?.terminate();
    third?.close();
    expect(closes).toEqual([]);
    await Promise.resolve();
    expect(closes).toEqual(['given up before its turn to connect']);
    clock.advanceMs(60_000);
    expect(opened).toHaveLength(2);
  });

  it('hand on what is done to them once they are open', () => {
    const { clock, opened, paced, handlers } = sockets();
    const [, , third] = ['a', 'b', 'c'].map((url) => paced.open(url, handlers));
    clock.advanceMs(11_000);
    third?.terminate();
    expect(opened.map(({ terminated }) => terminated)).toEqual([false, false, true]);
  });

  it('open nothing while the venue keeps us out', () => {
    const { clock, opened, paced, handlers, keepOut } = sockets();
    keepOut(5_000);
    paced.open('a', handlers);
    clock.advanceMs(4_999);
    keepOut(1);
    expect(opened).toEqual([]);
    clock.advanceMs(1);
    keepOut(0);
    clock.advanceMs(1);
    expect(opened).toHaveLength(1);
  });
});
