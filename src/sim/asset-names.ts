/** What the simulated assets are called, for venues that tell. */
import { lookup } from './lookup.ts';

const NAMES: Readonly<Record<string, string>> = {
  BTC: 'Bitcoin',
  ETH: 'Ethereum',
  SOL: 'Solana',
  XRP: 'XRP',
  DOGE: 'Dogecoin',
  USDT: 'Tether',
};

/** The name of an asset; its code where it has none. */
export const assetName = (asset: string): string => lookup(NAMES, asset) ?? asset;
