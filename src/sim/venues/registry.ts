/** The simulated venues. One line a venue. */
import type { SimVenue } from '../wire-port.ts';
import { binanceVenue } from './binance/index.ts';
import { gate } from './gate/index.ts';
import { okx } from './okx/index.ts';

export const SIM_VENUES: readonly SimVenue[] = [binanceVenue, okx, gate];
