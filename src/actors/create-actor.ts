/** The one place that turns an actor's spec into the actor. */
import { assertNever } from '../core/units.ts';
import type { Actor } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import { DetectorActor } from './detector.actor.ts';
import { ExecutorActor } from './executor.actor.ts';
import { FeedActor } from './feed.actor.ts';
import { JournalActor } from './journal.actor.ts';
import type { ActorSpec } from './messages.ts';

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
