/** When an engine counts as frozen. Pure. */

export interface Signs {
  /** When it was last heard, monotonic ns; undefined: it has not begun. */
  readonly heardNs: number | undefined;
  /** When the watchdog looked last. */
  readonly lookedNs: number;
  readonly nowNs: number;
  readonly silenceNs: number;
}

/** `blind`: the watchdog itself stood still for so long that what the engine said may lie unread in the pipe. */
export type Verdict = 'well' | 'silent' | 'blind';

export function judge({ heardNs, lookedNs, nowNs, silenceNs }: Signs): Verdict {
  if (heardNs === undefined) return 'well';
  if (nowNs - lookedNs > silenceNs / 2) return 'blind';
  return nowNs - heardNs > silenceNs ? 'silent' : 'well';
}
