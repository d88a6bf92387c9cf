/** The script of Bitget's private socket: login, subscriptions, pushes.
 *  https://www.bitget.com/api-doc/common/websocket-intro */
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { codeOf, venueError } from './errors.ts';

/** The venue wants a text `ping` every 30 s and cuts two minutes after the last one, also while pushes flow. */
export const HEARTBEAT: SessionHeartbeat = {
  ping: { text: () => 'ping' },
  idleMs: 5000,
  everyMs: 20_000,
  silenceMs: 10_000,
};

const PRIVATE_CHANNELS: readonly Readonly<Record<string, string>>[] = [
  { instType: 'SPOT', channel: 'orders', instId: 'default' },
  { instType: 'SPOT', channel: 'fill', instId: 'default' },
  { instType: 'SPOT', channel: 'account', coin: 'default' },
];
export const subscribeFrame = (): string => JSON.stringify({ op: 'subscribe', args: PRIVATE_CHANNELS });

/** @param clean takes secrets out of the venue's words */
export function privateScript(
  url: string,
  login: () => string,
  clean: (error: VenueError) => VenueError,
): SessionScript {
  let acknowledged = 0;
  const onEvent = (event: string, frame: Json): SessionStep => {
    const error = clean(venueError(codeOf(frame), textOf(frame, 'msg')));
    switch (event) {
      case 'error':
        return { kind: 'Refused', error };
      case 'login':
        return error.code === '0' ? { kind: 'Say', messages: [subscribeFrame()] } : { kind: 'Refused', error };
      case 'subscribe':
        acknowledged++;
        return acknowledged === PRIVATE_CHANNELS.length ? { kind: 'Ready' } : { kind: 'Nothing' };
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
      if (typeof frame.event === 'string') return onEvent(frame.event, frame);
      return isObject(frame.arg) ? { kind: 'Push', frame } : { kind: 'Nothing' };
    },
  };
}
