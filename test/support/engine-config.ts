/** Configurations that point an engine at simulated exchanges. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ReadyVenue, SimReady } from '../../src/sim/main.ts';
import { newFolder } from './folders.ts';

export interface RawVenue {
  id: string;
  endpoints: { rest: string; wsPublic: string; wsPrivate: string; wsTrade: string; wsSbe?: string };
  marketData?: 'json' | 'sbe';
  feeAsset?: { asset: string; floor: string };
  credentials: { apiKey: string; secret: string; passphrase?: string };
}

/** As it stands in the file; what is left out has its default. */
export interface RawConfig {
  mode: string;
  venues: RawVenue[];
  api: { enabled?: boolean; port?: number };
  topology?: string;
  idle?: string;
  instruments?: string[];
  strategy?: Record<string, unknown>;
  limits?: Record<string, unknown>;
  execution?: Record<string, unknown>;
  breakers?: Record<string, unknown>;
  supervision?: Record<string, unknown>;
  filters?: readonly Record<string, unknown>[];
  safety?: Record<string, unknown>;
  log?: { level: string };
}

/** Both venues of `sim`, the API on any free port. */
export const simConfig = (ready: SimReady, more: Partial<RawConfig> = {}): RawConfig => ({
  mode: 'sim',
  venues: Object.entries(ready.venues).map(([id, venue]) => rawVenue(id, venue)),
  api: { port: 0 },
  idle: 'park',
  ...more,
});

export function rawVenue(
  id: string,
  { rest, wsPublic, wsPrivate, wsTrade, apiKey, secret, passphrase }: ReadyVenue,
): RawVenue {
  return {
    id,
    endpoints: { rest, wsPublic, wsPrivate, wsTrade },
    credentials: { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) },
  };
}

/** Writes it as YAML and returns the path. */
export function writeConfig(config: unknown): string {
  const path = join(newFolder(), 'engine.yaml');
  writeFileSync(path, stringify(config));
  return path;
}
