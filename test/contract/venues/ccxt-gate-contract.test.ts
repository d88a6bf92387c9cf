/** Any exchange of ccxt as a venue: ccxt's `gate` in a worker against the simulated Gate. */
import { ccxtVenue } from '../../../src/venues/ccxt/index.ts';
import { venueContract } from './venue-contract.ts';

const BLIND = "ccxt's gate applies updates of spot.obu without looking whether one is missing";

// The simulated account's rates; ccxt's table has those of the public fee page.
venueContract(
  { ...ccxtVenue('gate'), defaultFees: { taker: '0.001', maker: '0.001' } },
  {
    cannot: {
      'market-buy': 'classes of ccxt size a market buy by base or by cost, each in its way; none is sent',
      permissions: 'ccxt has no common way to ask what a key may do',
      venueClock: "ccxt keeps the venue's time to itself, and not every class of it asks",
      deadMan: 'few classes of ccxt have such a timer, each in its way; none is used',
    },
    unseen: { gap: BLIND, reorder: BLIND },
  },
);
