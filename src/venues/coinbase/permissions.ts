/** What an API key of Coinbase may do; whether it is bound to addresses is not told.
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/data-api/get-api-key-permissions */
import type { Json } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_PATH = '/key_permissions';

/** Undefined when it cannot be read. `can_transfer`: deposits and withdrawals. */
export function readPermissions({ can_view, can_trade, can_transfer }: Json): KeyPermissions | undefined {
  if (typeof can_view !== 'boolean' || typeof can_trade !== 'boolean' || typeof can_transfer !== 'boolean') {
    return undefined;
  }
  return { canRead: can_view, canTrade: can_trade, canWithdraw: can_transfer, ipRestricted: undefined };
}
