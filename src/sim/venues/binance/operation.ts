/** What an operation of Binance's APIs is: it reads its parameters, acts on the exchange and returns the result's JSON;
 *  it throws a `BinanceRefusal` otherwise. Both APIs run the same ones. */
import type { Random } from '../../../core/random.ts';
import type { ExchangePort, SimAccount, SimInstrument } from '../../port.ts';
import { badCombination, badParameter, badSymbol, missing } from './errors.ts';
import type { Limits } from './limits.ts';
import { checkSymbol, type Params } from './params.ts';

/** What operations share. */
export interface Desk {
  readonly exchange: ExchangePort;
  readonly limits: Limits;
  readonly random: Random;
  /** Ids of cancel requests by order, for the order's last execution report. */
  readonly cancelIds: Map<number, string>;
}

export type Security = 'none' | 'signed';

export interface Operation {
  /** Read before the parameters are, like the venue's own gateway does. */
  readonly weight: (params: Params) => number;
  readonly security: Security;
  /** Goes through the matching engine: takes its latency, and counts as an order when `counts`. */
  readonly matching: boolean;
  readonly counts: boolean;
  run(desk: Desk, params: Params, account: SimAccount | undefined): unknown;
}

export const DEFAULT_ROWS = 500;
export const MAX_ROWS = 1000;

export function instrumentOf(desk: Desk, symbol: string): SimInstrument {
  const instrument = desk.exchange.instrumentBySymbol(checkSymbol(symbol));
  if (instrument === undefined) throw badSymbol();
  return instrument;
}

/** Signed operations are only run with an account. */
export function owner(account: SimAccount | undefined): SimAccount {
  if (account === undefined) throw missing('signature');
  return account;
}

export const open = (weight: number | ((params: Params) => number), run: Operation['run']): Operation => ({
  weight: typeof weight === 'number' ? () => weight : weight,
  security: 'none',
  matching: false,
  counts: false,
  run,
});

export const signed = (weight: number | ((params: Params) => number), run: Operation['run']): Operation => ({
  ...open(weight, run),
  security: 'signed',
});

/** Where an order for `symbol` can be struck by a fault. */
export function faultPlace(desk: Desk, symbol: string | null | undefined): { scope: 'private'; instrument?: string } {
  const instrument = desk.exchange.instrumentBySymbol(symbol ?? '');
  return { scope: 'private', ...(instrument === undefined ? {} : { instrument: instrument.id }) };
}

export function readSymbols(params: Params): string[] | undefined {
  const one = params.text('symbol');
  const many = params.text('symbols');
  if (one !== undefined && many !== undefined) throw badCombination();
  if (one !== undefined) return [one];
  if (many === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(many);
    if (Array.isArray(list) && list.every((entry): entry is string => typeof entry === 'string')) return list;
  } catch {
    // Not JSON: refused below like any other wrong text.
  }
  throw badParameter('symbols');
}

export function readLimit(params: Params, fallback: number, max: number): number {
  const limit = params.integer('limit') ?? fallback;
  if (limit < 1) throw badParameter('limit');
  return Math.min(limit, max);
}
