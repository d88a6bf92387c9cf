import { bybit } from '../../../src/venues/bybit/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(bybit);
