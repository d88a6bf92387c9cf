/** The scripts of KuCoin's two sockets of an account: pushes, and order entry.
 *  https://www.kucoin.com/docs-new/websocket-api/base-info/introduction, …/docs-new/3470133w0 */
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { venueError } from './errors.ts';
import { BALANCE_TOPIC, idOf, ORDER_TOPIC } from './orders.ts';
import { isSuccess } from './rest.ts';
import { PING_EVERY_MS, subscription } from './stream.ts';

export type Clean = (error: VenueError) => VenueError;

/** Both sockets answer pings; the venue ends one whose client says nothing for a minute. */
const heartbeatOf = (ping: () => object): SessionHeartbeat => ({
  ping: { text: () => JSON.stringify(ping()) },
  idleMs: 5_000,
  everyMs: PING_EVERY_MS,
  silenceMs: 10_000,
});
export const pushHeartbeat = (nowMs: () => number): SessionHeartbeat =>
  heartbeatOf(() => ({ id: String(Math.floor(nowMs())), type: 'ping' }));
export const tradeHeartbeat = (nowMs: () => number): SessionHeartbeat =>
  heartbeatOf(() => ({ id: `ping-${Math.floor(nowMs())}`, op: 'ping', timestamp: Math.floor(nowMs()) }));

/** Welcome, subscriptions, their acknowledgements, pushes.
 *  @param clean takes secrets out of the venue's words */
export function pushScript(url: string, clean: Clean): SessionScript {
  const topics = [ORDER_TOPIC, BALANCE_TOPIC];
  const pending = new Set(topics);
  return {
    url,
    opening: () => [],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      switch (textOf(frame, 'type')) {
        case 'message':
          return { kind: 'Push', frame };
        case 'welcome':
          return { kind: 'Say', messages: topics.map((topic) => subscription(topic, topic, true)) };
        case 'ack':
          return pending.delete(textOf(frame, 'id')) && pending.size === 0 ? { kind: 'Ready' } : { kind: 'Nothing' };
        case 'error':
          return { kind: 'Refused', error: clean(venueError(idOf(frame, 'code'), textOf(frame, 'data'))) };
        default:
          return { kind: 'Nothing' };
      }
    },
  };
}

/** The address is signed; the venue then sends a challenge, whose signature it wants back, and says welcome. */
export function tradeScript(url: string, answer: (challenge: string) => string, clean: Clean): SessionScript {
  return {
    url,
    opening: () => [],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      if (frame.op === 'pong') return { kind: 'Nothing' };
      const id = textOf(frame, 'id');
      if (id !== '' && typeof frame.op === 'string') return { kind: 'Answer', id, frame };
      if (frame.data === 'welcome') return { kind: 'Ready' };
      if (typeof frame.sessionId === 'string') return { kind: 'Say', messages: [answer(text)] };
      return refused(frame, clean);
    },
  };
}

/** A refusal that names no request: of the address, of the answer to the challenge, or of a frame that it cannot read. */
function refused(frame: Json, clean: Clean): SessionStep {
  const code = idOf(frame, 'code');
  return code === '' || isSuccess(code)
    ? { kind: 'Nothing' }
    : { kind: 'Refused', error: clean(venueError(code, textOf(frame, 'msg'))) };
}

/** The refusal in an answer of the order socket, if it is one, with the wait that it names. */
export function refusalOf(frame: Json): VenueError | undefined {
  const code = idOf(frame, 'code');
  if (isSuccess(code)) return undefined;
  const limit = frame.rateLimit ?? frame.userRateLimit;
  const reset = isObject(limit) && typeof limit.reset === 'number' ? limit.reset : undefined;
  return venueError(code, textOf(frame, 'msg'), code === '429000' ? reset : undefined);
}
