/** The market data of one venue, from socket to rows. */
import { systemClock } from '../core/clock.ts';
import { seededRandom } from '../core/random.ts';
import { redactor } from '../core/redact.ts';
import { withMarketData } from '../core/venue.ts';
import { Feed } from '../feeds/feed.ts';
import { httpClient } from '../net/http-client.ts';
import { pacedSockets } from '../net/paced-sockets.ts';
import { wsSockets } from '../net/ws-socket.ts';
import { descriptorOf } from '../venues/registry.ts';
import type { Actor } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import { createLog } from './log.ts';
import type { ActorSpec } from './messages.ts';

export class FeedActor implements Actor {
  readonly hasWork = false;
  readonly #feed: Feed;

  constructor(spec: Extract<ActorSpec, { kind: 'feed' }>, host: ActorHost) {
    const { context, views, guard } = host;
    const clock = guard.clock(systemClock());
    const http = httpClient();
    guard.atEnd(() => http.close());
    const descriptor = descriptorOf(spec.venue, context.config.venues);
    const { access } = spec;
    const redact = access === undefined ? undefined : redactor({ apiKey: access.apiKey, secret: '' });
    const sockets = descriptor.sockets?.(spec.endpoints, clock) ?? wsSockets(clock);
    const paced = pacedSockets({ sockets, clock, rate: descriptor.rateLimits.connections });
    this.#feed = new Feed({
      descriptor: withMarketData(descriptor, access),
      endpoints: spec.endpoints,
      universe: context.universe,
      venueIndex: spec.venueIndex,
      buffer: views.buffer,
      layout: views.layout,
      control: views.control,
      sockets: guard.sockets(paced),
      http,
      clock,
      // Jitter only: what it decides is when to retry, which no replay repeats.
      random: seededRandom((clock.wallMs() ^ (spec.incarnation << 8) ^ spec.venueIndex) >>> 0),
      log: createLog(spec.name, context.config.log.level, context.logFile, redact),
      onFault: host.onFault,
      // Whoever enters this actor from outside has the thread run a round afterwards: that is early enough.
      wake: () => {},
      doorbell: host.bell('detector'),
      incarnation: spec.incarnation,
      maxVenueSkewMs: context.config.limits.maxVenueSkewMs,
      counters: views.feedCounters(spec.venue),
      decode: views.latency(`decode:${spec.venue}`),
    });
  }

  start(): void {
    this.#feed.start();
  }

  doWork(): number {
    return this.#feed.doWork();
  }

  onCommand(): void {}

  stop(): Promise<void> {
    return this.#feed.stop();
  }
}
