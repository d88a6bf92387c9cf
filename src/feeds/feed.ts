/** All of one venue's feed: connections → parser → sequencer → book → row.
 *  Thread: the venue's feed worker, or the fused thread. Writes: the venue's rows, its dirty ring, its heartbeat and its
 *  counters, alone. Steady state of the frame path: no allocation. Everything here runs on one event loop, in socket and
 *  timer callbacks and in `doWork`; promises only queue up for `doWork`. */
import { FRAME, FrameBatch } from '../core/frame.ts';
import type { MonoNs } from '../core/units.ts';
import type { ConnectionPlan, FrameParser } from '../core/venue.ts';
import { LINE } from './connection-sequence.ts';
import { Connections } from './connections.ts';
import { ControlFrames } from './control-frames.ts';
import { FeedTally } from './feed-counters.ts';
import type { FeedDeps, FeedState } from './feed-port.ts';
import { FeedReport, placeOf } from './feed-report.ts';
import type { FeedRow } from './feed-row.ts';
import { FeedRows } from './feed-rows.ts';
import { Publisher } from './publisher.ts';
import { Snapshots } from './snapshots.ts';
import { WarmUp } from './warm-up.ts';

export class Feed {
  readonly #deps: FeedDeps;
  readonly #tally: FeedTally;
  readonly #report: FeedReport;
  readonly #publisher: Publisher;
  readonly #rows: FeedRows;
  readonly #parser: FrameParser;
  readonly #batch = new FrameBatch();
  readonly #warmUp: WarmUp;
  readonly #snapshots: Snapshots;
  readonly #controlFrames: ControlFrames;
  readonly #connections: Connections;
  readonly #isRest: boolean;
  #fallbacks = 0;
  #isStopping = false;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
    const { descriptor, clock, log, onFault } = deps;
    const { stream, id: venue } = descriptor;
    this.#isRest = stream.rule.snapshotFrom === 'rest';
    this.#tally = new FeedTally(deps.counters);
    this.#report = new FeedReport(venue, log, onFault);
    this.#publisher = new Publisher(deps);
    this.#rows = new FeedRows({
      ...deps,
      stream,
      publisher: this.#publisher,
      tally: this.#tally,
      mayGoLive: (symbol) => this.#warmUp.isDone && this.#connections.isAlive(symbol),
      needBook: (symbol) => this.#needBook(symbol),
      onSynced: (symbol) => this.#onSynced(symbol),
      onOffGrid: (symbol, row) => this.#onOffGrid(symbol, row),
    });
    const { entries } = this.#rows;
    this.#parser = stream.createParser(entries);
    this.#warmUp = new WarmUp(stream, entries, clock);
    this.#snapshots = new Snapshots({
      ...deps,
      venue,
      stream,
      entries,
      onBody: (symbol, body) => this.#onSnapshotBody(symbol, body),
      send: (symbol, text, onSent) => this.#connections.send(symbol, text, onSent),
      replaceConnection: (symbol) => this.#connections.replaceCarrier(symbol, (other) => this.#rows.isSynced(other)),
      renewConnection: (symbol) => this.#connections.renewCarrier(symbol),
    });
    this.#controlFrames = new ControlFrames({
      venue,
      read: (text) => stream.readControl(text),
      log,
      onFault,
      onRefused: (symbol) => this.#onRefused(symbol),
      onSubscribed: (connection, symbol) => this.#onSubscribed(connection, symbol),
      onGoodbye: (connection) => this.#connections.renew(connection),
      onStatus: (isTrading, symbol) => this.#onStatus(isTrading, symbol),
    });
    const plans = entries.length === 0 ? [] : stream.plan(deps.endpoints, entries);
    this.#connections = new Connections(plans, deps, {
      onFrame: (connection, buffer, start, end, receivedAt) =>
        this.#onFrame(connection, buffer, start, end, receivedAt),
      onUp: (plan, isRenewal) => this.#onUp(plan, isRenewal),
      onSubscribed: (plan) => this.#onAllSubscribed(plan),
      onHeard: (plan) => this.#onHeard(plan),
      onDown: (plan, reason, retryMs, failures) => this.#onDown(plan, reason, retryMs, failures),
      onSilent: (plan) => this.#onSilent(plan),
    });
  }

  start(): void {
    this.#beat();
    this.#connections.start();
  }

  /** Beats the heart and does what waits: answers of the network, a slice of the warm-up, the opening of the rows.
   *  Returns how much there was. */
  doWork(): number {
    this.#beat();
    let work = this.#snapshots.work() + this.#connections.work();
    this.#rows.watch();
    if (this.#publisher.tryOpen()) {
      this.#rows.publishAll();
      work++;
    }
    if (!this.#warmUp.isDone && this.#warmUp.work()) {
      for (const symbol of this.#rows.entries.keys()) this.#rows.refresh(symbol);
      work++;
    }
    this.#flush();
    return work;
  }

  /** Closes the connections; the rows are suspect from then on. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#snapshots.resync.cancelAll();
    await this.#connections.stop();
    this.#flush();
  }

  states(): FeedState {
    return {
      isWarm: this.#warmUp.isDone,
      connections: this.#connections.states().map(({ url, ...state }) => ({ place: placeOf(url), ...state })),
      rows: this.#rows.states(),
    };
  }

  #onFrame(connection: number, buffer: Uint8Array, start: number, end: number, receivedAt: MonoNs): void {
    const tally = this.#tally;
    tally.add(tally.messages);
    tally.add(tally.bytes, end - start);
    this.#parser.parse(buffer, start, end, this.#batch);
    if (this.#parser.fallbacks !== this.#fallbacks) {
      tally.add(tally.fallbacks, this.#parser.fallbacks - this.#fallbacks);
      this.#fallbacks = this.#parser.fallbacks;
    }
    if (this.#batch.connectionSeq >= 0 && !this.#isInLine(connection)) return;
    for (let index = 0; index < this.#batch.count; index++) {
      const frame = this.#batch.at(index);
      switch (frame.kind) {
        case FRAME.Snapshot:
        case FRAME.Delta:
        case FRAME.Top:
          this.#rows.onEvent(frame, receivedAt);
          if (!this.#warmUp.isDone && index === 0) this.#warmUp.offer(buffer, start, end);
          break;
        case FRAME.Control:
          this.#controlFrames.onFrame(connection, buffer, start, end);
          break;
        case FRAME.Malformed:
          this.#onMalformed(connection, frame.symbol);
          break;
        case FRAME.UnknownSymbol:
          tally.add(tally.unknownSymbols);
          break;
        default:
      }
    }
    if (!this.#publisher.hasNews) return;
    this.#deps.decode?.record(this.#now() - receivedAt);
    this.#flush();
  }

  /** Whether the frame is news. A hole in the connection's numbers may have held anything of any symbol. */
  #isInLine(connection: number): boolean {
    const line = this.#connections.judge(connection, this.#batch.connectionSeq);
    if (line !== LINE.Hole) return line === LINE.Next;
    this.#tally.add(this.#tally.gaps);
    for (const symbol of this.#connections.symbolsOf(connection)) this.#rows.lose(symbol, 'gap');
    this.#flush();
    this.#connections.drop(connection);
    return false;
  }

  #onStatus(isTrading: boolean, name: string | undefined): void {
    for (const [symbol, entry] of this.#rows.entries.entries()) {
      if (name === undefined || entry.symbol === name) this.#rows.setTrading(symbol, isTrading);
    }
    this.#flush();
  }

  #onMalformed(connection: number, symbol: number): void {
    this.#tally.add(this.#tally.malformed);
    this.#report.unreadable(this.#rows.entries[symbol]?.symbol);
    if (symbol >= 0) {
      this.#rows.lose(symbol, 'malformed');
      this.#needBook(symbol);
      return;
    }
    for (const each of this.#connections.symbolsOf(connection)) {
      this.#rows.lose(each, 'malformed');
      if (this.#isRest) this.#needBook(each);
    }
    // Where books come with the subscription, one new connection brings them all.
    if (!this.#isRest) this.#connections.drop(connection);
  }

  #onRefused(name: string): void {
    this.#tally.add(this.#tally.refusals);
    const symbol = this.#rows.entries.findIndex((entry) => entry.symbol === name);
    if (symbol < 0) return;
    this.#snapshots.resync.cancel(symbol);
    this.#rows.lose(symbol, 'venue-status');
  }

  #onOffGrid(symbol: number, row: FeedRow): void {
    this.#snapshots.resync.cancel(symbol);
    this.#report.offGrid(row.symbol, row.instrument);
  }

  #onUp(plan: ConnectionPlan, isRenewal: boolean): void {
    this.#tally.add(this.#tally.connects);
    this.#report.up(plan);
    // Ids of a renewed connection go on where the old one's ended, and the sequencer sees any hole between them; a
    // pushed snapshot, though, must be waited for.
    if (isRenewal && this.#isRest) return;
    for (const symbol of plan.symbols) {
      if (this.#rows.isOffGrid(symbol)) continue;
      this.#rows.await(symbol);
      if (!this.#isRest) this.#snapshots.resync.expect(symbol);
      // Subscriptions that stand in the address hold at once; the others are acknowledged first.
      else if (plan.subscribe.length === 0) this.#needBook(symbol);
    }
    this.#flush();
  }

  #onAllSubscribed(plan: ConnectionPlan): void {
    for (const symbol of plan.symbols) this.#snapshots.resync.subscribed(symbol);
  }

  #onHeard(plan: ConnectionPlan): void {
    for (const symbol of plan.symbols) this.#rows.refresh(symbol);
    this.#flush();
  }

  #onDown(plan: ConnectionPlan, reason: string, retryMs: number, failures: number): void {
    for (const symbol of plan.symbols) {
      this.#snapshots.resync.cancel(symbol);
      this.#rows.lose(symbol, 'disconnect');
    }
    this.#flush();
    if (this.#isStopping) return;
    if (failures === 0) this.#tally.add(this.#tally.disconnects);
    this.#report.down(plan, reason, retryMs, failures);
  }

  #onSilent(plan: ConnectionPlan): void {
    this.#report.silent(plan);
    for (const symbol of plan.symbols) this.#rows.doubt(symbol, 'silence');
    this.#flush();
  }

  #onSubscribed(connection: number, name: string | undefined): void {
    if (!this.#isRest) return;
    for (const symbol of this.#connections.symbolsOf(connection)) {
      const isMeant = name === undefined || this.#rows.entries[symbol]?.symbol === name;
      if (isMeant && !this.#rows.isSynced(symbol)) this.#needBook(symbol);
    }
  }

  #needBook(symbol: number): void {
    // Without a connection there is nothing to bridge to; coming up asks anew.
    const canAsk = !this.#isStopping && this.#connections.isUp(symbol);
    if (!canAsk || this.#rows.isOffGrid(symbol)) return;
    if (!this.#snapshots.resync.request(symbol)) return;
    if (this.#rows.wasSynced(symbol)) this.#tally.add(this.#tally.resyncs);
  }

  #onSynced(symbol: number): void {
    this.#snapshots.resync.done(symbol);
    this.#warmUp.onReady();
  }

  #onSnapshotBody(symbol: number, body: Uint8Array): boolean {
    this.#parser.parseSnapshot(body, 0, body.length, symbol, this.#batch);
    const frame = this.#batch.count > 0 ? this.#batch.at(0) : undefined;
    if (frame?.kind !== FRAME.Snapshot) {
      this.#tally.add(this.#tally.malformed);
      return false;
    }
    return this.#rows.onRestSnapshot(symbol, frame, this.#now());
  }

  #flush(): void {
    if (this.#publisher.flush()) this.#deps.wake();
  }

  #beat(): void {
    this.#deps.control.beat(this.#deps.venueIndex, this.#now());
  }

  #now(): number {
    return this.#deps.clock.monotonicNs();
  }
}
