/** Questions for many orders at once: few calls, and what each of them proves. */
import { describe, expect, it } from 'vitest';
import type { Gateway, QueryOutcome } from '../../../src/core/order.ts';
import type { HttpRequest } from '../../../src/core/socket.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { calls, type FakeVenue, fakeVenue, listing, refusal, result, settled } from './kraken-fakes.ts';

const METHODS = ['OpenOrders', 'ClosedOrders', 'QueryTrades'] as const;

interface Order {
  readonly name: string;
  readonly state?: 'open' | 'closed';
  readonly trades?: readonly string[];
}

const row = ({ name, state = 'closed', trades = [] }: Order) => ({
  cl_ord_id: name,
  status: state,
  opentm: 1_750_000_000.5,
  descr: { pair: 'XBTUSDT', type: 'buy' },
  vol: '1.00000000',
  vol_exec: state === 'open' ? '0.00000000' : '1.00000000',
  trades,
});
const trade = { ordertxid: 'O', pair: 'XBTUSDT', time: 1_750_000_000.5, type: 'buy', price: '1', vol: '1', fee: '0' };

const form = ({ body }: HttpRequest): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

/** Answers from these orders, the newest first, as the venue does: by name, in pages. */
function asking(orders: Order[]): { readonly venue: FakeVenue; readonly gateway: Gateway } {
  const venue = fakeVenue();
  const listed = (state: Order['state'], { cl_ord_id, ofs = '0' }: Record<string, string>) => {
    const own = orders.filter(
      (order) => (order.state ?? 'closed') === state && (cl_ord_id === undefined || order.name === cl_ord_id),
    );
    return Object.fromEntries(own.slice(Number(ofs), Number(ofs) + 50).map((order) => [`O-${order.name}`, row(order)]));
  };
  venue.replies.set('OpenOrders', (request) => result({ open: listed('open', form(request)) }));
  venue.replies.set('ClosedOrders', (request) => result({ closed: listed('closed', form(request)) }));
  venue.replies.set('QueryTrades', (request) =>
    result(Object.fromEntries((form(request)['txid'] ?? '').split(',').map((id) => [id, trade]))),
  );
  return { venue, gateway: kraken.createGateway(venue.deps) };
}

const ask = ({ clock }: FakeVenue, gateway: Gateway, ...names: string[]): Promise<QueryOutcome>[] =>
  names.map((clientId) => gateway.query({ clientId, listing, sentAt: clock.wallMs() - 6_000 }));

async function pass({ clock }: FakeVenue, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    for (let turn = 0; turn < 20; turn++) await settled();
    clock.advanceMs(100);
  }
  for (let turn = 0; turn < 20; turn++) await settled();
}

const made = (venue: FakeVenue): Record<string, number> =>
  Object.fromEntries(METHODS.map((method) => [method, calls(venue, method).length]));

describe('kraken gateway, asking for many orders', () => {
  it('shares the look after the one that is under way, two seconds later', async () => {
    const filled = ['b', 'c', 'd'].map((name) => ({ name, trades: [`T-${name}`] }));
    const { venue, gateway } = asking([{ name: 'e', state: 'open' }, ...filled]);
    const askedAt = venue.clock.wallMs();
    expect(await ask(venue, gateway, 'a')[0]).toEqual({ kind: 'absent', askedAt });
    const others = ask(venue, gateway, 'b', 'c', 'd', 'e', 'f');
    expect(made(venue)).toEqual({ OpenOrders: 1, ClosedOrders: 1, QueryTrades: 0 });
    await pass(venue, 1_900);
    expect(made(venue)).toEqual({ OpenOrders: 1, ClosedOrders: 1, QueryTrades: 0 });
    await pass(venue, 200);
    const outcomes = await Promise.all(others);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['found', 'found', 'found', 'found', 'absent']);
    expect(outcomes[0]).toMatchObject({ report: { clientId: 'b', filled: '1.00000000' }, fills: [{ tradeId: 'T-b' }] });
    expect(outcomes[3]).toMatchObject({ report: { clientId: 'e', status: 'open' }, fills: [] });
    // It is proof of when the venue was asked.
    expect(outcomes[4]).toEqual({ kind: 'absent', askedAt: askedAt + 2_000 });
    expect(made(venue)).toEqual({ OpenOrders: 2, ClosedOrders: 2, QueryTrades: 1 });
    expect(calls(venue, 'QueryTrades')[0]).toMatchObject({ txid: 'T-b,T-c,T-d' });
    const start = Math.floor((venue.clock.wallMs() - 100 - 2_000 - 6_000 - 20_000) / 1000);
    expect(Number(calls(venue, 'ClosedOrders')[1]?.['start'])).toBeCloseTo(start, -1);
  });

  it('goes through three pages, and asks by name for one who is on none', async () => {
    const others = Array.from({ length: 170 }, (_, at) => ({ name: `x${at}` }));
    const orders = [
      ...others.slice(0, 60),
      { name: 'b', trades: ['T-b'] },
      ...others.slice(60),
      { name: 'c', trades: ['T-c'] },
    ];
    const { venue, gateway } = asking(orders);
    const outcomes = await Promise.all(ask(venue, gateway, 'b', 'c', 'd'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['found', 'found', 'failed']);
    expect(outcomes[2]).toMatchObject({ error: { class: 'other', code: 'not-found' } });
    const forms = calls(venue, 'ClosedOrders');
    expect(forms.map(({ ofs, cl_ord_id }) => ofs ?? cl_ord_id)).toEqual(['0', '50', '100', 'c']);
  });

  it('looks less and less often as calls run out, and leaves some of them', async () => {
    const { venue, gateway } = asking([]);
    const looks: number[] = [];
    const until = venue.clock.wallMs() + 60_000;
    const again = async (): Promise<void> => {
      while (venue.clock.wallMs() < until) {
        const [one, two] = ask(venue, gateway, 'a', 'b');
        await Promise.all([one, two]);
        looks.push(venue.clock.wallMs());
        expect(await one).toMatchObject({ kind: 'absent' });
      }
    };
    const asking60 = again();
    await pass(venue, 70_000);
    await asking60;
    // Twenty, three of which others used, four of which are kept, and thirty that come back in a minute.
    const { OpenOrders = 0, ClosedOrders = 0 } = made(venue);
    expect(OpenOrders + 2 * ClosedOrders).toBeLessThanOrEqual(20 - 3 - 4 + 35);
    expect(looks.length).toBeGreaterThanOrEqual(8);
    const balances = gateway.balances();
    venue.replies.set('BalanceEx', result({}));
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(await Promise.race([balances, Promise.resolve('waits')])).toEqual([]);
  });

  it('says the same to all where a call is refused, and that it was not sent where calls are used up', async () => {
    const { venue, gateway } = asking([]);
    venue.replies.set('OpenOrders', refusal('EAPI:Rate limit exceeded'));
    for (const code of ['EAPI:Rate limit exceeded', 'not-sent']) {
      for (const outcome of await Promise.all(ask(venue, gateway, 'a', 'b', 'c'))) {
        expect(outcome).toMatchObject({ kind: 'failed', error: { class: 'rate-limit', code } });
      }
    }
    expect(calls(venue, 'OpenOrders')).toHaveLength(1);
  });

  it('tells the budget what is used', async () => {
    const { venue } = asking([]);
    const told: object[] = [];
    const gateway = kraken.createGateway({ ...venue.deps, onRates: (readings) => void told.push(...readings) });
    await ask(venue, gateway, 'a')[0];
    expect(told).toEqual([
      { bucket: 'calls', used: 4 },
      { bucket: 'calls', used: 6 },
    ]);
  });
});
