/** The account in OKX's words: balances, configuration, fee rates, currencies. Field lists:
 *  https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-balance, …-get-account-configuration, …-get-fee-rates,
 *  https://www.okx.com/docs-v5/en/#funding-account-rest-api-get-currencies; blanks as recorded for a spot account. */
import { pow10 } from '../../../core/decimal.ts';
import { amountText } from '../../amounts.ts';
import { boundTo } from '../../permissions.ts';
import { AMOUNT_SCALE, type ExchangePort, type SimAccount } from '../../port.ts';
import { msText } from './times.ts';

/** The user id behind an account; a number of the size that OKX gives out. */
export const uidOf = (account: SimAccount): string => String(447_058_923_436_195_000n + BigInt(account.index));

/** The dollar price of an asset from this venue's own books, at AMOUNT_SCALE; 0 where none is listed. */
export function dollarPrice(exchange: ExchangePort, asset: string): bigint {
  if (asset === 'USDT') return pow10(AMOUNT_SCALE);
  const instrument = exchange.instruments.find(({ base, quote }) => base === asset && quote === 'USDT');
  if (instrument === undefined) return 0n;
  const { bid, ask } = exchange.top(instrument);
  const price = bid?.price ?? ask?.price ?? 0;
  return BigInt(price) * pow10(AMOUNT_SCALE - instrument.priceDecimals);
}

/** An amount in dollars, at AMOUNT_SCALE. */
const inDollars = (amount: bigint, price: bigint): bigint => (amount * price) / pow10(AMOUNT_SCALE);

function detailRow(exchange: ExchangePort, account: SimAccount, asset: string, at: number): object {
  const holding = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
  const total = amountText(holding.free + holding.locked);
  const price = dollarPrice(exchange, asset);
  const equity = amountText(inDollars(holding.free + holding.locked, price));
  return {
    accAvgPx: '',
    autoLendAmt: '0',
    autoLendMtAmt: '0',
    autoLendStatus: 'unsupported',
    autoStakingStatus: 'unsupported',
    availBal: amountText(holding.free),
    availEq: amountText(holding.free),
    borrowFroz: '',
    cashBal: total,
    ccy: asset,
    clSpotInUseAmt: '',
    coinUsdPrice: amountText(price),
    colBorrAutoConversion: '0',
    colRes: '0',
    collateralEnabled: false,
    collateralRestrict: false,
    crossLiab: '',
    disEq: equity,
    eq: total,
    eqUsd: equity,
    fixedBal: '0',
    frozenBal: amountText(holding.locked),
    frpType: '0',
    imr: '0',
    interest: '',
    isoEq: '0',
    isoLiab: '',
    isoUpl: '0',
    liab: '',
    maxLoan: '',
    maxSpotInUseAmt: '',
    mgnRatio: '',
    mmr: '0',
    notionalLever: '0',
    openAvgPx: '',
    ordFrozen: amountText(holding.locked),
    rewardBal: '0',
    smtSyncEq: '0',
    spotBal: total,
    spotCopyTradingEq: '0',
    spotInUseAmt: '',
    spotIsoBal: '0',
    spotUpl: '',
    spotUplRatio: '',
    stgyEq: '0',
    totalPnl: '',
    totalPnlRatio: '',
    twap: '0',
    uTime: msText(at),
    upl: '0',
    uplLiab: '',
  };
}

/** The one row of `GET /account/balance` and of an `account` push. @param assets absent: all with a balance */
export function balanceRow(
  exchange: ExchangePort,
  account: SimAccount,
  at: number,
  assets?: readonly string[],
): object {
  const held = [...account.holdings].filter(([, { free, locked }]) => free + locked !== 0n);
  const shown = assets ?? held.map(([asset]) => asset);
  const equity = held.reduce(
    (sum, [asset, { free, locked }]) => sum + inDollars(free + locked, dollarPrice(exchange, asset)),
    0n,
  );
  return {
    adjEq: '',
    availEq: '',
    borrowFroz: '',
    details: shown.map((asset) => detailRow(exchange, account, asset, at)),
    imr: '',
    isoEq: '0',
    mgnRatio: '',
    mmr: '',
    notionalUsd: '',
    notionalUsdForBorrow: '',
    notionalUsdForFutures: '',
    notionalUsdForOption: '',
    notionalUsdForSwap: '',
    ordFroz: '',
    totalEq: amountText(equity),
    uTime: msText(at),
    upl: '',
  };
}

export const configRow = (account: SimAccount): object => ({
  acctLv: '1',
  acctStpMode: 'cancel_maker',
  autoLoan: false,
  ctIsoMode: 'automatic',
  enableSpotBorrow: false,
  feeType: '0',
  greeksType: 'PA',
  ip: boundTo(account.permissions).join(','),
  kycLv: '3',
  label: 'simulated',
  level: 'Lv1',
  levelTmp: '',
  liquidationGear: '-1',
  mainUid: uidOf(account),
  mgnIsoMode: 'automatic',
  opAuth: '0',
  perm: account.permissions.withdraw ? 'read_only,withdraw,trade' : 'read_only,trade',
  posMode: 'net_mode',
  roleType: '0',
  settleCcy: '',
  settleCcyList: [],
  spotBorrowAutoRepay: false,
  spotOffsetType: '',
  spotRoleType: '0',
  spotTraderInsts: [],
  traderInsts: [],
  type: '0',
  uid: uidOf(account),
});

/** Rates are negative when charged. */
export const feeRow = (exchange: ExchangePort, at: number): object => ({
  category: '1',
  delivery: '',
  exercise: '',
  fiat: [],
  instType: 'SPOT',
  level: 'Lv1',
  maker: `-${exchange.policy.fees.maker}`,
  makerU: '',
  makerUSDC: `-${exchange.policy.fees.maker}`,
  ruleType: 'normal',
  taker: `-${exchange.policy.fees.taker}`,
  takerU: '',
  takerUSDC: `-${exchange.policy.fees.taker}`,
  ts: msText(at),
});

/** Deposits and withdrawals are not simulated: every chain is closed. */
const CHAINS: Readonly<Record<string, readonly [name: string, chain: string]>> = {
  BTC: ['Bitcoin', 'BTC-Bitcoin'],
  ETH: ['Ethereum', 'ETH-ERC20'],
  SOL: ['Solana', 'SOL-Solana'],
  XRP: ['Ripple', 'XRP-Ripple'],
  DOGE: ['Dogecoin', 'DOGE-Dogecoin'],
  USDT: ['Tether', 'USDT-ERC20'],
};

export function currencyRow(asset: string): object {
  const [name, chain] = CHAINS[asset] ?? [asset, `${asset}-${asset}`];
  return {
    burningFeeRate: '',
    canDep: false,
    canInternal: false,
    canWd: false,
    ccy: asset,
    chain,
    ctAddr: '',
    depEstOpenTime: '',
    depQuotaFixed: '',
    depQuoteDailyLayer2: '',
    fee: '0.0005',
    logoLink: '',
    mainNet: true,
    maxFee: '0.0005',
    maxFeeForCtAddr: '',
    maxWd: '1000000',
    minDep: '0.0001',
    minDepArrivalConfirm: '1',
    minFee: '0.0005',
    minFeeForCtAddr: '',
    minInternal: '0.0001',
    minWd: '0.001',
    minWdUnlockConfirm: '2',
    name,
    needTag: false,
    usedDepQuotaFixed: '',
    usedWdQuota: '0',
    wdEstOpenTime: '',
    wdQuota: '10000000',
    wdTickSz: '8',
  };
}
