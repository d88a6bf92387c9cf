import { kraken } from '../../../src/venues/kraken/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(kraken, {
  // REST calls it XBTUSDT.
  symbolOf: (instrument) => instrument.replace('-', '/'),
  // Kept in the ledger with the decimals of price times size, and shown with the eight of the asset.
  balanceDecimals: 7,
});
