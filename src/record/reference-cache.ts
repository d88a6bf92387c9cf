/** Instruments and fees of each venue on disk, for a start without REST. Books are never kept: an old book is a lie.
 *  A file a venue, replaced whole, with the time it was saved. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Fault, messageOf } from '../core/faults.ts';
import type { FeeRates, Listing } from '../core/instrument.ts';
import type { VenueListings } from '../core/universe.ts';
import type { VenueId } from '../core/venue.ts';
import { saveJson } from './save-json.ts';

export interface CachedReference extends VenueListings {
  /** Wall time, ms. */
  readonly savedAt: number;
  readonly ageMs: number;
}

/** Whether an asset can be moved is worth saying fresh or not at all. */
const withoutTransfers = (key: string, value: unknown): unknown => (key === 'transfers' ? undefined : value);

/** Rises when the file's shape changes; files of another version count as absent. */
const VERSION = 1;

export class ReferenceCache {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Throws what the file system throws. A kill at any moment leaves the old file or the new one. */
  save(reference: VenueListings): void {
    const path = this.#path(reference.venue);
    const { venue, listings, fees } = reference;
    mkdirSync(this.#folder, { recursive: true });
    saveJson(path, { version: VERSION, savedAt: this.#clock.wallMs(), venue, listings, fees }, withoutTransfers);
  }

  /** Undefined when the venue was never saved (or by another version). Throws `record/corrupt` when the file is damaged. */
  load(venue: VenueId): CachedReference | undefined {
    const path = this.#path(venue);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw thrown;
    }
    const file = parsed(text, path);
    if (file.version !== VERSION) return undefined;
    const { savedAt, listings, fees } = file;
    if (typeof savedAt !== 'number' || file.venue !== venue || !isFees(fees) || !isListings(listings)) {
      throw new Fault('record/corrupt', `${path} is not what was saved; remove it`, { path });
    }
    return { venue, listings, fees, savedAt, ageMs: Math.max(0, this.#clock.wallMs() - savedAt) };
  }

  #path(venue: VenueId): string {
    if (!/^[0-9a-z-]+$/.test(venue)) throw new RangeError(`venue id "${venue}" cannot name a file`);
    return join(this.#folder, `${venue}.json`);
  }
}

interface CacheFile {
  readonly version?: unknown;
  readonly savedAt?: unknown;
  readonly venue?: unknown;
  readonly listings?: unknown;
  readonly fees?: unknown;
}

function parsed(text: string, path: string): CacheFile {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (thrown) {
    throw new Fault('record/corrupt', `${path} is not JSON: ${messageOf(thrown)}; remove it`, { path });
  }
  throw new Fault('record/corrupt', `${path} is not a JSON object; remove it`, { path });
}

const LISTING_TEXTS = ['venue', 'instrument', 'base', 'quote', 'symbol', 'priceTick', 'sizeLot', 'minSize'] as const;

function isListings(value: unknown): value is Listing[] {
  return Array.isArray(value) && value.every(isListing);
}

function isListing(value: unknown): value is Listing {
  if (typeof value !== 'object' || value === null) return false;
  const listing = value as Partial<Listing>;
  return LISTING_TEXTS.every((name) => typeof listing[name] === 'string') && typeof listing.trading === 'boolean';
}

function isFees(value: unknown): value is FeeRates {
  if (typeof value !== 'object' || value === null) return false;
  const { taker, maker } = value as Partial<FeeRates>;
  return typeof taker === 'string' && typeof maker === 'string';
}
