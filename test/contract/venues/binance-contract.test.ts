import { binance } from '../../../src/venues/binance/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(binance);
