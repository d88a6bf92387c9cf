/** An actor: one role, started and restarted by the supervisor. An actor is not a thread: topology.ts decides who shares
 *  one, and the same actor runs in all of them. */

export interface Actor {
  /** Resolves when the actor does its work; a rejection is a failed start. */
  start(): Promise<void> | void;
  /** Does what is due now and returns how much that was; never blocks. */
  doWork(): number;
  /** Whether a ring holds something: looked at once more between announcing sleep and sleeping. */
  readonly hasWork: boolean;
  onCommand(command: ActorCommand): Promise<void> | void;
  /** Finishes what must not be left half done. */
  stop(): Promise<void> | void;
}

/** Commands are imperative. `Report` asks the executor for its figures, `Settle` for the venues' final balances,
 *  `Abandon` closes what the drain did not see the end of, `LiftHalt` ends the halt of a loss limit. */
export type ActorCommand = { readonly kind: 'Report' | 'Settle' | 'Abandon' | 'LiftHalt' };
