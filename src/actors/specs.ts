/** What each life of each actor is started with. */
import type { Universe } from '../core/instrument.ts';
import type { VenueId } from '../core/venue.ts';
import type { Control } from '../memory/control.ts';
import type { Identity } from './identity.ts';
import type { ActorSpec, EngineContext } from './messages.ts';
import { DETECTOR, EXECUTOR, feedName } from './topology.ts';
import { accessOf, type VenueSetup } from './venue-setup.ts';

export class Specs {
  readonly #venues: readonly VenueId[];
  readonly #setups: readonly VenueSetup[];
  readonly #identity: Identity;
  readonly #control: Control;
  readonly #run: string;
  readonly #unended: readonly string[];
  readonly #incarnations: number[];

  /** `unended`: earlier runs that the journal has no end of. */
  constructor(
    { run, universe: { venues } }: Pick<EngineContext, 'run'> & { readonly universe: Pick<Universe, 'venues'> },
    setups: readonly VenueSetup[],
    identity: Identity,
    control: Control,
    unended: readonly string[],
  ) {
    this.#run = run;
    this.#unended = unended;
    this.#venues = venues;
    this.#setups = setups;
    this.#identity = identity;
    this.#control = control;
    this.#incarnations = venues.map(() => 0);
  }

  /** The spec of an actor's life number `life`, counted from 0. A feed's raises its incarnation: the detector drops every
   *  row of the former one before the new one may publish. */
  next(name: string, life: number): ActorSpec {
    if (name === DETECTOR) return { kind: 'detector', name, life };
    if (name === EXECUTOR) {
      const venues = this.#venues.map((venue) => {
        const { endpoints, credentials } = this.#setup(venue);
        return { venue, endpoints, credentials };
      });
      return {
        kind: 'executor',
        name,
        ...this.#identity.next(),
        venues,
        unended: life > 0 ? [...this.#unended, this.#run] : this.#unended,
      };
    }
    const venueIndex = this.#venues.findIndex((venue) => feedName(venue) === name);
    const venue = this.#venues[venueIndex];
    if (venue === undefined) return { kind: 'journal', name };
    const incarnation = (this.#incarnations[venueIndex] ?? 0) + 1;
    this.#incarnations[venueIndex] = incarnation;
    this.#control.setIncarnation(venueIndex, incarnation);
    const setup = this.#setup(venue);
    const access = accessOf(setup);
    return {
      kind: 'feed',
      name,
      venueIndex,
      venue,
      endpoints: setup.endpoints,
      incarnation,
      ...(access === undefined ? {} : { access }),
    };
  }

  #setup(venue: VenueId): VenueSetup {
    const setup = this.#setups.find((entry) => entry.descriptor.id === venue);
    if (setup === undefined) throw new RangeError(`venue "${venue}" is not set up`);
    return setup;
  }
}
