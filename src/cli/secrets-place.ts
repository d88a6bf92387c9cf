/** Which secrets' file the commands of `parallax secrets` are about, and what is known of its venues. */
import { resolve } from 'node:path';
import type { Config, VenueConfig } from '../core/config.ts';
import { type KnownVenue, type Problem, venueKey } from '../core/config-check.ts';
import { venueRegistry } from '../venues/registry.ts';
import type { OptionSpecs } from './arguments.ts';
import { knownVenues, loadConfig } from './config-file.ts';
import { secretsPath } from './credentials.ts';
import { type CommandIo, DEFAULT_DATA_DIR } from './io.ts';

export const PLACE_OPTIONS = {
  config: { kind: 'text', shows: 'FILE', about: 'configuration that names the file and the venues' },
  data: { kind: 'text', shows: 'DIR', about: `data folder of the engine (default ${DEFAULT_DATA_DIR})` },
} as const satisfies OptionSpecs;

export interface Place {
  /** Of the secrets' file; '' where the configuration has problems. */
  readonly path: string;
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly known: ReadonlyMap<string, KnownVenue>;
}

export function placeOf(values: { readonly config?: string; readonly data?: string }, io: CommandIo): Place {
  const known = knownVenues(venueRegistry);
  const { config, problems } = loadConfig(values.config, known);
  const dataDir = resolve(values.data ?? io.dataDir ?? DEFAULT_DATA_DIR);
  return { path: problems.length > 0 ? '' : secretsPath(config, dataDir), config, problems, known };
}

/** What is known of a venue by its id alone: as the configuration has it, else a native one, else ccxt's. */
export function venueOf({ config, known }: Place, id: string): KnownVenue | undefined {
  const configured: VenueConfig | undefined = config.venues.find((venue) => venue.id === id);
  if (configured !== undefined) return known.get(venueKey(id, configured.adapter));
  const found = known.get(venueKey(id, undefined)) ?? known.get(venueKey(id, 'ccxt'));
  return found?.unfit === undefined ? found : undefined;
}
