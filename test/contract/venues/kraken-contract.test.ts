import { kraken } from '../../../src/venues/kraken/index.ts';
import { venueContract } from './venue-contract.ts';

venueContract(kraken, {
  // REST calls it XBTUSDT.
  symbolOf: (instrument) => instrument.replace('-', '/'),
  // Kept in the ledger with the decimals of price times size, and shown with the eight of the asset.
  balanceDecimals: 7,
  // Nothing is numbered: a frame below the ten levels of the checksum, or one that the next undoes, is not missed.
  unnoticed: 12,
});
