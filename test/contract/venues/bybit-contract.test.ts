import { bybit } from '../../../src/venues/bybit/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(bybit, {
  cannot: { deadMan: 'its DCP watches a connection instead, and only for clients that applied for it' },
});
