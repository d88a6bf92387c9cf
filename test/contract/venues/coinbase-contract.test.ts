import { coinbase } from '../../../src/venues/coinbase/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(coinbase, {
  cannot: { 'market-buy': 'the venue sizes market buys in the quote asset only; ours are sized in base' },
});
