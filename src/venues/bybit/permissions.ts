/** What an API key of Bybit may do. https://bybit-exchange.github.io/docs/v5/user/apikey-info */
import { isObject, type Json } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_PATH = '/v5/user/query-api';
/** Stands in the list of addresses of a key that is bound to none. */
const ANY_ADDRESS = '*';

/** Undefined when it cannot be read. */
export function readPermissions({ permissions, readOnly, ips }: Json): KeyPermissions | undefined {
  if (!isObject(permissions) || (readOnly !== 0 && readOnly !== 1)) return undefined;
  const grants = (group: string, name: string): boolean => {
    const names: unknown = permissions[group];
    return readOnly === 0 && Array.isArray(names) && names.includes(name);
  };
  return {
    canRead: true,
    canTrade: grants('Spot', 'SpotTrade'),
    canWithdraw: grants('Wallet', 'Withdraw'),
    ipRestricted: Array.isArray(ips) ? ips.length > 0 && !ips.includes(ANY_ADDRESS) : undefined,
  };
}
