/** Any exchange of ccxt as a venue: ccxt's `gate` in a worker against the simulated Gate. */
import { ccxtVenue } from '../../../src/venues/ccxt/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(ccxtVenue('gate'));
