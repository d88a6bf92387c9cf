/** The script of OKX's private socket: login, subscriptions, answers, pushes.
 *  https://www.okx.com/docs-v5/en/#overview-websocket-connect */
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { errorText, type VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { venueError } from './errors.ts';
import { PRIVATE_CHANNELS, subscribeFrame } from './orders.ts';

/** The venue drops a socket that was silent for 30 s; we ping long before, and do not wait long for the pong. */
export const HEARTBEAT: SessionHeartbeat = { ping: { text: () => 'ping' }, idleMs: 5000, silenceMs: 10_000 };
const UPGRADE_NOTICE = '64008';

/** @param clean takes secrets out of the venue's words */
export function privateScript(
  url: string,
  login: () => string,
  clean: (error: VenueError) => VenueError,
): SessionScript {
  let acknowledged = 0;
  const onEvent = (event: string, frame: Json): SessionStep => {
    const error = clean(venueError(textOf(frame, 'code'), textOf(frame, 'msg')));
    switch (event) {
      case 'error':
      case 'channel-conn-count-error':
        return { kind: 'Refused', error };
      case 'login':
        return error.code === '0' ? { kind: 'Say', messages: [subscribeFrame()] } : { kind: 'Refused', error };
      case 'subscribe':
        acknowledged++;
        return acknowledged === PRIVATE_CHANNELS.length ? { kind: 'Ready' } : { kind: 'Nothing' };
      case 'notice':
        return {
          kind: error.code === UPGRADE_NOTICE ? 'Goodbye' : 'Notice',
          message: errorText(error),
        };
      default:
        return { kind: 'Nothing' };
    }
  };
  return {
    url,
    opening: () => [login()],
    read: (text) => {
      if (text === 'pong') return { kind: 'Nothing' };
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      const id = textOf(frame, 'id');
      if (id !== '') return { kind: 'Answer', id, frame };
      if (typeof frame.event === 'string') return onEvent(frame.event, frame);
      return isObject(frame.arg) ? { kind: 'Push', frame } : { kind: 'Nothing' };
    },
  };
}
