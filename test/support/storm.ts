/** A storm of planted faults over simulated exchanges, and what an engine's journal may say of it, judged by the
 *  exchanges' own times. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { LegSetRecord, TrustRecord } from '../../src/core/records.ts';
import { FAULT_KINDS, type FaultKind } from '../../src/sim/fault-port.ts';
import type { FaultRequest } from '../../src/sim/fault-requests.ts';
import type { FaultEvent } from '../../src/sim/faults.ts';
import { SIM_VENUES } from '../../src/sim/venues/registry.ts';
import { shuffled } from './shuffled.ts';
import type { TestSim } from './sim.ts';

const INSTRUMENTS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT', 'DOGE-USDT'] as const;
export const hasChecksums = (venue: string): boolean =>
  SIM_VENUES.find(({ id }) => id === venue)?.hasChecksums === true;

export interface StormOptions {
  readonly seed: number;
  readonly venues: readonly string[];
  readonly durationMs: number;
  /** Wait between two faults, from … to. */
  readonly everyMs: readonly [number, number];
}

export interface Storm {
  readonly planted: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Wall time of the end: nothing stays planted after it. */
  readonly endedAt: number;
}

/** Plants faults of every kind at random until the time is up, then lifts what is left. */
export async function raiseStorm(sim: TestSim, options: StormOptions): Promise<Storm> {
  const random = seededRandom(options.seed);
  const byKind: Record<string, number> = {};
  const until = Date.now() + options.durationMs;
  let planted = 0;
  // Every kind comes once before any comes twice.
  let kinds: FaultKind[] = [];
  while (Date.now() < until) {
    if (kinds.length === 0) kinds = shuffled(FAULT_KINDS, random);
    const kind = kinds.pop() as FaultKind;
    const venues = options.venues.filter((venue) => kind !== 'checksum' || hasChecksums(venue));
    const venue = venues[random.int(venues.length)];
    if (venue === undefined) continue;
    await sim.plant(faultOf(kind, venue, random));
    planted++;
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    const [least, most] = options.everyMs;
    await pause(least + (most - least) * random.next());
  }
  await sim.lift();
  return { planted, byKind, endedAt: Date.now() };
}

/** One fault of that kind, its size and place drawn. */
export function faultOf(kind: FaultKind, venue: string, random: Random): FaultRequest {
  const instrument = INSTRUMENTS[random.int(INSTRUMENTS.length)] ?? 'BTC-USDT';
  const scope = (['public', 'private', 'all'] as const)[random.int(3)] ?? 'all';
  const between = (least: number, most: number): number => Math.round(least + (most - least) * random.next());
  switch (kind) {
    case 'gap':
    case 'reorder':
    case 'duplicate':
    case 'checksum':
      return { venue, kind, instrument, count: between(1, 2) };
    case 'crossed':
      return { venue, kind, instrument, count: 1, ms: between(100, 400) };
    case 'disconnect':
    case 'half-open':
      return { venue, kind, scope };
    case 'freeze':
      return { venue, kind, scope, durationMs: between(500, 5_000) };
    case 'maintenance':
      return { venue, kind, durationMs: between(500, 2_000) };
    case 'clock-skew':
      return {
        venue,
        kind,
        durationMs: between(500, 2_000),
        ms: (random.next() < 0.5 ? -1 : 1) * between(5_000, 60_000),
      };
    case 'slow':
      return { venue, kind, count: between(1, 5), ms: between(50, 500) };
    case 'partial':
      return { venue, kind, count: 1, fraction: random.next() };
    case 'late-fill':
      return { venue, kind, count: 1, ms: between(50, 1_000) };
    default:
      return { venue, kind, count: between(1, 2) };
  }
}

/** Times of two processes on one machine, rounded to milliseconds. */
const ROUNDING_MS = 2;
/** Venues that number nothing: a lost change that the next frame overwrites, or that lies beyond the levels of their
 *  checksum, shows nowhere and is wrong nowhere that is priced. So much of what is lost there may go unseen. */
const UNNUMBERED: ReadonlySet<string> = new Set(['kraken']);
const UNSEEN_SHARE = 0.25;
/** The longest wait of a venue's changes for the frame that carries them: a book fetched meanwhile is ahead of it. */
const CADENCE_MS = 200;

export interface Judged {
  readonly violations: readonly string[];
  /** How much there was to judge. */
  readonly revealed: number;
  readonly silences: number;
  readonly outages: number;
}

export interface Evidence {
  readonly history: readonly FaultEvent[];
  readonly trust: readonly TrustRecord[];
  readonly legSets: readonly LegSetRecord[];
  /** Bound of silence of each venue's connections. */
  readonly silenceMs: (venue: string) => number;
  /** What this machine may take from a frame's sending to its reading. */
  readonly readWithinMs: number;
}

/** Holds every decision against the trust that its rows had, and the trust against the exchanges' own word. */
export function judgeStorm({ history, trust, legSets, silenceMs, readWithinMs }: Evidence): Judged {
  const violations: string[] = [];
  const lines = timelines(trust);
  // 1. No decision on a row between its leaving live and its being live again.
  for (const set of legSets) {
    for (const leg of set.legs.filter(({ role }) => role === 'leg')) {
      const out = outageAt(lines.get(`${leg.venue}/${set.instrument}`) ?? [], set.openedAt);
      if (out !== undefined) {
        violations.push(`${set.id} was opened at ${set.openedAt} on ${leg.venue} ${set.instrument}, ${out} then`);
      }
    }
  }
  // 2. A lost frame takes its row out of live once the next one was sent, and a swapped one likewise; unless it was sent
  //    into a socket that was frozen or half open, where nobody could read it.
  const isUnread = ({ venue, at }: FaultEvent): boolean =>
    history.some(
      (event) =>
        event.venue === venue &&
        event.what === 'planted' &&
        event.scope !== 'private' &&
        event.at <= at + ROUNDING_MS &&
        ((event.kind === 'freeze' && at <= (event.until ?? 0) + readWithinMs) ||
          (event.kind === 'half-open' && at <= event.at + silenceMs(venue) + readWithinMs)),
    );
  const revealed = history.filter(
    (event) => event.what === 'revealed' && (event.kind === 'gap' || event.kind === 'reorder') && !isUnread(event),
  );
  const missed: { readonly event: FaultEvent; readonly said: string }[] = [];
  for (const event of revealed) {
    const line = lines.get(`${event.venue}/${event.instrument}`) ?? [];
    const wasLive = trustAt(line, event.at - ROUNDING_MS) === 'live';
    const left = line.some(
      ({ at, to }) => to !== 'live' && at >= event.at - ROUNDING_MS && at <= event.at + readWithinMs,
    );
    // A book that was fetched since holds what the withheld frame told: its lack reveals nothing then.
    const withheld = history.findLast(
      ({ what, fault, instrument, at }) =>
        what === 'acted' && fault === event.fault && instrument === event.instrument && at <= event.at,
    );
    const since = (withheld?.at ?? event.at) - CADENCE_MS;
    const isCovered = line.some(({ at, to }) => to === 'live' && at > since && at <= event.at);
    if (wasLive && !left && !isCovered) {
      missed.push({
        event,
        said: `${event.venue} ${event.instrument}: ${event.kind} revealed at ${event.at}, still live`,
      });
    }
  }
  for (const { event, said } of missed) {
    const ofVenue = revealed.filter(({ venue }) => venue === event.venue).length;
    const missedThere = missed.filter(({ event: { venue } }) => venue === event.venue).length;
    if (UNNUMBERED.has(event.venue) && missedThere <= Math.max(1, ofVenue * UNSEEN_SHARE)) continue;
    violations.push(said);
  }
  // 3. A silent connection is not priced past its bound and 50 ms.
  let silences = 0;
  for (const event of history) {
    const isSilence = event.what === 'planted' && (event.kind === 'freeze' || event.kind === 'half-open');
    if (!isSilence || event.scope === 'private') continue;
    const deadline = event.at + silenceMs(event.venue) + 50;
    if (event.kind === 'freeze' && (event.until ?? 0) < deadline + readWithinMs) continue;
    silences++;
    for (const instrument of INSTRUMENTS) {
      const line = lines.get(`${event.venue}/${instrument}`) ?? [];
      const isSame = !line.some(({ at, to }) => to === 'live' && at > event.at && at <= deadline);
      const decided = legSets.find(
        (set) =>
          set.instrument === instrument &&
          set.legs.some((leg) => leg.role === 'leg' && leg.venue === event.venue) &&
          set.openedAt > deadline &&
          isSame &&
          !line.some(({ at, to }) => to === 'live' && at > deadline && at <= set.openedAt + ROUNDING_MS) &&
          set.openedAt < deadline + 2_000,
      );
      if (decided !== undefined) {
        violations.push(`${event.venue} ${instrument}: silent since ${event.at}, ${decided.id} at ${decided.openedAt}`);
      }
    }
  }
  const outages = trust.filter(({ from }) => from === 'live').length;
  return { violations, revealed: revealed.length, silences, outages };
}

function timelines(trust: readonly TrustRecord[]): Map<string, TrustRecord[]> {
  const lines = new Map<string, TrustRecord[]>();
  for (const record of trust) {
    const key = `${record.venue}/${record.instrument}`;
    lines.set(key, [...(lines.get(key) ?? []), record]);
  }
  return lines;
}

function trustAt(line: readonly TrustRecord[], at: number): string | undefined {
  return line.findLast((record) => record.at <= at)?.to;
}

/** What the row was at that time, where it was not live, nor within rounding of being so. */
function outageAt(line: readonly TrustRecord[], at: number): string | undefined {
  const around = [at - ROUNDING_MS, at, at + ROUNDING_MS].map((time) => trustAt(line, time));
  return around.includes('live') ? undefined : around[1];
}
