/** The format of recordings: JSON lines, as they come off the wire. */
import { gunzipSync } from 'node:zlib';

/** One line of a recording. `data` is a text frame or an HTTP body; `b64` a binary frame. `ts` in seconds. */
export interface RecordedRow {
  readonly t: 'connect' | 'send' | 'recv' | 'http';
  readonly ts: number;
  readonly conn: string;
  readonly data?: string;
  readonly b64?: string;
  readonly url?: string;
  readonly addr?: string;
}

/** The bytes of a frame as they came off the wire. */
export const frameBytes = (row: RecordedRow): Buffer =>
  row.b64 === undefined ? Buffer.from(row.data ?? '', 'utf8') : Buffer.from(row.b64, 'base64');

/** Rows of a JSON-lines recording in the order of their times. Throws a SyntaxError that names the line. */
export function readRecording(text: string): RecordedRow[] {
  const rows: RecordedRow[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    let row: Partial<RecordedRow> | null;
    try {
      row = JSON.parse(line) as Partial<RecordedRow> | null;
    } catch {
      throw new SyntaxError(`line ${index + 1} is not JSON`);
    }
    if (row === null || typeof row.t !== 'string' || typeof row.ts !== 'number') {
      throw new SyntaxError(`line ${index + 1} has no "t" and "ts"`);
    }
    rows.push({ ...row, t: row.t, ts: row.ts, conn: row.conn ?? '' });
  });
  return rows.sort((a, b) => a.ts - b.ts);
}

/** The text of a frame, for looking at names and numbers; some venues send text as gzip. Bytes stand as Latin-1. */
export function frameText(bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('latin1');
  try {
    return gunzipSync(bytes).toString('latin1');
  } catch {
    return '';
  }
}
