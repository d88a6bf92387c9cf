/** Kraken spot as the simulator knows it: WebSocket API v2 and REST /0/. Pairs are those of
 *  https://api.kraken.com/0/public/AssetPairs. */

import type { InstrumentSpec } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { SimVenue } from '../../wire-port.ts';
import { execIdOf, orderIdOf } from './ids.ts';
import { socketName } from './names.ts';
import { createKrakenWire } from './wire.ts';
import { COST_DECIMALS } from './wire-numbers.ts';

/** Kraken names no largest sizes; these are what a double still counts exactly in lots. */
const COMMON = { lot: '0.00000001', maxSize: '90000000', minNotional: '0.5' };

const INSTRUMENTS: readonly InstrumentSpec[] = [
  { id: 'BTC-USDT', symbol: 'XBTUSDT', tick: '0.1', minSize: '0.00005', ...COMMON },
  { id: 'ETH-USDT', symbol: 'ETHUSDT', tick: '0.01', minSize: '0.001', ...COMMON },
  { id: 'SOL-USDT', symbol: 'SOLUSDT', tick: '0.01', minSize: '0.06', ...COMMON },
  { id: 'XRP-USDT', symbol: 'XRPUSDT', tick: '0.00001', minSize: '2', ...COMMON },
  { id: 'DOGE-USDT', symbol: 'XDGUSDT', tick: '0.00001', minSize: '50', ...COMMON },
];

export const kraken: SimVenue = {
  id: 'kraken',
  instruments: INSTRUMENTS,
  hasChecksums: true,
  // https://docs.kraken.com/api/docs/guides/spot-ws-intro: about 150 in any ten minutes.
  connections: { count: 150, windowMs: 600_000 },
  names: { symbol: socketName, orderId: orderIdOf, tradeId: execIdOf },
  policy: {
    // The first fee tier. Fees of both sides come out of the quote asset (`fciq`), with the decimals of a cost.
    fees: { taker: '0.004', maker: '0.0025', truncateTo: COST_DECIMALS, feeIn: 'quote' },
    // A trade's cost has the pair's `cost_decimals`; that the rest is cut, and not rounded, is assumed.
    valueDecimals: COST_DECIMALS,
    // `cl_ord_id` "uniquely identifies an open order for each client".
    clientIds: 'open',
    marketWithoutLiquidity: 'expire',
    postOnlyTaking: 'refuse',
  },
  makeCredentials: (random) => ({
    apiKey: keyText(random, 56),
    secret: Buffer.from(keyText(random, 64)).toString('base64'),
    passphrase: '',
  }),
  // The venue has two hosts with one path; one port has two paths.
  endpoints: (port) => ({
    rest: `http://127.0.0.1:${port}`,
    wsPublic: `ws://127.0.0.1:${port}/v2`,
    wsPrivate: `ws://127.0.0.1:${port}/auth/v2`,
    wsTrade: `ws://127.0.0.1:${port}/auth/v2`,
  }),
  createWire: createKrakenWire,
};
