/** What an API key of OKX may do. https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration */
import { type Json, textOf } from '../../core/json.ts';
import type { KeyPermissions } from '../../core/permissions.ts';

export const PERMISSIONS_PATH = '/api/v5/account/config';

/** `perm`: `read_only`, `trade` and `withdraw`, with commas between; `ip`: the addresses, likewise. Undefined when it
 *  cannot be read. */
export function readPermissions([row]: readonly Json[]): KeyPermissions | undefined {
  const perm = textOf(row ?? {}, 'perm');
  if (row === undefined || perm === '') return undefined;
  const granted = perm.split(',').map((name) => name.trim());
  return {
    // Each of the others comes with reading.
    canRead: true,
    canTrade: granted.includes('trade'),
    canWithdraw: granted.includes('withdraw'),
    ipRestricted: typeof row.ip === 'string' ? row.ip.trim() !== '' : undefined,
  };
}
