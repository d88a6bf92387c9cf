/** `POST /api/v1/hf/orders/dead-cancel-all`: orders are cancelled unless it comes again in time.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/orders/set-dcp. The venue carries it out up to ten seconds
 *  late; here it is at once. */

import type { DeadManTimers } from '../../dead-man.ts';
import { readObject } from '../../json-object.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS } from './errors.ts';
import { textOf } from './order-reading.ts';
import type { SignedRoute } from './routes.ts';

const LEAST_S = 5;
const MOST_S = 86_400;
const MAX_SYMBOLS = 50;

export function deadManRoutes({ exchange, clock }: WireContext, timers: DeadManTimers): readonly SignedRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/hf/orders/dead-cancel-all',
      pool: 'spot',
      weight: 2,
      signed: ({ http }, account) => {
        const body = readObject(http.body);
        if (body === undefined) return { error: ERRORS.parameter };
        const { timeout } = body;
        const isOff = timeout === -1;
        if (!isOff && (!Number.isInteger(timeout) || Number(timeout) < LEAST_S || Number(timeout) > MOST_S)) {
          return { error: ERRORS.parameter };
        }
        const symbols = textOf(body, 'symbols')
          .split(',')
          .filter((symbol) => symbol !== '');
        if (symbols.length > MAX_SYMBOLS) return { error: ERRORS.parameter };
        if (symbols.some((symbol) => exchange.instrumentBySymbol(symbol) === undefined)) {
          return { error: ERRORS.unknownSymbol };
        }
        // One setting an account: the last one counts, whatever symbols it names.
        const triggerAt = timers.set(account, isOff ? 0 : Number(timeout) * 1000, {
          name: '',
          isMeant: ({ instrument }) => symbols.length === 0 || symbols.includes(instrument.symbol),
        });
        const seconds = (ms: number): number => Math.floor(ms / 1000);
        return { data: { currentTime: seconds(clock.wallMs()), triggerTime: seconds(triggerAt) } };
      },
    },
  ];
}
