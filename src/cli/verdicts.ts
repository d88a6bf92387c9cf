/** What figures of a venue mean for trading there. Pure: figures in, verdicts out. */
import type { ClockReading } from '../core/clock.ts';
import { parseDecimal } from '../core/decimal.ts';
import { checkPermissions, KEY_REFUSALS, type KeyPermissions } from '../core/permissions.ts';
import { fail, pass, type Verdict, warn } from './checks.ts';

/** A machine that is kept in step is some milliseconds off; this much says that it is not. */
const DRIFT_MS = 250;
/** Finer than any venue's rates. */
const RATE_SCALE = 18;

/** @param limitMs `limits.maxVenueSkewMs` */
export function clockVerdict({ offsetMs, errorMs }: ClockReading, limitMs: number): Verdict {
  const figures = { offsetMs: rounded(offsetMs), errorMs: rounded(errorMs), limitMs };
  const way = offsetMs < 0 ? 'behind' : 'ahead of';
  const found = `the venue's clock is ${milliseconds(Math.abs(offsetMs))} ${way} ours (± ${milliseconds(errorMs)})`;
  const surely = Math.abs(offsetMs) - errorMs;
  if (surely > limitMs) {
    const why = `prices that are ${limitMs} ms off are not traded (limits.maxVenueSkewMs)`;
    return fail(`${found}: ${why}; set this machine's clock (chrony)`, figures);
  }
  if (errorMs > limitMs) return warn(`${found}: the round trip is too long to tell; try a nearer machine`, figures);
  if (surely > DRIFT_MS) return warn(`${found}; keep this machine's clock in step (chrony)`, figures);
  return pass(found, figures);
}

export interface RoundTrip {
  readonly address: string;
  /** Until the connection stood, ms; absent where it was not measured apart. */
  readonly openMs?: number;
  readonly tripsMs: readonly number[];
}

/** @param limitMs a part of `execution.orderTimeoutMs` that a bare round trip should not use up */
export function roundTripVerdict({ address, openMs, tripsMs }: RoundTrip, limitMs: number): Verdict {
  const opened = openMs === undefined ? '' : `opens in ${milliseconds(openMs)}, `;
  if (tripsMs.length === 0) return warn(`${address}: ${opened}pings are not answered`, { address, openMs });
  const sorted = [...tripsMs].sort((a, b) => a - b);
  const minMs = sorted[0] ?? 0;
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const trip = `round trip ${milliseconds(minMs)} at least, ${milliseconds(medianMs)} at the median`;
  const figures = {
    address,
    ...(openMs === undefined ? {} : { openMs: rounded(openMs) }),
    minMs: rounded(minMs),
    medianMs: rounded(medianMs),
    samples: tripsMs.length,
  };
  const found = `${address}: ${opened}${trip}`;
  return medianMs > limitMs
    ? warn(`${found}; orders would time out (execution.orderTimeoutMs); move nearer to the venue`, figures)
    : pass(found, figures);
}

/** `permissions`: undefined where the venue has no way to ask. */
export function permissionsVerdict(permissions: KeyPermissions | undefined, allowWithdrawal: boolean): Verdict {
  if (permissions === undefined) return warn('there is no way to ask; see at the venue that it may not withdraw');
  const figures = { ...permissions };
  const refusals = checkPermissions(permissions, allowWithdrawal);
  if (refusals.length > 0) return fail(refusals.map((code) => KEY_REFUSALS[code]).join('; '), { ...figures, refusals });
  const { canTrade, canWithdraw, ipRestricted } = permissions;
  const doubts = [
    ...(canWithdraw === true ? ['the key may withdraw, which is allowed here'] : []),
    ...(canWithdraw === undefined ? ['whether it may withdraw is not told; look there'] : []),
    ...(canTrade === undefined ? ['whether it may trade is not told'] : []),
    ...(ipRestricted === false ? ["it works from any address; bind it to this machine's"] : []),
  ];
  if (doubts.length > 0) return warn(doubts.join('; '), figures);
  const bound = ipRestricted === true ? ', from named addresses alone' : '; bound to addresses or not is not told';
  return pass(`reads and trades, does not withdraw${bound}`, figures);
}

export interface Rates {
  readonly taker: string;
  readonly maker: string;
}

export interface FeeFindings {
  /** The dearest of the instruments traded; what an ordinary account pays while the venue does not say. */
  readonly account: Rates;
  readonly isSaid: boolean;
  readonly configured: Rates | undefined;
}

export function feesVerdict({ account, isSaid, configured }: FeeFindings): Verdict {
  const figures = { account, ...(configured === undefined ? {} : { configured }) };
  const own = `taker ${account.taker}, maker ${account.maker}`;
  if (!isSaid) {
    const counted =
      configured === undefined ? `an ordinary account's count: ${own}` : 'those of the configuration count';
    return warn(`the venue does not tell the account's rates; ${counted}`, { ...figures, isSaid });
  }
  if (configured === undefined) return pass(`${own}, the account's own`, figures);
  const told = `the account pays ${own}; the configuration says taker ${configured.taker}, maker ${configured.maker}`;
  const rate = (text: string): bigint => parseDecimal(text, RATE_SCALE);
  const [taker, maker] = [rate(configured.taker) - rate(account.taker), rate(configured.maker) - rate(account.maker)];
  if (taker < 0n) return fail(`${told}: edges would be taken that are none; leave fees out`, figures);
  if (taker > 0n || maker !== 0n) return warn(`${told}: edges are judged by other fees than are paid`, figures);
  return pass(`${own}, as the configuration says`, figures);
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** `0.412 ms`, `23.1 ms`, `10.0 s` */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms.toPrecision(3)} ms`;
}
