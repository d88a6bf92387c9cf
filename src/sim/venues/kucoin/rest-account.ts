/** Signed REST endpoints about the account, and the whole book, which wants a signature too.
 *  Source: https://www.kucoin.com/docs-new/rest/account-info and …/spot-trading/market-data/get-full-orderbook. */
import { amountText } from '../../amounts.ts';
import { WHOLE_BOOK } from '../../book-window.ts';
import { boundTo } from '../../permissions.ts';
import type { SimAccount } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalid } from './errors.ts';
import { accountIdText, userIdText } from './ids.ts';
import { bookBody } from './market-rows.ts';
import { readSymbol } from './order-reading.ts';
import type { PublicHub } from './public-hub.ts';
import type { Pool } from './rate-pools.ts';
import type { RestResult, SignedRoute } from './routes.ts';
import type { Tokens } from './tokens.ts';

const MAX_FEE_SYMBOLS = 10;

/** The spot account. Clients that learn of "high-frequency" trading from `hf/accounts/opened` still call it `trade_hf`;
 *  the newest documentation knows `trade` alone. */
const SPOT_TYPES = ['trade', 'trade_hf'];
const OTHER_TYPES = ['main', 'option', 'margin', 'isolated'];

export function accountRoutes(context: WireContext, hub: PublicHub, tokens: Tokens): readonly SignedRoute[] {
  const { exchange, clock } = context;
  const { taker, maker } = exchange.policy.fees;
  const rates = { takerFeeRate: taker, makerFeeRate: maker };
  const get = (path: string, pool: Pool, weight: number, signed: SignedRoute['signed']): SignedRoute => ({
    method: 'GET',
    path,
    pool,
    weight,
    signed,
  });

  const rows = (account: SimAccount, type: string): { id: string; currency: string }[] =>
    [...account.holdings].map(([currency, { free, locked }]) => ({
      id: accountIdText(account, currency),
      currency,
      type,
      balance: amountText(free + locked),
      available: amountText(free),
      holds: amountText(locked),
    }));

  const accounts: SignedRoute['signed'] = ({ query }, account) => {
    const type = query.get('type') || 'trade';
    if (OTHER_TYPES.includes(type)) return { data: [] };
    if (!SPOT_TYPES.includes(type)) return { error: ERRORS.parameter };
    const currency = query.get('currency') ?? '';
    return { data: rows(account, type).filter((row) => currency === '' || row.currency === currency) };
  };

  const oneAccount: SignedRoute['signed'] = ({ named }, account) => {
    const found = rows(account, 'trade').find(({ id }) => id === named.accountId);
    if (found === undefined) return { error: invalid('account', 'accountNotExist') };
    const { id: _, type: __, ...data } = found as Record<string, unknown>;
    return { data };
  };

  const fees: SignedRoute['signed'] = ({ query }): RestResult => {
    const symbols = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
    if (symbols.length === 0) return { error: invalid('tradeFees', 'symbolsIsRequired') };
    if (symbols.length > MAX_FEE_SYMBOLS) return { error: ERRORS.parameter };
    if (symbols.some((symbol) => exchange.instrumentBySymbol(symbol) === undefined)) {
      return { error: ERRORS.unknownSymbol };
    }
    return { data: symbols.map((symbol) => ({ symbol, ...rates })) };
  };

  const wholeBook: SignedRoute['signed'] = ({ query }): RestResult => {
    const instrument = readSymbol(exchange, query.get('symbol') ?? '', 'market');
    if (!instrument.ok) return instrument;
    const one = instrument.value;
    return { data: bookBody(one, exchange.book(one, WHOLE_BOOK), hub.sequence(one), clock.wallMs()) };
  };

  const keyInfo: SignedRoute['signed'] = (_, account) => ({
    data: {
      remark: 'simulated',
      apiKey: account.apiKey,
      apiVersion: 3,
      permission: account.permissions.withdraw ? 'General,Spot,Transfer' : 'General,Spot',
      ...(account.permissions.ipRestricted ? { ipWhitelist: boundTo(account.permissions).join(',') } : {}),
      createdAt: 1_729_576_824_000,
      uid: 165_111_215 + account.index,
      isMaster: true,
    },
  });

  return [
    get('/api/v3/market/orderbook/level2', 'spot', 3, wholeBook),
    get('/api/v1/accounts', 'management', 5, accounts),
    get('/api/v1/accounts/:accountId', 'management', 5, oneAccount),
    get('/api/v1/hf/accounts/opened', 'spot', 30, () => ({ data: true })),
    get('/api/v1/base-fee', 'spot', 3, () => ({ data: rates })),
    get('/api/v1/trade-fees', 'spot', 3, fees),
    get('/api/v1/user/api-key', 'management', 20, keyInfo),
    // Of the unified account's API: which kind of account this is.
    get('/api/ua/v1/account/mode', 'management', 30, (_, account) => ({
      data: { selfAccountMode: 'CLASSIC', unifiedSubAccount: [], classicSubAccount: [userIdText(account)] },
    })),
    {
      method: 'POST',
      path: '/api/v1/bullet-private',
      pool: 'spot',
      weight: 10,
      signed: ({ http }, account) => ({ data: tokens.issue(http, account) }),
    },
  ];
}
