/** The binary market data of Binance: the books of the JSON streams from a host of its own, which wants the API key of an
 *  Ed25519 key in the upgrade request. Depth comes every 20 ms instead of 100; best bid and ask carry a time, and old
 *  ones are left out when the venue is busy. Ids, procedure and snapshots are those of JSON; so are acknowledgements and
 *  notices, as texts on the same connection.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/sbe-market-data-streams */
import type { KeyedStream } from '../../core/venue.ts';
import { createSbeParser } from './sbe-parse.ts';
import { isEd25519, readKey } from './sign.ts';
import { planConnections, stream } from './stream.ts';

export const sbe: KeyedStream = {
  refusal: ({ secret }) =>
    isEd25519(readKey(secret))
      ? undefined
      : 'sbe wants an Ed25519 key: its private half as the secret, PKCS #8 in PEM or in bare base64',
  open: (apiKey) => ({
    ...stream,
    createParser: createSbeParser,
    plan: ({ wsSbe = '' }, symbols) =>
      planConnections({ host: wsSbe, channels: ['depth', 'bestBidAsk'], headers: { 'X-MBX-APIKEY': apiKey } }, symbols),
  }),
};
