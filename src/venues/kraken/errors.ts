/** Errors of Kraken, classed once. They are texts (`EOrder:Insufficient funds`), the same over REST and the sockets.
 *  https://docs.kraken.com/api/docs/guides/spot-errors (and texts of the support pages and of older editions). */
import { errorTable } from '../../core/error-table.ts';
import type { ErrorClass, VenueError } from '../../core/order.ts';

/** Every known text stands here exactly once, with `_` for a space. What follows a known text behind a colon or in
 *  brackets is detail. `filter`: the order as it is breaks a limit of size, price, value or count. `auth`: the key or the
 *  account may not do this. `unknown-outcome`: the venue does not say whether it acted. `other`: a plain refusal. */
const TEXTS: Readonly<Record<ErrorClass, string>> = {
  'insufficient-funds': `
    EOrder:Insufficient_funds EOrder:Insufficient_margin EOrder:Margin_allowance_exceeded EOrder:Margin_level_too_low
    EFunding:Invalid_amount
  `,
  filter: `
    EOrder:Order_minimum_not_met EOrder:Cost_minimum_not_met EOrder:Tick_size_check_failed EOrder:Invalid_price
    EOrder:Orders_limit_exceeded EOrder:Positions_limit_exceeded EOrder:Scheduled_orders_limit_exceeded
    EOrder:Margin_position_size_exceeded EGeneral:Invalid_arguments:price EGeneral:Invalid_arguments:volume
    EGeneral:Invalid_arguments:volume_minimum_not_met EGeneral:Invalid_arguments:limit_price
    EGeneral:Invalid_arguments:order_qty EOrder:Post_only_order
  `,
  unfilled: '',
  'rate-limit': `
    EAPI:Rate_limit_exceeded EOrder:Rate_limit_exceeded EOrder:Domain_rate_limit_exceeded EAuth:Rate_limit_exceeded
    EAuth:Too_many_requests EGeneral:Too_many_requests EService:Throttled Exceeded_msg_rate
  `,
  // The cancel of an order that is gone is answered like that of one that never was: "Invalid order".
  'unknown-order': `
    EOrder:Unknown_order EOrder:Invalid_order EQuery:Unknown_order
  `,
  'duplicate-client-id': `
    EGeneral:Invalid_arguments:cl_ord_id_not_unique
  `,
  maintenance: `
    EService:Market_in_cancel_only_mode EService:Market_in_post_only_mode EService:Market_in_limit_only_mode
  `,
  // Nonces are made of the time.
  clock: `
    EAPI:Invalid_nonce
  `,
  // A lockout follows repeated wrong keys; trying on makes it longer.
  auth: `
    EAPI:Invalid_key EAPI:Invalid_signature EAPI:Invalid_token EAPI:Permission_denied EGeneral:Permission_denied
    EGeneral:Temporary_lockout EAuth:Account_temporary_disabled EAuth:Account_unconfirmed EAccount:Invalid_permissions
    ESession:Invalid_session ETrade:User_Locked ETrade:Locked
  `,
  // Orders answered like this were seen in the book afterwards.
  'unknown-outcome': `
    EService:Unavailable EService:Busy EService:Timeout EGeneral:Internal_error EDatabase:Internal_error
  `,
  other: `
    EGeneral:Invalid_arguments EGeneral:Invalid_arguments:Index_unavailable EGeneral:Unknown_method EAPI:Bad_request
    EAPI:Feature_disabled EService:Deadline_elapsed ETrade:Invalid_request EQuery:Unknown_asset EQuery:Unknown_asset_pair
    EQuery:Invalid_asset_pair EOrder:Cannot_open_opposing_position EOrder:Cannot_open_position EOrder:Unknown_position
    EOrder:Reduce_only:Non-PC EOrder:Reduce_only:No_position_exists EOrder:Reduce_only:Position_is_closed
    EOrder:Trading_agreement_required EBM:limit_exceeded:CAL EFunding:Max_fee_exceeded EFunding:No_funding_method
    EFunding:Too_many_addresses EFunding:Unknown_asset EFunding:Unknown_withdraw_key
  `,
};

const table = errorTable(TEXTS);

/** With repeats, so that a test can see that there are none. */
export const listedKeys = table.listed;

/** The key is kept out for a while, and for longer with each try. */
const LOCKOUT = 'EGeneral:Temporary lockout';
/** `EService: Throttled: [UNIX timestamp]`: when to come back. */
const THROTTLED = /^EService:\s*Throttled:\s*(\d+)/;

/** The venue's refusal, classed. `nowMs`: the wall's time, from which a named moment becomes a wait. */
export function venueError(text: string, nowMs: number): VenueError {
  const until = THROTTLED.exec(text)?.[1];
  const code = codeOf(text);
  const waitMs = until === undefined ? undefined : Math.max(0, Number(until) * 1000 - nowMs);
  return { ...table.error(keyOf(code), text, waitMs), code, ...(code === LOCKOUT ? { isBan: true as const } : {}) };
}

export const classOf = (text: string): ErrorClass => table.classOf(keyOf(codeOf(text)));

/** The longest known text that `text` begins with: words and details are cut off one by one. Of an unknown one only the
 *  category: what follows may hold anything, also what we sent. */
export function codeOf(text: string): string {
  const whole = text.slice(0, 200).replace(/:\s+/g, ':').trim();
  for (let part = whole; part !== ''; part = withoutDetail(part)) if (known.has(keyOf(part))) return part;
  return /^[EW][A-Za-z]+(?=:)/.exec(whole)?.[0] ?? 'error';
}

const withoutDetail = (text: string): string => text.slice(0, Math.max(0, text.search(/\s*[\s:([][^\s:([]*$/)));

const known: ReadonlySet<string> = new Set(table.listed);
const keyOf = (text: string): string => text.trim().replaceAll(' ', '_');
