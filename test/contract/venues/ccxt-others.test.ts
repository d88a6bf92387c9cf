import { SIM_VENUES } from '../../../src/sim/venues/registry.ts';
import { ccxtVenue } from '../../../src/venues/ccxt/index.ts';
import { venueContract } from './venue-contract.ts';

for (const id of ['bybit', 'gate', 'kraken', 'kucoin', 'bitget', 'coinbase', 'binance']) {
  const sim = SIM_VENUES.find((each) => each.id === id);
  if (sim === undefined) continue;
  const { taker, maker } = sim.policy.fees;
  venueContract({ ...ccxtVenue(id), defaultFees: { taker, maker } });
}
