/** Whether assets can be moved in and out, as venues say in a list of assets beside that of their instruments. For display
 *  alone: whatever is wrong with that list, the instruments come without it. */
import type { Listing, Transfers } from '../core/instrument.ts';
import { isObject, type Json, parseJson } from '../core/json.ts';
import type { HttpPort } from '../core/socket.ts';

/** A start waits for it no longer than that. */
const TIMEOUT_MS = 5_000;

/** By the venue's own names of assets. */
export type TransfersByAsset = ReadonlyMap<string, Transfers>;

export interface AssetList {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The entries of the venue's answer, each with its name; throws or finds none where it is of another shape. */
  readonly entriesOf: (body: unknown) => readonly (readonly [asset: string, entry: Json])[];
  /** Undefined where the entry does not say. */
  readonly read: (entry: Json) => Transfers | undefined;
}

/** Empty when nothing was learned. Never rejects. */
export async function loadTransfers(http: HttpPort, list: AssetList): Promise<TransfersByAsset> {
  const known = new Map<string, Transfers>();
  try {
    const { url, headers } = list;
    const reply = await http.request({
      method: 'GET',
      url,
      timeoutMs: TIMEOUT_MS,
      ...(headers === undefined ? {} : { headers }),
    });
    if (reply.status !== 200) return known;
    for (const [asset, entry] of list.entriesOf(parseJson(reply.body.toString('utf8')))) {
      const transfers = list.read(entry);
      if (transfers !== undefined) known.set(asset, transfers);
    }
  } catch {
    return new Map();
  }
  return known;
}

/** `assetOf`: the venue's name of a listing's base. */
export function withTransfers(
  listings: readonly Listing[],
  known: TransfersByAsset,
  assetOf = ({ base }: Listing): string => base,
): readonly Listing[] {
  if (known.size === 0) return listings;
  return listings.map((listing) => {
    const transfers = known.get(assetOf(listing));
    return transfers === undefined ? listing : { ...listing, transfers };
  });
}

/** The objects of a list, by the text under `key`. */
export function namedEntries(list: unknown, key: string): readonly (readonly [asset: string, entry: Json])[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const asset = isObject(entry) ? entry[key] : undefined;
    return isObject(entry) && typeof asset === 'string' ? [[asset, entry] as const] : [];
  });
}

/** An asset moves where any of its chains is open; nothing is said of it when one of them does not say. */
export function openOnAny(chains: unknown, deposit: Flag, withdraw: Flag): Transfers | undefined {
  if (!Array.isArray(chains)) return undefined;
  const open = { deposit: false, withdraw: false };
  for (const chain of chains) {
    if (!isObject(chain)) return undefined;
    const flags = { deposit: deposit(chain), withdraw: withdraw(chain) };
    if (flags.deposit === undefined || flags.withdraw === undefined) return undefined;
    open.deposit ||= flags.deposit;
    open.withdraw ||= flags.withdraw;
  }
  return open;
}

export type Flag = (chain: Json) => boolean | undefined;

/** A flag under `key`, as a boolean or as its text. */
export const flag =
  (key: string): Flag =>
  (chain) => {
    const value = String(chain[key]);
    return value === 'true' || value === 'false' ? value === 'true' : undefined;
  };

/** A flag that says the opposite. */
export const noFlag =
  (key: string): Flag =>
  (chain) => {
    const value = flag(key)(chain);
    return value === undefined ? undefined : !value;
  };
