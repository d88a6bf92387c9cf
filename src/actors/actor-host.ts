/** What a thread gives to the actors that it hosts. */
import type { Fault } from '../core/faults.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Consumer } from '../memory/layout.ts';
import type { SharedViews } from './context.ts';
import type { Guard } from './guard.ts';
import type { EngineContext, FromThread } from './messages.ts';

export interface ActorHost {
  readonly context: EngineContext;
  readonly views: SharedViews;
  readonly guard: Guard;
  readonly post: (message: FromThread) => void;
  readonly onFault: (fault: Fault) => void;
  /** The producer's end of a consumer's bell. */
  readonly bell: (consumer: Consumer) => Doorbell;
}
