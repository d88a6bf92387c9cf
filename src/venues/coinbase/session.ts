/** The script of the socket for the user's orders: two subscriptions, each with a token of its own, then pushes.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels#user-channel */
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript } from '../../net/session-port.ts';
import { venueError } from './errors.ts';

/** The venue's heartbeats come every second; our pings only ask for more when they do not. */
export const HEARTBEAT: SessionHeartbeat = { ping: 'frame', idleMs: 2000, silenceMs: 6000 };

/** Without products: the orders of all. */
const subscribe = (channel: string, jwt: string): string => JSON.stringify({ type: 'subscribe', channel, jwt });

export interface UserTokens {
  readonly user: string;
  readonly heartbeats: string;
}

/** @param clean takes secrets out of the venue's words */
export function userScript(url: string, tokens: UserTokens, clean: (error: VenueError) => VenueError): SessionScript {
  let last = -1;
  let isIncomplete = false;
  return {
    url,
    // Within 5 s of connecting, else the venue hangs up.
    opening: () => [subscribe('user', tokens.user), subscribe('heartbeats', tokens.heartbeats)],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      if (frame.type === 'error') return { kind: 'Refused', error: refusalOf(textOf(frame, 'message'), clean) };
      const { sequence_num: sequence } = frame;
      if (typeof sequence === 'number') {
        if (last >= 0 && sequence > last + 1) isIncomplete = true;
        last = Math.max(last, sequence);
      }
      switch (frame.channel) {
        case 'user':
          return { kind: 'Push', frame };
        case 'subscriptions':
          return { kind: hasSubscription(frame, 'user') ? 'Ready' : 'Nothing' };
        // Whatever was missed, an order's end among it, is not sent again: a new connection, and questions, tell.
        default:
          return isIncomplete ? { kind: 'Goodbye', message: 'a message of it was lost' } : { kind: 'Nothing' };
      }
    },
  } satisfies SessionScript;
}

/** Cleaned first: the code is made of the words, and cut. */
function refusalOf(words: string, clean: (error: VenueError) => VenueError): VenueError {
  const { message } = clean(venueError('error', words));
  const code = message.trim().toLowerCase().replaceAll(/\s+/g, '-').slice(0, 60);
  return venueError(code || 'error', message);
}

/** Whether a `subscriptions` frame lists a channel. */
function hasSubscription(frame: Json, channel: string): boolean {
  if (!Array.isArray(frame.events)) return false;
  return frame.events.some(
    (event: unknown) => isObject(event) && isObject(event.subscriptions) && channel in event.subscriptions,
  );
}
