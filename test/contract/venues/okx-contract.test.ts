import { okx } from '../../../src/venues/okx/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(okx);
