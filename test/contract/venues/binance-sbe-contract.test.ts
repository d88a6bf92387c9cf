/** The whole contract with an Ed25519 key: order entry logged on by it, market data in SBE. */

import { binance } from '../../../src/venues/binance/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(binance, {
  keys: 'ed25519',
  marketData: 'sbe',
  cannot: { deadMan: 'spot has no such timer; countdownCancelAll is for futures and options' },
});
