/** The account in Bybit's words: wallet, key, margin mode, fee rates, coins. Field lists:
 *  https://bybit-exchange.github.io/docs/v5/account/wallet-balance, …/account-info, …/fee-rate, …/v5/user/apikey-info,
 *  …/v5/asset/coin-info. A unified trading account (UTA 2.0) that neither borrows nor holds positions. */
import { pow10 } from '../../../core/decimal.ts';
import { amountFixed, amountText } from '../../amounts.ts';
import { boundTo } from '../../permissions.ts';
import { AMOUNT_SCALE, type ExchangePort, type SimAccount, type SimInstrument } from '../../port.ts';

/** The user id behind an account. */
export const uidOf = (account: SimAccount): number => 386_825_804 + account.index;

/** The dollar price of an asset from this venue's own books, at AMOUNT_SCALE; 0 where none is listed. */
function dollarPrice(exchange: ExchangePort, asset: string): bigint {
  if (asset === 'USDT') return pow10(AMOUNT_SCALE);
  const instrument = exchange.instruments.find(({ base, quote }) => base === asset && quote === 'USDT');
  if (instrument === undefined) return 0n;
  const { bid, ask } = exchange.top(instrument);
  return BigInt(bid?.price ?? ask?.price ?? 0) * pow10(AMOUNT_SCALE - instrument.priceDecimals);
}

const inDollars = (exchange: ExchangePort, asset: string, amount: bigint): bigint =>
  (amount * dollarPrice(exchange, asset)) / pow10(AMOUNT_SCALE);

function coinRow(exchange: ExchangePort, account: SimAccount, asset: string): object {
  const holding = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
  const total = holding.free + holding.locked;
  return {
    coin: asset,
    equity: amountText(total),
    usdValue: amountFixed(inDollars(exchange, asset, total), 8),
    walletBalance: amountText(total),
    // "Locked balance due to the Spot open order"; what is free is `walletBalance - locked`.
    locked: amountText(holding.locked),
    spotHedgingQty: '0',
    borrowAmount: '0',
    accruedInterest: '0',
    totalOrderIM: '0',
    totalPositionIM: '0',
    totalPositionMM: '0',
    unrealisedPnl: '0',
    cumRealisedPnl: '0',
    bonus: '0',
    collateralSwitch: true,
    marginCollateral: true,
    colRes: '0',
    spotBorrow: '0',
    // Deprecated since January 2025 for unified accounts, and empty.
    availableToWithdraw: '',
    availableToBorrow: '',
  };
}

export const heldAssets = (account: SimAccount): readonly string[] =>
  [...account.holdings].filter(([, { free, locked }]) => free + locked !== 0n).map(([asset]) => asset);

/** The one row of `GET /v5/account/wallet-balance` and of a `wallet` message. */
export function walletRow(exchange: ExchangePort, account: SimAccount, assets: readonly string[]): object {
  const total = [...account.holdings].reduce(
    (sum, [asset, { free, locked }]) => sum + inDollars(exchange, asset, free + locked),
    0n,
  );
  const free = [...account.holdings].reduce(
    (sum, [asset, holding]) => sum + inDollars(exchange, asset, holding.free),
    0n,
  );
  return {
    accountType: 'UNIFIED',
    accountIMRate: '0',
    accountIMRateByMp: '0',
    accountMMRate: '0',
    accountMMRateByMp: '0',
    accountLTV: '0',
    totalEquity: amountFixed(total, 8),
    totalWalletBalance: amountFixed(total, 8),
    totalMarginBalance: amountFixed(total, 8),
    totalAvailableBalance: amountFixed(free, 8),
    totalPerpUPL: '0',
    totalInitialMargin: '0',
    totalInitialMarginByMp: '0',
    totalMaintenanceMargin: '0',
    totalMaintenanceMarginByMp: '0',
    coin: assets.map((asset) => coinRow(exchange, account, asset)),
  };
}

/** `unifiedMarginStatus` 5 is a unified trading account 2.0. */
export const accountInfo = (at: number): object => ({
  marginMode: 'REGULAR_MARGIN',
  updatedTime: String(at),
  unifiedMarginStatus: 5,
  dcpStatus: 'OFF',
  timeWindow: 10,
  smpGroup: 0,
  isMasterTrader: false,
  spotHedgingStatus: 'OFF',
});

export const apiKeyInfo = (account: SimAccount): object => ({
  id: String(13_770_661 + account.index),
  note: 'simulated',
  apiKey: account.apiKey,
  readOnly: 0,
  secret: '',
  permissions: {
    ContractTrade: [],
    Spot: ['SpotTrade'],
    Wallet: account.permissions.withdraw ? ['AccountTransfer', 'Withdraw'] : ['AccountTransfer'],
    Options: [],
    Derivatives: [],
    CopyTrading: [],
    BlockTrade: [],
    Exchange: [],
    NFT: [],
    Affiliate: [],
  },
  ips: account.permissions.ipRestricted ? boundTo(account.permissions) : ['*'],
  type: 1,
  deadlineDay: 66,
  expiredAt: '2099-12-22T07:20:25Z',
  createdAt: '2022-10-16T02:24:40Z',
  unified: 0,
  uta: 1,
  userID: uidOf(account),
  inviterID: 0,
  vipLevel: 'No VIP',
  mktMakerLevel: '0',
  affiliateID: 0,
  rsaPublicKey: '',
  isMaster: true,
  parentUid: '0',
  kycLevel: 'LEVEL_1',
  kycRegion: '',
});

export const feeRow = (exchange: ExchangePort, instrument: SimInstrument): object => ({
  symbol: instrument.symbol,
  takerFeeRate: exchange.policy.fees.taker,
  makerFeeRate: exchange.policy.fees.maker,
});

/** Deposits and withdrawals are not simulated: every chain is suspended. */
const CHAINS: Readonly<Record<string, readonly [chainType: string, chain: string]>> = {
  BTC: ['Bitcoin', 'BTC'],
  ETH: ['Ethereum', 'ETH'],
  SOL: ['Solana', 'SOL'],
  XRP: ['XRP', 'XRP'],
  DOGE: ['Dogecoin', 'DOGE'],
  USDT: ['Ethereum', 'ETH'],
};

export function coinInfo(asset: string): object {
  const [chainType, chain] = CHAINS[asset] ?? [asset, asset];
  return {
    name: asset,
    coin: asset,
    remainAmount: '10000000',
    chains: [
      {
        chainType,
        confirmation: '6',
        withdrawFee: '0.0005',
        depositMin: '0',
        withdrawMin: '0.001',
        chain,
        chainDeposit: '0',
        chainWithdraw: '0',
        minAccuracy: '8',
        withdrawPercentageFee: '0',
        contractAddress: '',
        safeConfirmNumber: '65',
      },
    ],
  };
}
