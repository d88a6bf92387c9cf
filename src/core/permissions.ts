/** What an API key may do, and whether it is fit to trade with. Pure. */

/** Undefined: the venue does not say. */
export interface KeyPermissions {
  /** Balances and orders. */
  readonly canRead: boolean | undefined;
  /** Spot orders, placing and cancelling. */
  readonly canTrade: boolean | undefined;
  /** Anything by which money leaves for an address or account of somebody else. */
  readonly canWithdraw: boolean | undefined;
  /** Works from named addresses alone. */
  readonly ipRestricted: boolean | undefined;
}

/** Of a venue that has no way to ask. */
export const UNKNOWN_PERMISSIONS: KeyPermissions = {
  canRead: undefined,
  canTrade: undefined,
  canWithdraw: undefined,
  ipRestricted: undefined,
};

/** Why a key is not traded with, in words that follow the venue's name. */
export const KEY_REFUSALS = {
  'can-withdraw': 'the key may withdraw; make one that may not, or allow it (security.allowWithdrawalKeys)',
  'cannot-trade': 'the key may not trade spot; give it that permission at the venue',
  'cannot-read': 'the key may not read the account; give it that permission at the venue',
} as const;

export type KeyRefusal = keyof typeof KEY_REFUSALS;

/** All that speaks against trading with the key; nothing: it is fit, as far as the venue says. What it does not say
 *  refuses nothing: whoever can do so tells a person. */
export function checkPermissions(permissions: KeyPermissions, allowWithdrawal: boolean): readonly KeyRefusal[] {
  const refusals: KeyRefusal[] = [];
  if (permissions.canWithdraw === true && !allowWithdrawal) refusals.push('can-withdraw');
  if (permissions.canTrade === false) refusals.push('cannot-trade');
  if (permissions.canRead === false) refusals.push('cannot-read');
  return refusals;
}
