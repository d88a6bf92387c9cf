/** Error codes of KuCoin, classed once: spot trading, the gateway before it, and the push sockets (three digits).
 *  https://www.kucoin.com/docs-new/error-code/spot, …/error-code/websocket, and codes that are seen without being listed
 *  there (102…: spot orders; 126…: margin orders, refused by the same engine). Some codes stand for many things; then the
 *  words decide. */
import { errorTable } from '../../core/error-table.ts';
import type { ErrorClass, VenueError } from '../../core/order.ts';

/** Every known code of spot trading stands here exactly once. `filter`: the order as it is breaks a limit of size, price,
 *  value or count. `auth`: the key or the account may not do this. `maintenance`: the instrument or the system is halted.
 *  `unknown-outcome`: the venue itself does not say whether it acted. `other`: a plain refusal. */
const CODES: Readonly<Record<ErrorClass, string>> = {
  'insufficient-funds': `
    102421 126013 200004 210021 230003 260100
  `,
  filter: `
    102427 102429 102434 102435 126003 126011 126022 126029 126030 200003 300000 400330 400350 400370 400760 600100
    600101
  `,
  unfilled: '',
  'rate-limit': `
    429 509 1015 429000
  `,
  'unknown-order': `
    102436 126043 order_not_exist
  `,
  'duplicate-client-id': `
    102426 126033 126044
  `,
  maintenance: `
    503 126004 126006 126007 126009 126010 200001 200002 400600 600203
  `,
  clock: `
    126041 400002
  `,
  auth: `
    401 403 126001 126002 126005 126021 126037 126045 126046 126047 126048 200009 400001 400003 400004 400005 400006
    400007 400008 400009 400010 400011 400012 400200 400201 400202 400301 400303 400401 400500 400700 411100
  `,
  'unknown-outcome': `
    500 126038 126039 230005 408000 500000
  `,
  other: `
    400 404 405 406 415 102411 102425 102428 126000 126015 126027 126028 126034 126036 260210 400100 400400 400800
    401000 404000 415000 4001002 900001
  `,
};

const table = errorTable(CODES);
export const { listed: listedCodes } = table;

/** Words that say more than their code: 400100 ("parameter error") stands for most of what can be wrong with an order,
 *  200002 once meant too many requests. In the order in which they are tried. */
const WORDS: readonly (readonly [codes: RegExp, words: RegExp, as: ErrorClass])[] = [
  [/^(400100|400400|404000)$/, /order.{0,4}(does )?not.{0,2}exist/i, 'unknown-order'],
  [/^(400100|400400)$/, /not.{0,2}allow(ed)?.{0,2}to.{0,2}(be.)?cancel/i, 'unknown-order'],
  [
    /^(400100|600100|400400)$/,
    /balance.{0,2}insufficient|insufficient.{0,2}balance|available\.amount/i,
    'insufficient-funds',
  ],
  [
    /^(400100|400400|102411)$/,
    /client.?o(rder)?.?id.*(duplicat|repeat|exist)|duplicat.*client.?o(rder)?.?id/i,
    'duplicate-client-id',
  ],
  [
    /^(400100|400400)$/,
    /below the min|min.{0,2}size|increment|not in the given range|max\. price|exceed.*max/i,
    'filter',
  ],
  [/^(400100|400400)$/, /symbol.?not.?available|unsupported trading pair/i, 'maintenance'],
  [/^200002$/, /too many|frequen/i, 'rate-limit'],
  [/./, /exceeded the access frequency|too many requests/i, 'rate-limit'],
];

const told = (code: string, message: string): ErrorClass | undefined =>
  WORDS.find(([codes, words]) => codes.test(code) && words.test(message))?.[2];

export const classOf = (code: string, message = ''): ErrorClass => told(code, message) ?? table.classOf(code);

/** `retryAfterMs`: the wait that the venue named. */
export function venueError(code: string, message: string, retryAfterMs?: number): VenueError {
  return table.error(code, message, retryAfterMs, told(code, message));
}
