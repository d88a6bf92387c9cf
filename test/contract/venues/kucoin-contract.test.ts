import { kucoin } from '../../../src/venues/kucoin/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(kucoin);
