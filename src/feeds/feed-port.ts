/** What a feed is given, and what it says of itself. */
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { HttpPort, SocketFactory } from '../core/socket.ts';
import type { Endpoints, VenueDescriptor } from '../core/venue.ts';
import type { Control } from '../memory/control.ts';
import type { Counters, Histogram } from '../memory/counters.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Layout } from '../memory/layout.ts';
import type { ConnectionLimits } from './connection.ts';
import type { FeedCounter } from './feed-counters.ts';
import type { RowState } from './feed-row.ts';

export interface FeedDeps {
  readonly descriptor: VenueDescriptor;
  readonly endpoints: Endpoints;
  readonly universe: Universe;
  readonly venueIndex: number;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly sockets: SocketFactory;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
  /** Called after rows were published, so that a fused thread can run its detector at once. */
  readonly wake: () => void;
  readonly doorbell: Doorbell;
  readonly incarnation: number;
  readonly counters: Counters<FeedCounter>;
  /** From the read callback to the row published, ns. */
  readonly decode?: Histogram;
  readonly limits?: Partial<ConnectionLimits>;
  /** Farthest that the venue's time of an event may be from ours, ms; absent: it is not looked at. */
  readonly maxVenueSkewMs?: number;
}

export interface FeedState {
  /** Whether the warm-up is over, before which no row turns live. */
  readonly isWarm: boolean;
  readonly connections: readonly { readonly place: string; readonly isUp: boolean; readonly symbols: number }[];
  readonly rows: readonly RowState[];
}
