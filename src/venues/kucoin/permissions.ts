/** What an API key of KuCoin may do. https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-apikey-info */
import { isObject, textOf } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_PATH = '/api/v1/user/api-key';
/** `Trade` is what older keys have in place of `Spot`. */
const TRADING = ['Spot', 'Trade'];
/** `Transfer` is what the venue calls withdrawing now (`InnerTransfer` stays within the account). */
const LEAVING = ['Transfer', 'Withdrawal', 'Withdraw'];

/** `permission`: names with commas between. Undefined when it cannot be read. */
export function readPermissions(data: unknown): KeyPermissions | undefined {
  if (!isObject(data)) return undefined;
  const permission = textOf(data, 'permission');
  if (permission === '') return undefined;
  const granted = permission.split(',').map((name) => name.trim());
  return {
    canRead: granted.includes('General'),
    canTrade: granted.some((name) => TRADING.includes(name)),
    canWithdraw: granted.some((name) => LEAVING.includes(name)),
    // Left out where there is none.
    ipRestricted: textOf(data, 'ipWhitelist').trim() !== '',
  };
}
