/** Fees in the venue's own asset, which runs out in the middle: every gateway says of each fill what it paid, in which
 *  asset. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gateway } from '../../../src/core/order.ts';
import type { VenueDescriptor } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { SIM_VENUES } from '../../../src/sim/venues/registry.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';
import { Stage } from './venue-contract.ts';

const wait = { timeout: 10_000, interval: 20 };
const http = httpClient();

const PAID = SIM_VENUES.flatMap(({ id, policy }) => {
  const venue = venueRegistry.get(id);
  const { token, feeIn } = policy.fees;
  return venue === undefined || token === undefined ? [] : [[token.asset, venue, feeIn ?? 'received'] as const];
});

function paysWith(asset: string, venue: VenueDescriptor, from: 'received' | 'quote'): void {
  const stage = new Stage(venue);
  let gateway: Gateway;

  beforeAll(async () => {
    await stage.open('still');
    gateway = stage.gateway();
    await gateway.connect();
  }, 30_000);

  afterAll(async () => {
    await gateway.close();
    await stage.close();
  });

  const choose = async (feeAsset: string, amount: string) => {
    const body = JSON.stringify({ venue: venue.id, feeAsset, amount });
    return http.request({ method: 'POST', url: `${stage.sim.ready.control}/account`, body });
  };

  it(`says what it paid in ${asset}, and from what was bought once that is used up`, async () => {
    const bought = async (): Promise<string> => {
      const order = stage.crossing();
      expect(await gateway.place(order)).toMatchObject({ kind: 'acked' });
      expect(await stage.ended(order.clientId)).toMatchObject({ status: 'filled' });
      await vi.waitFor(() => expect(stage.fillsOf(order.clientId).length).toBeGreaterThan(0), wait);
      const rows = (fills: readonly { fee: string; feeAsset: string }[]) =>
        fills.map(({ fee, feeAsset }) => `${Number(fee)} ${feeAsset}`).sort();
      const own = stage.fillsOf(order.clientId);
      const truth = stage.ledger().fills.filter(({ clientId }) => clientId.endsWith(order.clientId));
      expect(rows(own)).toEqual(rows(truth));
      const query = await gateway.query(order);
      expect(query.kind === 'found' && rows(query.fills)).toEqual(rows(truth));
      return own[0]?.feeAsset ?? '';
    };
    const ordinary = from === 'quote' ? 'USDT' : 'BTC';
    expect(await bought()).toBe(ordinary);
    // Enough for one order of its kind, and not for two.
    expect((await choose(asset, '0.00000001')).status).toBe(200);
    expect(await bought()).toBe(ordinary);
    const quote = Number(stage.ledger().fills.at(-1)?.quote);
    const { share = '', price = '' } = SIM_VENUES.find(({ id }) => id === venue.id)?.policy.fees.token ?? {};
    const once = (quote * 0.001 * Number(share)) / Number(price);
    expect((await choose(asset, (once * 1.5).toFixed(8))).status).toBe(200);
    expect(await bought()).toBe(asset);
    expect(await bought()).toBe(ordinary);
    const { fills, balances } = stage.ledger();
    const paid = fills.reduce((sum, { fee, feeAsset }) => (feeAsset === asset ? sum + Number(fee) : sum), 0);
    expect(Number(balances[asset]?.change)).toBeCloseTo(-paid, 8);
    const held = (await gateway.balances()).find((balance) => balance.asset === asset);
    expect(Number(held?.free)).toBeCloseTo(Number(balances[asset]?.free), 8);
    expect((await choose('', '0')).status).toBe(200);
    expect(await bought()).toBe(ordinary);
    expect((await choose('DOGE', '1')).status).toBe(400);
  }, 30_000);
}

describe.each(PAID.map((row) => [row[1].name, ...row] as const))('fees of %s', (_, asset, venue, from) =>
  paysWith(asset, venue, from),
);
