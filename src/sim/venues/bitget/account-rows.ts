/** The account in Bitget's words. Field lists: https://www.bitget.com/api-doc/spot/account/Get-Account-Assets,
 *  …/Get-Account-Info and https://www.bitget.com/api-doc/spot/websocket/private/Account-Channel. */
import { amountText } from '../../amounts.ts';
import { boundTo } from '../../permissions.ts';
import type { SimAccount } from '../../port.ts';
import { msText } from './times.ts';

/** A user id of the size that Bitget gives out. */
export const userIdOf = (account: SimAccount): string => String(8_672_173_294 + account.index);

/** What open orders hold is `frozen`; `locked` is of other business. */
export function assetRow(account: SimAccount, coin: string, changedAt: number): object {
  const { free, locked } = account.holdings.get(coin) ?? { free: 0n, locked: 0n };
  return {
    coin,
    available: amountText(free),
    limitAvailable: '0',
    frozen: amountText(locked),
    locked: '0',
    uTime: msText(changedAt),
  };
}

/** Coins with a balance. */
export const heldCoins = (account: SimAccount): string[] =>
  [...account.holdings].filter(([, { free, locked }]) => free + locked !== 0n).map(([coin]) => coin);

export const infoRow = (account: SimAccount, startedAt: number): object => ({
  userId: userIdOf(account),
  inviterId: '',
  ips: boundTo(account.permissions).join(','),
  // The words of the page's example; the one for withdrawing stands in its list alone.
  authorities: ['trade', 'readonly', ...(account.permissions.withdraw ? ['wwow'] : [])],
  parentId: 8_672_173_294 + account.index,
  traderType: 'not_trader',
  channelCode: '',
  channel: '',
  regisTime: msText(startedAt),
});
