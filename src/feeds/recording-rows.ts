/** The format of recordings: JSON lines, as they come off the wire. */
import { gunzipSync } from 'node:zlib';

/** One line of a recording. `data` is a text frame or an HTTP body; `b64` a binary frame. `ts` in seconds (some recorders
 *  write `ts_ns` instead). */
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
    let row: (Partial<RecordedRow> & { readonly ts_ns?: number }) | null;
    try {
      row = JSON.parse(line) as typeof row;
    } catch {
      throw new SyntaxError(`line ${index + 1} is not JSON`);
    }
    const ts = row?.ts ?? (row?.ts_ns ?? Number.NaN) / 1e9;
    if (row === null || typeof row.t !== 'string' || !Number.isFinite(ts)) {
      throw new SyntaxError(`line ${index + 1} has no "t" and "ts"`);
    }
    rows.push({ ...row, t: row.t, ts, conn: row.conn ?? '' });
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
