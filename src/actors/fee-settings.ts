/** What the configuration says of the assets that accounts pay their fees in, as the executor wants it. Pure. */
import type { VenueConfig } from '../core/config.ts';
import type { VenueId } from '../core/venue.ts';
import { parseAmount } from '../engine/amounts.ts';
import type { FeeAssetSetting } from '../engine/fee-assets.ts';

/** By venue index; undefined where nothing is configured. */
export const feeAssetsOf = (
  configured: readonly VenueConfig[],
  venues: readonly VenueId[],
): (FeeAssetSetting | undefined)[] =>
  venues.map((venue) => {
    const setting = configured.find(({ id }) => id === venue)?.feeAsset;
    return setting && { asset: setting.asset, floor: parseAmount(setting.floor) };
  });
