/** What an API key of Bitget may do. https://www.bitget.com/api-doc/spot/account/Get-Account-Info */
import { isObject, textOf } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_PATH = '/api/v2/spot/account/info';
/** The page lists short names for what may be read (`stor`) and written (`stow`), and shows plain words in its example. */
const READING = ['stor', 'readonly'];
const TRADING = ['stow', 'trade'];
const WITHDRAWING = ['wwow', 'withdraw'];

/** Undefined when it cannot be read. */
export function readPermissions(data: unknown): KeyPermissions | undefined {
  if (!isObject(data) || !Array.isArray(data.authorities)) return undefined;
  const granted: readonly unknown[] = data.authorities;
  const grants = (names: readonly string[]): boolean => names.some((name) => granted.includes(name));
  return {
    // Who may write may read.
    canRead: grants(READING) || grants(TRADING),
    canTrade: grants(TRADING),
    canWithdraw: grants(WITHDRAWING),
    ipRestricted: typeof data.ips === 'string' ? textOf(data, 'ips').trim() !== '' : undefined,
  };
}
