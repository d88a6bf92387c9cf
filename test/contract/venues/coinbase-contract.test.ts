import { coinbase } from '../../../src/venues/coinbase/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(coinbase, {
  cannot: {
    'market-buy': 'the venue sizes market buys in the quote asset only; ours are sized in base',
    deadMan: 'Advanced Trade has no such timer',
  },
  // The secret is a key in PEM, which one changed letter leaves as it is or makes unreadable: `coinbase-sim.test.ts` has
  // another key instead.
  keyParts: ['apiKey'],
});
