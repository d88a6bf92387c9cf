/** The script of Kraken's private socket: a token in each subscription, acknowledgements, answers, pushes.
 *  https://docs.kraken.com/api/docs/guides/spot-ws-auth, …/websocket-v2/executions, …/balances */
import { isObject, type Json, parseNumberTexts, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { classOf, venueError } from './errors.ts';
import { subscribeFrame } from './orders.ts';
import { PING } from './stream.ts';

/** A heartbeat comes each second in which nothing else does. */
export const HEARTBEAT: SessionHeartbeat = { ping: { text: () => PING }, idleMs: 3000, silenceMs: 8000 };

export const PRIVATE_CHANNELS = ['executions', 'balances'] as const;

/** @param token good for as long as the connection that first used it
 *  @param clean takes secrets out of the venue's words */
export function privateScript(
  url: string,
  token: string,
  clean: (error: VenueError) => VenueError,
  nowMs: () => number,
): SessionScript {
  const acknowledged = new Set<string>();
  const sequences = new Map<string, number>();
  /** Why the connection is of no more use. */
  let ending: string | undefined;

  const onMethod = (method: string, frame: Json): SessionStep => {
    const refusal = frame.success === true ? '' : textOf(frame, 'error') || 'refused without a word';
    const id = textOf(frame, 'req_id');
    if (method === 'pong') return { kind: 'Nothing' };
    if (id !== '') {
      // A token that is no longer taken is replaced with its connection.
      if (refusal !== '' && classOf(refusal) === 'auth') ending = 'the token was refused';
      return { kind: 'Answer', id, frame };
    }
    if (refusal !== '') return { kind: 'Refused', error: clean(venueError(refusal, nowMs())) };
    if (method !== 'subscribe' || !isObject(frame.result)) return { kind: 'Nothing' };
    acknowledged.add(textOf(frame.result, 'channel'));
    return PRIVATE_CHANNELS.every((name) => acknowledged.has(name)) ? { kind: 'Ready' } : { kind: 'Nothing' };
  };

  /** Messages of a subscription are numbered without holes. */
  const isInLine = (channel: string, frame: Json): boolean => {
    const sequence = Number(textOf(frame, 'sequence') || Number.NaN);
    const last = sequences.get(channel);
    sequences.set(channel, sequence);
    return last === undefined || !(sequence > last + 1);
  };

  return {
    url,
    opening: () => PRIVATE_CHANNELS.map((channel) => subscribeFrame(channel, token)),
    read: (text) => {
      const frame = parseNumberTexts(text);
      if (!isObject(frame)) return { kind: 'Unreadable' };
      const channel = textOf(frame, 'channel');
      if (channel === 'executions' || channel === 'balances') {
        if (isInLine(channel, frame)) return { kind: 'Push', frame };
        return { kind: 'Goodbye', message: `messages of ${channel} are missing` };
      }
      if (typeof frame.method === 'string') return onMethod(frame.method, frame);
      const error = textOf(frame, 'error') || textOf(frame, 'Error');
      if (error !== '') return { kind: 'Refused', error: clean(venueError(error, nowMs())) };
      if (ending === undefined) return { kind: 'Nothing' };
      const message = ending;
      ending = undefined;
      return { kind: 'Goodbye', message };
    },
  };
}
