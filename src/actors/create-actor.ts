/** The one place that turns an actor's spec into the actor. */
import type { Fault } from '../core/faults.ts';
import { assertNever } from '../core/units.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Consumer } from '../memory/layout.ts';
import type { Actor } from './actor.ts';
import type { SharedViews } from './context.ts';
import { DetectorActor } from './detector.actor.ts';
import { ExecutorActor } from './executor.actor.ts';
import { FeedActor } from './feed.actor.ts';
import type { Guard } from './guard.ts';
import { JournalActor } from './journal.actor.ts';
import type { ActorSpec, EngineContext, FromThread } from './messages.ts';

/** What a thread gives to its actors. */
export interface ActorHost {
  readonly context: EngineContext;
  readonly views: SharedViews;
  readonly guard: Guard;
  readonly post: (message: FromThread) => void;
  readonly onFault: (fault: Fault) => void;
  /** Runs the other actors of this thread at once. */
  readonly kick: () => void;
  /** The producer's end of a consumer's bell. */
  readonly bell: (consumer: Consumer) => Doorbell;
}

export function createActor(spec: ActorSpec, host: ActorHost): Actor {
  switch (spec.kind) {
    case 'feed':
      return new FeedActor(spec, host);
    case 'detector':
      return new DetectorActor(spec, host);
    case 'executor':
      return new ExecutorActor(spec, host);
    case 'journal':
      return new JournalActor(host);
    default:
      return assertNever(spec);
  }
}
