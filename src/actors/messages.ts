/** What the supervisor's thread and the actors' threads say to each other. All of it is cold. */
import type { Config } from '../core/config.ts';
import type { FaultCode } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Balance } from '../core/order.ts';
import type { Credentials, Endpoints, MarketAccess, VenueId } from '../core/venue.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import type { Consumer, MemoryShape } from '../memory/layout.ts';
import type { ActorCommand } from './actor.ts';
import type { CrashAt } from './crash-point.ts';

export type IdleKind = Config['idle'];

export type ActorSpec =
  | {
      readonly kind: 'feed';
      readonly name: string;
      readonly venueIndex: number;
      readonly venue: VenueId;
      readonly endpoints: Endpoints;
      readonly incarnation: number;
      /** Only where the venue's market data is configured to need a key. Never the secret. */
      readonly access?: MarketAccess;
    }
  | { readonly kind: 'detector'; readonly name: string; readonly life: number }
  | {
      readonly kind: 'executor';
      readonly name: string;
      /** 5 characters of [0-9a-z], this installation's; and how many executors it has started before this one. */
      readonly instance: string;
      readonly epoch: number;
      readonly venues: readonly {
        readonly venue: VenueId;
        readonly endpoints: Endpoints;
        readonly credentials: Credentials;
      }[];
      /** Runs whose last records may not be in the journal: those that died, and a predecessor's in this run. */
      readonly unended: readonly string[];
    }
  | { readonly kind: 'journal'; readonly name: string };

/** What every actor's thread is given: plain data and shared memory. Credentials travel in the executor's spec alone, and
 *  an API key without its secret in the spec of a feed that has to show one. */
export interface EngineContext {
  readonly run: string;
  readonly dataDir: string;
  /** Where logs go while the panel has the terminal. */
  readonly logFile?: string;
  readonly config: Config;
  readonly universe: Universe;
  readonly shape: MemoryShape;
  readonly buffer: SharedArrayBuffer;
  /** Crash tests only. */
  readonly crashAt?: CrashAt;
}

export interface ThreadPlan {
  readonly name: string;
  readonly index: number;
  /** `loopless` threads drain rings and never return to an event loop; only a detector alone can. */
  readonly loop: 'event-loop' | 'loopless';
  readonly idle: IdleKind;
  readonly actors: readonly string[];
  /** Consumers of this thread that producers of other threads wake. */
  readonly bells: readonly Consumer[];
}

export interface ThreadData {
  readonly context: EngineContext;
  readonly plan: ThreadPlan;
}

export interface FaultMessage {
  readonly code: FaultCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type ToThread =
  | { readonly kind: 'StartActor'; readonly spec: ActorSpec }
  | { readonly kind: 'StopActor'; readonly name: string }
  | { readonly kind: 'Command'; readonly name: string; readonly command: ActorCommand }
  /** Tests only: makes an actor fail, at its boundary or past it. */
  | { readonly kind: 'Crash'; readonly name: string; readonly how: 'boundary' | 'uncaught' }
  | { readonly kind: 'Shutdown' };

export type FromThread =
  | { readonly kind: 'ThreadReady' }
  | { readonly kind: 'ActorStarted'; readonly name: string }
  | { readonly kind: 'ActorStopped'; readonly name: string }
  | { readonly kind: 'ActorCrashed'; readonly name: string; readonly message: string; readonly stack: string }
  | { readonly kind: 'FaultRaised'; readonly name: string; readonly fault: FaultMessage }
  | {
      readonly kind: 'BalancesFetched';
      readonly venue: VenueId;
      readonly moment: 'start' | 'end';
      readonly balances: readonly Balance[];
    }
  /** What the venue had more than we did, by asset, decimal texts; and all that it said. */
  | {
      readonly kind: 'BalancesDrifted';
      readonly venue: VenueId;
      readonly changes: Readonly<Record<string, string>>;
      readonly balances: readonly Balance[];
    }
  | { readonly kind: 'BalancesFailed'; readonly venue: VenueId; readonly message: string }
  /** The executor's loop went round. The last one says whether all that it sent is settled. */
  | { readonly kind: 'Beat'; readonly isLast: false }
  | { readonly kind: 'Beat'; readonly isLast: true; readonly isFlat: boolean }
  | { readonly kind: 'Settled' }
  /** A loss limit halts, with its reason; undefined: a person lifted that, and the executor knows. */
  | { readonly kind: 'LossHaltChanged'; readonly reason: string | undefined }
  | { readonly kind: 'Reported'; readonly report: ExecutorReport };
