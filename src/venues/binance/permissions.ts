/** What an API key of Binance may do.
 *  https://developers.binance.com/docs/wallet/account/api-key-permission */
import { isObject } from '../../core/json.ts';
import { type KeyPermissions, UNKNOWN_PERMISSIONS } from '../../core/permissions.ts';
import type { Reply } from './reply.ts';

/** Of the wallet API, which test environments do not have. */
export const PERMISSIONS_PATH = '/sapi/v1/account/apiRestrictions';

/** Undefined when it cannot be read. */
export function readPermissions(value: unknown): KeyPermissions | undefined {
  if (!isObject(value) || typeof value.enableWithdrawals !== 'boolean') return undefined;
  return {
    canRead: flag(value.enableReading),
    canTrade: flag(value.enableSpotAndMarginTrading),
    canWithdraw: value.enableWithdrawals,
    ipRestricted: flag(value.ipRestrict),
  };
}

/** An environment without that endpoint says nothing of its keys. */
export const whereMissing = (reply: Reply): KeyPermissions | undefined =>
  reply.kind === 'refused' && reply.error.code === 'HTTP 404' ? UNKNOWN_PERMISSIONS : undefined;

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
