/** The scripts of Bybit's private sockets: one for pushes, one for orders.
 *  https://bybit-exchange.github.io/docs/v5/ws/connect, …/v5/websocket/trade/guideline */
import { type Json, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { classOf, venueError } from './errors.ts';
import { isCode } from './rest.ts';

/** The venue ends a socket without pings after ten minutes; we ping long before, and do not wait long for the pong. */
export const HEARTBEAT: SessionHeartbeat = { ping: { text: () => '{"op":"ping"}' }, idleMs: 5000, silenceMs: 10_000 };

/** Topics for all products: those for spot alone may not stand in one request with others. */
export const PRIVATE_TOPICS = ['order', 'execution', 'wallet'] as const;

export interface ScriptDeps {
  readonly url: string;
  /** The log-on, signed with the time. */
  readonly auth: () => string;
  /** Takes secrets out of the venue's words. */
  readonly clean: (error: VenueError) => VenueError;
}

/** Log-on, subscriptions, pushes. */
export function privateScript({ url, auth, clean }: ScriptDeps): SessionScript {
  const onOperation = (op: string, frame: Json): SessionStep => {
    if (op === 'pong' || op === 'ping') return { kind: 'Nothing' };
    if (frame.success !== true) return { kind: 'Refused', error: clean(refusalOf(op, frame)) };
    if (op === 'auth') {
      return { kind: 'Say', messages: [JSON.stringify({ op: 'subscribe', args: PRIVATE_TOPICS })] };
    }
    return op === 'subscribe' ? { kind: 'Ready' } : { kind: 'Nothing' };
  };
  return {
    url,
    opening: () => [auth()],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      if (typeof frame.topic === 'string') return { kind: 'Push', frame };
      return onOperation(textOf(frame, 'op'), frame);
    },
  };
}

/** Log-on, answers to orders. @param requestPrefix stands before the session's own number in every request id */
export function tradeScript({ url, auth, clean }: ScriptDeps, requestPrefix: string): SessionScript {
  return {
    url,
    opening: () => [auth()],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      const op = textOf(frame, 'op');
      const isRefused = isCode(frame.retCode) ? frame.retCode !== 0 : frame.success === false;
      if (op === 'auth') return isRefused ? { kind: 'Refused', error: clean(refusalOf(op, frame)) } : { kind: 'Ready' };
      if (op === 'pong' || op === 'ping') return { kind: 'Nothing' };
      const id = textOf(frame, 'reqId');
      if (id.startsWith(requestPrefix)) return { kind: 'Answer', id: id.slice(requestPrefix.length), frame };
      return isRefused ? { kind: 'Refused', error: clean(refusalOf(op, frame)) } : { kind: 'Nothing' };
    },
  };
}

/** The private socket says what is wrong in words alone, the trade socket with a code. Whatever is wrong with a log-on is
 *  a matter of the key, unless the code says otherwise. */
function refusalOf(op: string, frame: Json): VenueError {
  const message = textOf(frame, 'retMsg') || textOf(frame, 'ret_msg');
  const code = [frame.retCode, frame.ret_code].find(isCode);
  const error = venueError(code === undefined ? op : String(code), message);
  return op === 'auth' && classOf(error.code) === 'other' ? { ...error, class: 'auth' } : error;
}
