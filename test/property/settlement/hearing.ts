/** Between the exchanges and the engine: what is told goes into the model's books first, then to the executor. */
import type { Fill, OrderReport, PlaceOutcome, QueryOutcome } from '../../../src/core/order.ts';
import { type Desk, heard } from '../../unit/engine/desk.ts';
import type { Ear } from './exchange.ts';
import type { TrueOrder } from './true-order.ts';
import type { Watcher } from './watcher.ts';

/** Sooner an order could still be on its way, or not be seen yet. */
const ABSENCE_MS = 6_000;

export class Hearing implements Ear {
  readonly #desk: Desk;
  readonly #watcher: Watcher;
  readonly #answers = new Map<string, (outcome: PlaceOutcome) => void>();
  #isOwed = false;

  constructor(desk: Desk, watcher: Watcher) {
    this.#desk = desk;
    this.#watcher = watcher;
  }

  /** Something was promised and is kept or broken: it is heard only when the engine has its turn. */
  owe(): void {
    this.#isOwed = true;
  }

  async settle(): Promise<void> {
    if (this.#isOwed) await heard();
    this.#isOwed = false;
  }

  answerTo(clientId: string): Promise<PlaceOutcome> {
    return new Promise((resolve) => {
      this.#answers.set(clientId, resolve);
    });
  }

  answered({ clientId }: TrueOrder, outcome: PlaceOutcome): void {
    const told = this.#watcher.order(clientId);
    if (outcome.kind === 'acked') told?.onAck();
    if (outcome.kind === 'rejected' && outcome.error.class !== 'duplicate-client-id') told?.onDenial();
    this.owe();
    this.#answers.get(clientId)?.(outcome);
  }

  looked(order: TrueOrder, askedAt: number, outcome: QueryOutcome, answer: (outcome: QueryOutcome) => void): void {
    const told = this.#watcher.order(order.clientId);
    if (outcome.kind === 'found') {
      for (const fill of outcome.fills) told?.onFill(fill);
      told?.onReport(outcome.report);
    }
    if (outcome.kind === 'absent' && askedAt - order.sentAt >= ABSENCE_MS) told?.onDenial();
    this.owe();
    answer(outcome);
  }

  filled({ clientId, venue }: TrueOrder, fill: Fill): void {
    this.#watcher.order(clientId)?.onFill(fill);
    this.#desk.tell(venue, { kind: 'LegFilled', fill });
  }

  reported({ clientId, venue }: TrueOrder, report: OrderReport): void {
    this.#watcher.order(clientId)?.onReport(report);
    this.#desk.tell(venue, { kind: 'OrderUpdated', report });
  }
}
