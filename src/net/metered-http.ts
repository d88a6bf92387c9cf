/** The HTTP port of one venue: its replies tell how the venue's limits stand, and nothing is sent that the venue has just
 *  refused: no questions while those are refused, nothing at all while it keeps us out. Questions that a gateway asks by
 *  itself (the fills of an order, the venue's time) pass here and nowhere else. */
import { Fault } from '../core/faults.ts';
import type { VenueError } from '../core/order.ts';
import type { RateBudget } from '../core/rate-budget.ts';
import type { RateLimits } from '../core/rate-limits.ts';
import type { HttpPort, HttpRequest } from '../core/socket.ts';

export function meteredHttp(http: HttpPort, budget: RateBudget, { readHeaders }: RateLimits): HttpPort {
  const waitMsFor = (method: HttpRequest['method']): number =>
    Math.ceil(Math.max(budget.restWaitMs, method === 'GET' ? budget.closedMs('query') : 0));
  return {
    async request(request) {
      const waitMs = waitMsFor(request.method);
      if (waitMs > 0) {
        const what = budget.restWaitMs > 0 ? 'keeps us out' : 'wants no questions';
        throw new Fault('venue/rate-limited', `${budget.venue} ${what} for another ${waitMs} ms; nothing is sent`, {
          venue: budget.venue,
          retryAfterMs: waitMs,
        });
      }
      const reply = await http.request(request);
      if (readHeaders !== undefined) {
        const path = URL.parse(request.url)?.pathname ?? '';
        for (const reading of readHeaders(path, reply.headers)) budget.correct(reading);
      }
      return reply;
    },
    // Of a refused order or cancel it is known elsewhere which lane it met.
    onRefusal: (error: VenueError, method) => {
      if (error.isBan === true || (error.class === 'rate-limit' && method === 'GET')) budget.refused('query', error);
    },
    close: () => http.close(),
  };
}
