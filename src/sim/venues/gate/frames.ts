/** The frames around everything that a socket of Gate says. Sources:
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#server-response and …/#websocket-api-server-response; `conn_id`,
 *  `trace_id`, `payload` and `requestId` as recorded in 2025 and 2026. */
import type { ChannelError } from './errors.ts';
import { seconds } from './times.ts';

/** A server's push. */
export const updateFrame = (channel: string, at: number, result: unknown): string =>
  JSON.stringify({ time: seconds(at), time_ms: Math.floor(at), channel, event: 'update', result });

/** Pushes of `spot.obu` have another head than all the others, without seconds. */
export const obuFrame = (at: number, result: object): string =>
  JSON.stringify({ channel: 'spot.obu', result, time_ms: Math.floor(at), event: 'update' });

/** What the answer to a request repeats of it. */
export interface RequestHead {
  readonly id?: unknown;
  readonly channel: string;
  readonly event: string;
  readonly payload?: unknown;
}

/** The answer to `subscribe` and `unsubscribe`. */
export const statusFrame = (
  at: number,
  { id, channel, event, payload }: RequestHead,
  ids: { readonly connection: string; readonly trace: string },
  error?: ChannelError,
): string =>
  JSON.stringify({
    time: seconds(at),
    time_ms: Math.floor(at),
    ...(id === undefined ? {} : { id }),
    conn_id: ids.connection,
    trace_id: ids.trace,
    channel,
    event,
    ...(payload === undefined ? {} : { payload }),
    ...(error === undefined ? {} : { error }),
    result: { status: error === undefined ? 'success' : 'fail' },
    requestId: ids.trace,
  });

/** The answer to `spot.ping`. */
export const pongFrame = (
  at: number,
  id: unknown,
  ids: { readonly connection: string; readonly trace: string },
): string =>
  JSON.stringify({
    time: seconds(at),
    time_ms: Math.floor(at),
    ...(id === undefined ? {} : { id }),
    conn_id: ids.connection,
    channel: 'spot.pong',
    event: '',
    result: null,
    requestId: ids.trace,
  });
