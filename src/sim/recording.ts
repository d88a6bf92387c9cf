/** Plays a recorded session (JSON lines: connect, send, recv, http) in place of a venue's own market data. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Json } from '../core/json.ts';
import { readObject } from './json-object.ts';
import type { RecordingPlayer } from './wire-port.ts';

type Row =
  | { readonly kind: 'frame'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'http'; readonly url: string; readonly body: string };

export interface Recording {
  /** The id of the venue whose frames these are, as far as the addresses in it tell, or else its connections' names. */
  readonly venue: string | undefined;
  readonly frames: readonly { readonly atMs: number; readonly text: string }[];
  readonly bodies: readonly { readonly url: string; readonly body: string }[];
}

/** Reads a recording; throws `usage/invalid` naming the first line that cannot be read. */
export function readRecording(path: string, venues: readonly string[]): Recording {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new Fault('usage/invalid', `cannot read the recording ${path}`, { reason: String(thrown) });
  }
  const rows: Row[] = [];
  const connections = new Set<string>();
  let addresses = '';
  content.split('\n').forEach((line, index) => {
    if (line === '') return;
    const json = readObject(line);
    const row = json === undefined ? undefined : readRow(json);
    if (row === undefined) throw new Fault('usage/invalid', `${path}, line ${index + 1} is not a recording row`);
    if (typeof json?.conn === 'string') connections.add(json.conn.toLowerCase());
    if (typeof row === 'string') addresses += row;
    else {
      if (row.kind === 'http') addresses += row.url;
      rows.push(row);
    }
  });
  const frames = rows.flatMap((row) => (row.kind === 'frame' ? [{ atMs: row.atMs, text: row.text }] : []));
  const first = frames[0]?.atMs ?? 0;
  return {
    venue:
      venues.find((venue) => addresses.includes(venue)) ?? (addresses === '' ? named(connections, venues) : undefined),
    frames: frames.map(({ atMs, text }) => ({ atMs: atMs - first, text })),
    bodies: rows.flatMap((row) => (row.kind === 'http' ? [{ url: row.url, body: row.body }] : [])),
  };
}

/** A frame or body, the address of a connection, an empty text for what is not served, undefined for a bad line. */
function readRow(row: Json): Row | string | undefined {
  const { t, data, b64, url, addr } = row;
  if (t === 'connect') return String(addr ?? '');
  if (t === 'send') return '';
  if (t === 'http' && typeof url === 'string' && typeof data === 'string') return { kind: 'http', url, body: data };
  const atMs = timeOf(row);
  if (t !== 'recv' || atMs === undefined) return undefined;
  if (typeof data === 'string') return { kind: 'frame', atMs, text: data };
  if (typeof b64 === 'string') {
    return { kind: 'frame', atMs, text: gunzipSync(Buffer.from(b64, 'base64')).toString('utf8') };
  }
  return undefined;
}

/** Some recorders write nanoseconds as `ts_ns`, all others `ts`: seconds, or milliseconds where it is too large for them. */
function timeOf({ ts, ts_ns }: Json): number | undefined {
  if (typeof ts === 'number') return ts < 1e11 ? ts * 1000 : ts;
  return typeof ts_ns === 'number' ? ts_ns / 1e6 : undefined;
}

/** The one venue whose id the names of connections begin with (`kraken.ws.v2`, `GATEIO.ws.1`). */
function named(connections: ReadonlySet<string>, venues: readonly string[]): string | undefined {
  const told = venues.filter((venue) => [...connections].some((name) => name.startsWith(venue)));
  return told.length === 1 ? told[0] : undefined;
}

/** @param speed 2 plays twice as fast as it was recorded */
export function newPlayer(recording: Recording, clock: Clock, speed: number): RecordingPlayer {
  return {
    active: true,
    play: (onFrame) => {
      let at = 0;
      let cancel = (): void => {};
      const startNs = clock.monotonicNs();
      const next = (): void => {
        const playedMs = ((clock.monotonicNs() - startNs) / 1e6) * speed;
        let frame = recording.frames[at];
        while (frame !== undefined && frame.atMs <= playedMs + 0.5) {
          at++;
          onFrame(frame.text);
          frame = recording.frames[at];
        }
        if (frame !== undefined) cancel = clock.after(Math.max(1, (frame.atMs - playedMs) / speed), next);
      };
      cancel = clock.after(0, next);
      return () => cancel();
    },
    httpBody: (...fragments) =>
      recording.bodies.find(({ url }) => fragments.every((fragment) => url.includes(fragment)))?.body,
  };
}
