import { bitget } from '../../../src/venues/bitget/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(bitget, {
  cannot: {
    'market-buy': 'market buys are sized in the quote asset',
    deadMan: 'classic accounts have no such timer; countdown-cancel-all is for unified ones (v3)',
  },
});
