/** Who did what, when, over the admin API: an append-only file of JSON lines, readable with any text tool.
 *  Thread: main. Writes: one line an act, synced before the act is answered. */
import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';

export interface AuditEntry {
  /** Wall time, ms. */
  readonly at: number;
  /** The caller's address; everybody who holds the token is the same person to the API. */
  readonly who: string;
  /** What the caller says it is (`User-Agent`). */
  readonly agent: string;
  readonly action: string;
  readonly outcome: 'done' | 'refused';
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
}

export interface AuditTrail {
  append(entry: AuditEntry): void;
  /** Newest first. */
  read(query: AuditQuery): AuditEntry[];
}

const CHUNK = 64 * 1024;

export function auditFile(path: string): AuditTrail {
  mkdirSync(dirname(path), { recursive: true });
  return {
    append: (entry) => {
      // A line that a crash cut short must not swallow this one.
      const start = isCutShort(path) ? '\n' : '';
      appendFileSync(path, `${start}${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true });
    },
    read: (query) => {
      const entries: AuditEntry[] = [];
      for (const line of linesFromEnd(path)) {
        const entry = readEntry(line);
        if (entry === undefined || (query.toMs !== undefined && entry.at > query.toMs)) continue;
        if (query.fromMs !== undefined && entry.at < query.fromMs) break;
        entries.push(entry);
        if (entries.length >= query.limit) break;
      }
      return entries;
    },
  };
}

/** Whether the file ends within a line. */
function isCutShort(path: string): boolean {
  const file = openSync(path, 'a+', 0o600);
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  } finally {
    closeSync(file);
  }
}

/** A line that a crash cut short is no entry. */
function readEntry(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as AuditEntry;
    return typeof entry?.at === 'number' && typeof entry.action === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of a file, last first, read in chunks from its end: a long trail costs no more than what is asked of it. */
function* linesFromEnd(path: string): Generator<string> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return; // nothing was done yet
  }
  try {
    let end = fstatSync(file).size;
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const size = Math.min(CHUNK, end);
      const chunk = Buffer.alloc(size);
      readSync(file, chunk, 0, size, end - size);
      end -= size;
      rest = Buffer.concat([chunk, rest]);
      for (let cut = rest.lastIndexOf(10); cut >= 0; cut = rest.lastIndexOf(10)) {
        const line = rest.subarray(cut + 1).toString();
        rest = rest.subarray(0, cut);
        if (line !== '') yield line;
      }
    }
    if (rest.length > 0) yield rest.toString();
  } finally {
    closeSync(file);
  }
}
