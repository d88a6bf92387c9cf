/** The account in Coinbase's words: wallets, fee tier, key permissions, and the currencies of the v2 API.
 *  Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/ (accounts, fees, data api) and
 *  https://docs.cdp.coinbase.com/coinbase-app/track-apis/currencies. */
import { amountText } from '../../amounts.ts';
import { assetName } from '../../asset-names.ts';
import type { ExchangePort, SimAccount, SimInstrument } from '../../port.ts';
import { portfolioIdOf, walletIdOf } from './ids.ts';

/** Assets that an account has a wallet of: those that are listed, and those that it was given. */
export const assetsOf = (exchange: ExchangePort, account: SimAccount): readonly string[] => [
  ...new Set([...exchange.instruments.flatMap(({ base, quote }) => [base, quote]), ...account.holdings.keys()]),
];

export function walletRow(account: SimAccount, asset: string): object {
  const { free, locked } = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
  return {
    uuid: walletIdOf(account, asset),
    name: `${asset} Wallet`,
    currency: asset,
    available_balance: { value: amountText(free), currency: asset },
    default: true,
    active: true,
    created_at: '2023-12-14T21:40:32.181Z',
    updated_at: '2023-12-19T18:21:42.85Z',
    deleted_at: null,
    type: 'ACCOUNT_TYPE_CRYPTO',
    ready: true,
    hold: { value: amountText(locked), currency: asset },
    retail_portfolio_id: portfolioIdOf(account),
    platform: 'ACCOUNT_PLATFORM_CONSUMER',
  };
}

/** The tier of an account that has traded less than 10,000 dollars in 30 days. */
export function transactionSummary(exchange: ExchangePort, account: SimAccount): object {
  const fills = exchange.fills(account);
  const volume = Number(amountText(fills.reduce((sum, { quote }) => sum + quote, 0n)));
  const fees = Number(amountText(fills.reduce((sum, { fee }) => sum + fee, 0n)));
  const { taker, maker } = exchange.policy.fees;
  return {
    total_volume: volume,
    total_fees: fees,
    fee_tier: {
      pricing_tier: 'Advanced 1',
      usd_from: '0',
      usd_to: '10000',
      taker_fee_rate: taker,
      maker_fee_rate: maker,
      aop_from: '',
      aop_to: '',
    },
    margin_rate: null,
    goods_and_services_tax: null,
    advanced_trade_only_volume: volume,
    advanced_trade_only_fees: fees,
    coinbase_pro_volume: 0,
    coinbase_pro_fees: 0,
    total_balance: '',
    has_promo_fee: false,
  };
}

export const keyPermissions = (account: SimAccount): object => ({
  can_view: true,
  can_trade: true,
  can_transfer: account.permissions.withdraw,
  portfolio_uuid: portfolioIdOf(account),
  portfolio_type: 'DEFAULT',
});

/** A row of `GET /v2/currencies/crypto`. */
export const cryptoRow = (asset: string, index: number): object => ({
  asset_id: `00000000-0000-4000-a000-${String(index).padStart(12, '0')}`,
  code: asset,
  name: assetName(asset),
  color: '#0433FF',
  sort_index: 100 + index,
  exponent: 8,
  type: 'crypto',
  address_regex: '',
});

/** A row of `GET /v2/currencies`: fiat money, of which nothing is listed here but the unit of all rates. */
export const FIAT_ROWS: readonly object[] = [{ id: 'USD', name: 'US Dollar', min_size: '0.01' }];

/** What a dollar buys, a tether taken for a dollar. */
export function exchangeRates(exchange: ExchangePort): Readonly<Record<string, string>> {
  const priceOf = (instrument: SimInstrument): number => {
    const { bid, ask } = exchange.top(instrument);
    return (bid?.price ?? ask?.price ?? 0) / 10 ** instrument.priceDecimals;
  };
  const rates = exchange.instruments
    .filter(({ quote }) => quote === 'USDT')
    .map((instrument) => [instrument.base, priceOf(instrument)] as const)
    .filter(([, price]) => price > 0)
    .map(([base, price]) => [base, (1 / price).toFixed(16)] as const);
  return { USD: '1.0', USDT: '1.0', ...Object.fromEntries(rates) };
}
