import { gate } from '../../../src/venues/gate/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(gate, {
  cannot: { 'market-buy': 'the venue sizes a market buy in the quote asset' },
});
