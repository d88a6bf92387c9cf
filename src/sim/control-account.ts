/** `POST /account {venue, feeAsset, amount?}`: in what the venue's accounts pay their fees, and how much of it they are given.
 *  `feeAsset: ""` goes back to what the venue takes of itself. */
import type { Json } from '../core/json.ts';
import { deposit } from './account.ts';
import { amountOf, amountText, isPlainDecimal } from './amounts.ts';
import type { Exchange } from './exchange.ts';
import type { HttpOut } from './server.ts';

const answer = (status: number, body: unknown): HttpOut => ({ status, body: JSON.stringify(body) });
const invalid = (message: string): HttpOut => answer(400, { error: { code: 'control/invalid', message } });

export function chooseFees(venues: ReadonlyMap<string, { readonly exchange: Exchange }>, body: Json): HttpOut {
  const { venue, feeAsset, amount = '0' } = body;
  const exchange = venues.get(String(venue))?.exchange;
  if (exchange === undefined)
    return invalid(`unknown venue "${String(venue)}"; known: ${[...venues.keys()].join(', ')}`);
  const token = exchange.policy.fees.token?.asset;
  if (feeAsset !== '' && (feeAsset !== token || token === undefined)) {
    const known = token === undefined ? 'what it takes of itself ("")' : `"${token}" or ""`;
    return invalid(`${exchange.venue} takes no fees in "${String(feeAsset)}", only in ${known}`);
  }
  if (typeof amount !== 'string' || !isPlainDecimal(amount)) return invalid('"amount" is a decimal text');
  for (const account of exchange.accounts) {
    account.paysWithToken = feeAsset !== '';
    if (token !== undefined) deposit(account, token, amountOf(amount));
  }
  const free = exchange.accounts.map(({ holdings }) => amountText(holdings.get(token ?? '')?.free ?? 0n));
  return answer(200, { venue: exchange.venue, feeAsset, free });
}
