/** Times at which entries of the log were lost: what should stand there may have stood there. Pure. */
import type { LogFile } from './evidence.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Records carry the time of the entry before them or the same; clocks are read once for both. */
const MARGIN_MS = 1;

export class LogGaps {
  /** Wall time before which files are gone, removed as they got old; -Infinity when none are. */
  readonly prunedBefore: number;
  readonly #spans: Span[] = [];

  /** `endedRuns`: those whose last file may have no torn end. */
  constructor(files: readonly LogFile[], endedRuns: ReadonlySet<string>) {
    const isPruned = (files[0]?.number ?? 1) > 1;
    this.prunedBefore = isPruned ? (files.flatMap(({ entries }) => entries)[0]?.at ?? Infinity) : -Infinity;
    if (isPruned) this.#spans.push({ fromMs: -Infinity, toMs: this.prunedBefore });
    files.forEach((file, index) => {
      const before = files
        .slice(0, index)
        .findLast(({ entries }) => entries.length > 0)
        ?.entries.at(-1)?.at;
      const after = files.slice(index + 1).find(({ entries }) => entries.length > 0)?.entries[0]?.at;
      const span = (entriesBefore: number): Span => ({
        fromMs: file.entries[entriesBefore - 1]?.at ?? before ?? -Infinity,
        toMs: file.entries[entriesBefore]?.at ?? after ?? Infinity,
      });
      for (const { entriesBefore } of file.damage) this.#spans.push(span(entriesBefore));
      if (isDamagedEnd(file, endedRuns)) this.#spans.push(span(file.entries.length));
      const next = files[index + 1];
      if (next !== undefined && next.number !== file.number + 1) this.#spans.push(span(file.entries.length));
    });
  }

  get isAny(): boolean {
    return this.#spans.length > 0;
  }

  /** An entry of that time cannot be reckoned with. */
  lostAt(atMs: number): void {
    this.#spans.push({ fromMs: atMs, toMs: atMs });
  }

  /** Whether something that happened between these times may have been lost. */
  covers(fromMs: number, toMs = fromMs): boolean {
    return this.#spans.some((span) => span.fromMs - MARGIN_MS <= toMs && fromMs <= span.toMs + MARGIN_MS);
  }
}

/** A run that ended in good order wrote its last entry whole. */
export const isDamagedEnd = ({ tornBytes, run }: LogFile, endedRuns: ReadonlySet<string>): boolean =>
  tornBytes > 0 && endedRuns.has(run);
