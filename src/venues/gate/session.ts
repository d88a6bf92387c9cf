/** The script of Gate's private socket: login, subscriptions, answers, pushes.
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#spot-account-trade */
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { Credentials } from '../../core/venue.ts';
import type { SessionHeartbeat, SessionScript, SessionStep } from '../../net/session-port.ts';
import { subscriptionError, venueError } from './errors.ts';
import { PRIVATE_CHANNELS } from './pushes.ts';
import { waitUntil } from './rest.ts';
import { loginFrame, subscribeFrame } from './sign.ts';
import { pingText } from './stream.ts';

/** The venue cuts a socket that was silent for 30 s; we ping long before, and do not wait long for the pong. */
export const heartbeat = (nowMs: () => number): SessionHeartbeat => ({
  ping: { text: () => pingText(nowMs()) },
  idleMs: 5000,
  silenceMs: 10_000,
});

const LOGIN_ID = 'login';

/** @param seconds the venue's time
 *  @param clean takes secrets out of the venue's words */
export function privateScript(
  url: string,
  credentials: Credentials,
  seconds: () => number,
  clean: (error: VenueError) => VenueError,
): SessionScript {
  // Login and subscriptions are signed each for itself, so none has to wait for another.
  const awaited = new Set(['spot.login', ...PRIVATE_CHANNELS.map(({ channel }) => channel)]);
  const done = (channel: string): SessionStep => {
    if (!awaited.delete(channel)) return { kind: 'Nothing' };
    return awaited.size === 0 ? { kind: 'Ready' } : { kind: 'Nothing' };
  };
  return {
    url,
    opening: () => [
      loginFrame(credentials, LOGIN_ID, seconds()),
      ...PRIVATE_CHANNELS.map(({ channel, payload }) => subscribeFrame(credentials, channel, payload, seconds())),
    ],
    read: (text) => {
      const frame = parseObject(text);
      if (frame === undefined) return { kind: 'Unreadable' };
      const { header, error } = frame;
      if (isObject(header)) {
        if (textOf(header, 'channel') === 'spot.login' || frame.request_id === LOGIN_ID) {
          const refusal = refusalOf(frame);
          return refusal === undefined ? done('spot.login') : { kind: 'Refused', error: clean(refusal) };
        }
        // A receipt; what becomes of the request follows under the same id.
        if (frame.ack === true) return { kind: 'Nothing' };
        return { kind: 'Answer', id: textOf(frame, 'request_id'), frame };
      }
      if (isObject(error)) return { kind: 'Refused', error: clean(subscriptionError(error)) };
      if (frame.event === 'update') return { kind: 'Push', frame };
      return frame.event === 'subscribe' ? done(textOf(frame, 'channel')) : { kind: 'Nothing' };
    },
  };
}

/** The refusal in an answer of the WebSocket API, if it is one. */
export function refusalOf(frame: Json): VenueError | undefined {
  const header = isObject(frame.header) ? frame.header : {};
  const status = Number(header.status);
  const data = isObject(frame.data) ? frame.data : {};
  if (!isObject(data.errs)) {
    if (status >= 200 && status < 300) return undefined;
    const message = `status ${String(header.status)} without a reason`;
    return { ...venueError(`status-${String(header.status)}`, message), class: 'unknown-outcome' };
  }
  // Documented and sent with and without the "e".
  const reset = header.x_gate_ratelimit_reset_timestamp ?? header.x_gat_ratelimit_reset_timestamp;
  const wait = status === 429 ? waitUntil(reset, Number(header.response_time)) : undefined;
  const error = venueError(textOf(data.errs, 'label'), textOf(data.errs, 'message'), wait);
  // A server error says nothing of what was done before it.
  return status >= 500 ? { ...error, class: 'unknown-outcome' } : error;
}
