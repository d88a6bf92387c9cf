import { binance } from '../../../src/venues/binance/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(binance, {
  cannot: { deadMan: 'spot has no such timer; countdownCancelAll is for futures and options' },
});
