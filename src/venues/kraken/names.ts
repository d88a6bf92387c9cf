/** What Kraken calls assets and pairs. REST speaks of assets by old ids (`XXBT`, `ZUSD`) and of pairs by an id
 *  (`XXBTZUSD`) or an alternative name (`XBTUSD`); the list of pairs ties them to the names of the sockets (`XBT/USD` in
 *  v1, `BTC/USD` in v2).
 *  https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs, …/guides/spot-ws-intro ("XBT/USD pair is missing") */
import type { Listing } from '../../core/instrument.ts';
import { type Json, textOf } from '../../core/json.ts';

/** Renamed between v1 and v2 of the sockets; the list of pairs holds v1's names. */
const RENAMED: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };

/** Names under which the other venues trade another asset: here the same name must mean the same asset everywhere. */
const MEANING: Readonly<Record<string, string>> = {
  LUNA: 'LUNC',
  LUNA2: 'LUNA',
  UST: 'USTC',
  REP: 'REPV1',
  REPV2: 'REP',
};

const currentName = (name: string): string => RENAMED[name] ?? name;

/** The canonical id of an asset that a socket (v2, or v1 in the list of pairs) names. */
export const assetOf = (name: string): string => MEANING[currentName(name)] ?? currentName(name);

/** The pair as requests name it. */
export const pairOf = ({ orderCode, symbol }: Listing): string => orderCode ?? symbol;

/** One pair, by all of its names. */
export interface PairNames {
  /** Key of the list: `XXBTZUSD`. Trades and fees are listed under it. */
  readonly id: string;
  /** `XBTUSD`; orders are described by it. */
  readonly altname: string;
  /** Name in v2 of the sockets: `BTC/USD`. */
  readonly symbol: string;
  /** Canonical ids. */
  readonly base: string;
  readonly quote: string;
  /** REST's ids of the two assets: `XXBT`, `ZUSD`. */
  readonly baseId: string;
  readonly quoteId: string;
}

/** Undefined for a pair that no socket carries (dark pools). */
export function pairNames(id: string, entry: Json): PairNames | undefined {
  const [base = '', quote = '', ...rest] = textOf(entry, 'wsname').split('/');
  if (base === '' || quote === '' || rest.length > 0) return undefined;
  return {
    id,
    altname: textOf(entry, 'altname') || base + quote,
    symbol: `${currentName(base)}/${currentName(quote)}`,
    base: assetOf(base),
    quote: assetOf(quote),
    baseId: textOf(entry, 'base') || base,
    quoteId: textOf(entry, 'quote') || quote,
  };
}

/** The way back from REST's names. */
export class Names {
  readonly #pairs = new Map<string, PairNames>();
  readonly #assets = new Map<string, string>();

  constructor(pairs: readonly PairNames[]) {
    for (const pair of pairs) {
      for (const name of [pair.id, pair.altname, pair.symbol]) this.#pairs.set(name, pair);
      this.#assets.set(pair.baseId, pair.base);
      this.#assets.set(pair.quoteId, pair.quote);
    }
  }

  /** By id, alternative name or symbol. */
  pair(name: string): PairNames | undefined {
    return this.#pairs.get(name);
  }

  /** The canonical id of REST's `asset`; an asset that is in no pair (staked, held back) keeps the venue's name. */
  asset(asset: string): string {
    return this.#assets.get(asset) ?? assetOf(asset);
  }
}
