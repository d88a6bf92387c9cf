/** The filters by the names that the configuration calls them. A new one: its schema in src/core/filter-config.ts, its
 *  name, its reason code, its file here, one line. */
import type { FilterConfig, FilterSettings } from '../../core/filter-config.ts';
import type { FilterName } from '../../core/filter-names.ts';
import type { Filter, FilterWorld } from './filter.ts';
import { LiquidityFilter } from './liquidity.ts';
import { MinLifeFilter } from './min-life.ts';
import { PremiumFilter } from './premium.ts';
import { QuotePairsFilter } from './quote-pairs.ts';
import { TrendFilter } from './trend.ts';

const FILTERS: { readonly [N in FilterName]: new (settings: FilterSettings<N>, world: FilterWorld) => Filter } = {
  'quote-pairs': QuotePairsFilter,
  'min-life': MinLifeFilter,
  trend: TrendFilter,
  liquidity: LiquidityFilter,
  premium: PremiumFilter,
};

export function newFilter(settings: FilterConfig, world: FilterWorld): Filter {
  // Each name's class takes that name's settings; the compiler cannot follow the two together.
  const Made = FILTERS[settings.name] as new (settings: FilterConfig, world: FilterWorld) => Filter;
  return new Made(settings, world);
}
