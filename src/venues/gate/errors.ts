/** What Gate v4 refuses with, classed once: the labels of REST and of order entry over WebSocket, and the numbers that
 *  subscriptions are refused with.
 *  https://www.gate.com/docs/developers/apiv4/en/#error-handling, …/apiv4/ws/en/#error */
import { errorTable } from '../../core/error-table.ts';
import { type Json, parseObject, textOf } from '../../core/json.ts';
import type { ErrorClass, VenueError } from '../../core/order.ts';

/** Every known label stands here exactly once. `filter`: the order as it is breaks a limit of size, price, value or
 *  count; the venue says so with INVALID_PARAM_VALUE, too ("Your order size … is too small"). `auth`: the key or the
 *  account may not do this. `unknown-outcome`: the venue itself does not say whether it acted. `other`: a plain refusal,
 *  and what only other products say. */
const CODES: Readonly<Record<ErrorClass, string>> = {
  'insufficient-funds': `
    BALANCE_NOT_ENOUGH MARGIN_BALANCE_NOT_ENOUGH FUTURES_BALANCE_NOT_ENOUGH INSUFFICIENT_AVAILABLE
  `,
  filter: `
    INVALID_PARAM_VALUE INVALID_PRECISION QUANTITY_NOT_ENOUGH AMOUNT_TOO_LITTLE AMOUNT_TOO_MUCH
    PRICE_TOO_DEVIATED PRICE_THRESHOLD_EXCEEDED SIZE_TOO_LARGE SIZE_TOO_SMALL TOO_MANY_ORDERS
  `,
  unfilled: `
    FOK_NOT_FILL ORDER_FOK
  `,
  'rate-limit': `
    TOO_FAST TOO_MANY_REQUESTS
  `,
  'unknown-order': `
    ORDER_NOT_FOUND CLIENT_ID_NOT_FOUND ORDER_CLOSED ORDER_CANCELLED ORDER_FINISHED ORDER_NOT_OWNED ORDER_NOT_EXIST
  `,
  'duplicate-client-id': `
    REPEATED_CREATION DUPLICATE_REQUEST ORDER_EXIST
  `,
  maintenance: `
    API_WITHDRAW_DISABLED CURRENCY_SETTLING
  `,
  clock: `
    REQUEST_EXPIRED
  `,
  auth: `
    4 6 11
    INVALID_CREDENTIALS INVALID_KEY INVALID_SIGNATURE AUTHENTICATION_FAILED MISSING_REQUIRED_HEADER IP_FORBIDDEN
    READ_ONLY FORBIDDEN ACCOUNT_LOCKED ACCOUNT_EXCEPTION SUB_ACCOUNT_LOCKED USER_NOT_FOUND
  `,
  'unknown-outcome': `
    3 INTERNAL SERVER_ERROR TOO_BUSY
  `,
  other: `
    1 2
    INVALID_PROTOCOL INVALID_ARGUMENT INVALID_REQUEST_BODY MISSING_REQUIRED_PARAM BAD_REQUEST INVALID_CONTENT_TYPE
    NOT_ACCEPTABLE METHOD_NOT_ALLOWED NOT_FOUND INVALID_CLIENT_ORDER_ID INVALID_CURRENCY INVALID_CURRENCY_PAIR
    ORDER_POC_IMMEDIATE POC_FILL_IMMEDIATELY ORDER_BOOK_NOT_FOUND TRADE_RESTRICTED
    TOO_MANY_CURRENCY_PAIRS MIXED_ACCOUNT_TYPE RISK_REJECT NO_CHANGE
    SUB_ACCOUNT_NOT_FOUND SUB_ACCOUNT_TRANSFER_FAILED MARGIN_BALANCE_EXCEPTION MARGIN_TRANSFER_FAILED
    TOO_MUCH_FUTURES_AVAILABLE ADDRESS_NOT_USED WITHDRAWAL_OVER_LIMIT INVALID_WITHDRAW_ID
    INVALID_WITHDRAW_CANCEL_STATUS MARGIN_NOT_SUPPORTED LOAN_NOT_FOUND LOAN_RECORD_NOT_FOUND NO_MATCHED_LOAN
    NOT_MERGEABLE NO_MERGEABLE_ORDERS REPAY_TOO_MUCH AUTO_BORROW_TOO_MUCH CONTRACT_NO_COUNTER CONTRACT_NOT_FOUND
    CONTRACT_IN_DELISTING RISK_LIMIT_EXCEEDED RISK_LIMIT_NOT_MULTIPLE RISK_LIMIT_TOO_HIGH RISK_LIMIT_TOO_LOW
    RISK_LIMIT_TOO_lOW LIQUIDATE_IMMEDIATELY LEVERAGE_TOO_HIGH LEVERAGE_TOO_LOW POSITION_CROSS_MARGIN
    POSITION_IN_LIQUIDATION POSITION_IN_CLOSE POSITION_EMPTY POSITION_NOT_FOUND POSITION_DUAL_MODE POSITION_HOLDING
    REMOVE_TOO_MUCH PRICE_OVER_LIQUIDATION PRICE_OVER_BANKRUPT INCREASE_POSITION AMEND_WITH_STOP
    CROSS_ACCOUNT_NOT_FOUND AUTO_TRIGGER_PRICE_LESS_LAST AUTO_TRIGGER_PRICE_GREATE_LAST USER_LOAN_EXCEEDED
    COL_NOT_ENOUGH REDEEMED_LTV_TOO_HIGH BORROWABLE_NOT_ENOUGH ORDER_TOO_MANY_DAILY ORDER_TOO_MANY_USER ORDER_NO_PAY
    ORDER_HISTORY_EXIST ORDER_LIQUIDATING BORROW_TOO_LITTLE BORROW_TOO_LARGE REPAY_AMOUNT_INVALID
    REPAY_GREATER_THAN_AVAILABLE POOL_BALANCE_NOT_ENOUGH USER_PENDING_ORDERS MODE_SET ERR_CREATE_ORDER
    ERR_QUOTA_SUPERIOR_LIMIT ERR_PRODUCT_CLOSE COPIES_NOT_ENOUGH COPIES_TOO_SMALL COPIES_TOO_BIG
  `,
};

export const { listed: listedCodes, classOf, error: venueError } = errorTable(CODES);

/** `error` of a refused subscription: a number, whose words may be the label and words of REST as JSON once more. */
export function subscriptionError(error: Json): VenueError {
  const message = textOf(error, 'message').trim();
  const inner = parseObject(message);
  const label = inner === undefined ? '' : textOf(inner, 'label');
  return inner === undefined || label === ''
    ? venueError(String(error.code ?? ''), message)
    : venueError(label, textOf(inner, 'message'));
}
