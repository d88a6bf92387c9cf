/** Interleaved measuring: ours and its peers take turns A B A B in one run, each round gives one ratio a peer, and the
 *  median over the rounds counts. So a machine that is busy with something else slows both sides of a ratio alike. Pure. */

/** What `bench/out/latest.json` holds of one measurement. `ratios` are ours / peer, whatever the unit. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly baselines: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly rounds: number;
  /** Interquartile range of the rounds' ratios over their median, the widest of the peers; of ours without a peer. */
  readonly spread: number;
  /** What was measured on what, and what is in it. */
  readonly note: string;
  /** By contender, in the row's unit; for latencies. */
  readonly percentiles?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** How much may be spent; `--quick` shrinks it. */
export interface Budget {
  readonly rounds: number;
  /** Of one contender in one round. */
  readonly roundMs: number;
}

/** One or more rows that share their setup. */
export interface Bench {
  readonly rows: readonly string[];
  /** `wanted` are some of `rows`. */
  run(wanted: ReadonlySet<string>, budget: Budget): Promise<BenchRow[]>;
}

export const OURS = 'ours';

/** One value a contender; `ours` is among them. */
export type Round = Readonly<Record<string, number>>;

export interface RowText {
  readonly name: string;
  readonly unit: string;
  readonly note: string;
}

/** Throws when there is no round, or a round without one of the contenders. */
export function toRow(text: RowText, rounds: readonly Round[], percentiles?: BenchRow['percentiles']): BenchRow {
  const peers = Object.keys(rounds[0] ?? {}).filter((name) => name !== OURS);
  const of = (name: string): number[] => rounds.map((round) => figureOf(round, name));
  const baselines: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  let spread = 0;
  for (const peer of peers) {
    const pairs = rounds.map((round) => figureOf(round, OURS) / figureOf(round, peer));
    baselines[peer] = median(of(peer));
    ratios[peer] = median(pairs);
    spread = Math.max(spread, relativeSpread(pairs));
  }
  if (peers.length === 0) spread = relativeSpread(of(OURS));
  const { name, unit, note } = text;
  const row = { name, unit, ours: median(of(OURS)), baselines, ratios, rounds: rounds.length, spread, note };
  return percentiles === undefined ? row : { ...row, percentiles };
}

function figureOf(round: Round, name: string): number {
  const value = round[name];
  if (value === undefined || !(value > 0)) throw new Error(`a round without a figure of ${name}: ${value}`);
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const relativeSpread = (values: readonly number[]): number =>
  (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);

/** Linear between the two nearest ranks. */
export function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) throw new Error('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * at;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** A contender that times itself: one round's figure in the row's unit. */
export interface TimedContender {
  readonly name: string;
  readonly measure: () => number | Promise<number>;
}

/** Rounds in turns A B A B. The first of each is for warming up and is dropped, and so is a round of which a contender
 *  says, with NaN, that it could not be measured. */
export async function takeTurns(contenders: readonly TimedContender[], count: number): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let index = 0; index <= count; index++) {
    const round: Record<string, number> = {};
    for (const contender of contenders) round[contender.name] = await contender.measure();
    if (index > 0 && !Object.values(round).some(Number.isNaN)) rounds.push(round);
  }
  return rounds;
}
