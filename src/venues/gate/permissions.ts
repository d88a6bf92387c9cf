/** What an API key of Gate may do. https://www.gate.com/docs/developers/apiv4/en/#query-all-main-account-key-information */
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
import { type KeyPermissions, UNKNOWN_PERMISSIONS } from '../../core/permissions.ts';
import type { RestResult } from '../../net/signed-rest.ts';

export const PERMISSIONS_PATH = '/api/v4/account/main_keys';
/** Where a list has the keys with their ends hidden, so much must agree. */
const LEAST_SHOWN = 6;

/** Keys of sub-accounts, and those that may not read the account's data, may not ask: nothing is known of them. */
export const mayNotAsk = (result: RestResult<unknown>): boolean => !result.ok && result.error.code === 'FORBIDDEN';

/** The venue answers with the keys of the account, or with the one that asked: the page shows a list and describes an
 *  object. Unknown where it is not told which is ours; undefined when it cannot be read. */
export function readPermissions(value: unknown, apiKey: string): KeyPermissions | undefined {
  const own = ownEntry(value, apiKey);
  if (own === undefined) return Array.isArray(value) ? UNKNOWN_PERMISSIONS : undefined;
  if (!Array.isArray(own.perms)) return undefined;
  const granted = objectsOf(own, 'perms');
  const names = (isMeant: (name: string) => boolean, toWrite: boolean): boolean =>
    granted.some((perm) => isMeant(textOf(perm, 'name')) && (!toWrite || perm.read_only === false));
  const { ip_whitelist } = own;
  return {
    canRead: names((name) => name === 'spot', false),
    canTrade: names((name) => name === 'spot', true),
    canWithdraw: canWithdraw(names),
    ipRestricted: Array.isArray(ip_whitelist) ? ip_whitelist.length > 0 : undefined,
  };
}

function ownEntry(value: unknown, apiKey: string): Json | undefined {
  if (isObject(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const own = value.filter(isObject).filter((entry) => {
    const shown = textOf(entry, 'key').replace(/\*+$/, '');
    return shown.length >= LEAST_SHOWN && apiKey.startsWith(shown);
  });
  return own.length === 1 ? own[0] : undefined;
}

/** The page names no permission for withdrawing; where keys are made there is one of that name. Whether writing to the
 *  wallet includes it is not said. */
function canWithdraw(names: (isMeant: (name: string) => boolean, toWrite: boolean) => boolean): boolean | undefined {
  if (names((name) => /^withdraw/.test(name), true)) return true;
  return names((name) => name === 'wallet', true) ? undefined : false;
}
