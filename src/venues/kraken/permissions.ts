/** What an API key of Kraken may do. https://docs.kraken.com/api-reference/account-data/get-api-key-info */
import type { Json } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_METHOD = 'GetApiKeyInfo';
/** Placing is a permission apart from cancelling; neither is of use without the other. */
const TRADING = ['modify-trades', 'close-trades'];
const READING = ['query-funds', 'query-open-trades'];
const WITHDRAWING = 'withdraw-funds';

/** Undefined when it cannot be read. */
export function readPermissions(result: Json): KeyPermissions | undefined {
  if (!Array.isArray(result.permissions)) return undefined;
  const granted: readonly unknown[] = result.permissions;
  const grantsAll = (names: readonly string[]): boolean => names.every((name) => granted.includes(name));
  // The page has names in one style, answers that clients have published in the other.
  const addresses: unknown = result.ip_allowlist ?? result.ipAllowlist;
  return {
    canRead: grantsAll(READING),
    canTrade: grantsAll(TRADING),
    canWithdraw: granted.includes(WITHDRAWING),
    // A key without a restriction may have one empty entry.
    ipRestricted: Array.isArray(addresses) ? addresses.some((address) => address !== '') : undefined,
  };
}
