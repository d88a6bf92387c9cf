/** What a logged-on socket is given, and what it says. */
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { VenueError } from '../core/order.ts';
import type { SocketFactory } from '../core/socket.ts';
import type { MonoNs } from '../core/units.ts';

/** What one frame means to the session. */
export type SessionStep =
  /** Part of the log-on: send these next. */
  | { readonly kind: 'Say'; readonly messages: readonly string[] }
  /** Logged on and subscribed: the session is up. */
  | { readonly kind: 'Ready' }
  /** The answer to the request `id`. */
  | { readonly kind: 'Answer'; readonly id: string; readonly frame: Json }
  | { readonly kind: 'Push'; readonly frame: Json }
  /** The venue refused: while logging on the end of this try, later only told. */
  | { readonly kind: 'Refused'; readonly error: VenueError }
  /** The venue will close the connection: it is replaced between two requests. */
  | { readonly kind: 'Goodbye'; readonly message: string }
  | { readonly kind: 'Notice'; readonly message: string }
  | { readonly kind: 'Nothing' }
  | { readonly kind: 'Unreadable' };

/** One connection's part, from its address to its last frame. May hold state (acknowledgements still awaited). */
export interface SessionScript {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent once open; made then, since they are signed with the time. */
  opening(): readonly string[];
  read(text: string): SessionStep;
}

export interface SessionHeartbeat {
  /** `frame`: WebSocket ping frames; else that text. Sent when nothing arrived for `idleMs`. */
  readonly ping: 'frame' | { readonly text: () => string };
  readonly idleMs: number;
  /** Sent at least this often, whatever arrives: the venue ends connections whose client says nothing. */
  readonly everyMs?: number;
  /** Nothing arrived for this long: the connection is dead. */
  readonly silenceMs: number;
}

export interface SessionDeps {
  readonly venue: string;
  /** What the socket is for, in messages: `private socket`. */
  readonly name: string;
  /** Makes the next connection's script; may ask the venue for its time or a token first. `isFirst`: a failure fails
   *  `start`; later ones are tried again. */
  readonly script: (isFirst: boolean) => SessionScript | Promise<SessionScript>;
  readonly heartbeat: SessionHeartbeat;
  /** The venue ends connections at this age; they are replaced before. */
  readonly maxAgeMs?: number;
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  readonly log: Log;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
  readonly onPush: (frame: Json) => void;
}

/** A request that was written. */
export interface SessionRequest {
  readonly sentAt: MonoNs;
  readonly answer: Promise<Answer>;
}

/** What became of a request that was written. */
export type Answer =
  | { readonly kind: 'answered'; readonly frame: Json; readonly at: MonoNs }
  | { readonly kind: 'lost'; readonly reason: string };
