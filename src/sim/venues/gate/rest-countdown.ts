/** `POST /spot/countdown_cancel_all`: orders of all pairs, or of one, are cancelled unless it comes again in time.
 *  Source: https://www.gate.com/docs/developers/apiv4/en/#countdown-cancel-orders. */
import { isObject } from '../../../core/json.ts';
import type { ExchangePort, SimOrder } from '../../port.ts';
import { wireError } from './errors.ts';
import { isGiven, readPair } from './order-params.ts';
import type { OrderRoute } from './rest-orders.ts';
import type { TradeDesk } from './trade-desk.ts';

const LEAST_S = 5;

export function countdownRoutes(desk: TradeDesk, exchange: ExchangePort): Readonly<Record<string, OrderRoute>> {
  const countdown: OrderRoute = {
    run: ({ account, body: args, deadline }, done) => {
      if (!isObject(args)) return wireError('INVALID_REQUEST_BODY');
      const { timeout } = args;
      if (timeout === undefined) return wireError('MISSING_REQUIRED_PARAM', 'timeout');
      if (!Number.isInteger(timeout) || (timeout !== 0 && Number(timeout) < LEAST_S)) {
        return wireError('INVALID_PARAM_VALUE', 'timeout', String(timeout));
      }
      const pair = isGiven(args, 'currency_pair') ? readPair(exchange, args) : undefined;
      if (pair?.ok === false) return pair.error;
      const only = pair?.value;
      const isMeant = ({ instrument }: SimOrder): boolean => only === undefined || instrument === only;
      const ms = Number(timeout) * 1000;
      desk.submit(
        { account, orders: [], cancels: 1, deadline },
        () => ({
          status: 200,
          body: { triggerTime: desk.deadMan.set(account, ms, { name: only?.symbol ?? '', isMeant }) },
        }),
        done,
      );
      return undefined;
    },
  };
  return { 'POST /spot/countdown_cancel_all': countdown };
}
