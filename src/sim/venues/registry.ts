/** The simulated venues. One line a venue. */
import type { SimVenue } from '../wire-port.ts';
import { binanceVenue } from './binance/index.ts';
import { bitget } from './bitget/index.ts';
import { bybit } from './bybit/index.ts';
import { coinbase } from './coinbase/index.ts';
import { gate } from './gate/index.ts';
import { kraken } from './kraken/index.ts';
import { kucoin } from './kucoin/index.ts';
import { okx } from './okx/index.ts';

export const SIM_VENUES: readonly SimVenue[] = [
  binanceVenue, //
  okx,
  bybit,
  kucoin,
  bitget,
  kraken,
  coinbase,
  gate,
];
