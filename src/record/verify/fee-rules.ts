/** Rules of fees: rates do not change from fill to fill. The rates that a fee leaves possible, its rounding allowed for, are
 *  a span; fills of a venue whose spans meet bear each other out, and so does the venue's fee schedule. A rate that
 *  nothing bears out is odd. Fees in a third asset follow its price as well and are left alone. Pure. */
import { decimalsOf, divideCeil, divideFloor, formatDecimal, parseDecimal, pow10 } from '../../core/decimal.ts';
import { amountOf, assetsOf, unitOf, worthOf } from './amounts.ts';
import type { Case } from './case.ts';
import type { VenueReference } from './evidence.ts';
import { type KnownFill, knownFills } from './fill-rules.ts';
import { type Finding, finding } from './finding.ts';

/** Decimals of a rate. */
const RATE_SCALE = 12;
/** Beyond any venue's spot fees, whoever bears it out. */
const MAX_RATE = parseDecimal('0.05', RATE_SCALE);

/** Rates at RATE_SCALE that a fee may stand for, both included. */
interface Span {
  readonly low: bigint;
  readonly high: bigint;
}

interface Charged extends Span {
  readonly of: KnownFill;
}

/** Fills that can all have paid one rate. */
interface Cluster extends Span {
  readonly members: readonly Charged[];
}

export function feeFindings(from: Case): Finding[] {
  const groups = Map.groupBy(
    knownFills(from).filter((each) => assetsOf(each.instrument).includes(each.fill.feeAsset)),
    ({ venue, fill }) => `${venue} ${fill.maker ? 'maker' : 'taker'}`,
  );
  return [...groups.values()].flatMap((fills) => {
    const reference = from.evidence.references.get(fills[0]?.venue ?? '');
    // By the most exact fee of all; unless it is itself the odd one, which then makes others look so.
    const strict = oddFees(fills, 0, reference);
    const lenient = oddFees(fills, 1, reference);
    return lenient.length > 0 && lenient.length < strict.length ? lenient : strict;
  });
}

/** `apart`: how many of the most exact fees prove nothing. */
function oddFees(fills: readonly KnownFill[], apart: number, reference: VenueReference | undefined): Finding[] {
  const clusters = clustersOf(chargesOf(fills, apart));
  const known = clusters.filter((cluster) => isBorneOut(cluster, reference));
  const isAlone = ({ members }: Cluster): boolean =>
    known.length === 0 &&
    clusters.length === 1 &&
    // A schedule from after the fill says nothing of it.
    members.some(({ of }) => of.at < (reference?.savedAt ?? Infinity));
  return clusters
    .filter((cluster) => isTooDear(cluster) || !(known.includes(cluster) || isAlone(cluster)))
    .flatMap(({ members }) => members.map((member) => oddFee(member, known)));
}

const isTooDear = ({ low, high }: Span): boolean => low > MAX_RATE || high < -MAX_RATE;

function isBorneOut({ members, low, high }: Cluster, reference: VenueReference | undefined): boolean {
  const rates = reference === undefined ? [] : [reference.fees.taker, reference.fees.maker];
  const isScheduled = rates.map((rate) => parseDecimal(rate, RATE_SCALE)).some((rate) => low <= rate && rate <= high);
  return isScheduled || members.length > 1;
}

function oddFee({ of: { id, fill }, low, high }: Charged, known: readonly Cluster[]): Finding {
  const others = known.map((span) => rateText(span)).join(' or ');
  return finding('fee-odd', `fill ${id}, fee`, {
    fill: `${fill.fee} ${fill.feeAsset}, a rate of ${rateText({ low, high })}`,
    venue: others === '' ? 'no other fill like it' : others,
  });
}

const rateText = ({ low, high }: Span): string => formatDecimal((low + high) / 2n, RATE_SCALE);

/** Venues cut fees at some decimal, and write no more than that. How many shows in what they wrote. */
function chargesOf(fills: readonly KnownFill[], apart: number): Charged[] {
  const byAsset = Map.groupBy(fills, ({ fill }) => fill.feeAsset);
  const units = new Map(
    [...byAsset].map(([asset, list]) => {
      const decimals = list.map(({ fill }) => decimalsOf(fill.fee)).sort((a, b) => b - a);
      return [asset, unitOf(decimals[apart] ?? decimals[0] ?? 0)] as const;
    }),
  );
  const slack = unitOf(Math.max(...fills.map(({ fill }) => decimalsOf(fill.value ?? '0'))));
  return fills.flatMap((of) => {
    const span = spanOf(of, units.get(of.fill.feeAsset) ?? 0n, of.fill.value === undefined ? 0n : slack);
    return span === undefined ? [] : [{ of, ...span }];
  });
}

/** `unit`: what a fee may be off by; `slack`: what its value may, where the venue charged it before rounding it. */
function spanOf({ fill, instrument }: KnownFill, unit: bigint, slack: bigint): Span | undefined {
  const [base] = assetsOf(instrument);
  const charged = fill.feeAsset === base ? amountOf(fill.size) : worthOf(fill);
  const [least, most] = fill.feeAsset === base ? [charged, charged] : [charged - slack, charged + slack];
  if (least <= 0n) return undefined;
  const fee = amountOf(fill.fee);
  const [low, high] = [(fee - unit) * pow10(RATE_SCALE), (fee + unit) * pow10(RATE_SCALE)];
  return { low: divideFloor(low, low < 0n ? least : most), high: divideCeil(high, high < 0n ? most : least) };
}

/** The most exact fees come first, so that a span that fits everything joins what is there. */
function clustersOf(charges: readonly Charged[]): Cluster[] {
  const clusters: Cluster[] = [];
  for (const charge of [...charges].sort((a, b) => Number(a.high - a.low - (b.high - b.low)))) {
    const at = clusters.findIndex(({ low, high }) => low <= charge.high && charge.low <= high);
    const { low, high, members = [] }: Partial<Cluster> = clusters[at] ?? {};
    const joined = {
      low: low === undefined || charge.low > low ? charge.low : low,
      high: high === undefined || charge.high < high ? charge.high : high,
      members: [...members, charge],
    };
    clusters.splice(at === -1 ? clusters.length : at, 1, joined);
  }
  return clusters;
}
