/** Order entry of one tiny exchange, as the engine has it. */
import type { CancelOutcome, OrderRef, OrderRequest, PlaceOutcome, QueryOutcome } from '../../../src/core/order.ts';
import { FakeGateway } from '../../unit/engine/desk.ts';
import type { Exchange } from './exchange.ts';
import type { Hearing } from './hearing.ts';

export interface Line {
  readonly exchange: Exchange;
  readonly hearing: Hearing;
  /** An order leaves; what is found wrong with it is not thrown here, where it would pass for a bug of the gateway. */
  readonly onSent: (request: OrderRequest) => void;
  /** Whether a gateway with a bug throws at once, or rejects. */
  readonly throwsAtOnce: () => boolean;
}

export class ModelGateway extends FakeGateway {
  readonly #line: () => Line;

  constructor(steps: string[], line: () => Line) {
    super(steps);
    this.#line = line;
  }

  override place(request: OrderRequest): Promise<PlaceOutcome> {
    const { exchange, hearing, onSent, throwsAtOnce } = this.#line();
    onSent(request);
    const { clientId, fate } = exchange.send(request);
    if (fate !== 'thrown') return hearing.answerTo(clientId);
    hearing.owe();
    const bug = new Error('a bug of the gateway');
    if (throwsAtOnce()) throw bug;
    return Promise.reject(bug);
  }

  override query({ clientId }: OrderRef): Promise<QueryOutcome> {
    return new Promise((resolve) => {
      this.#line().exchange.look(clientId, resolve);
    });
  }

  override cancel({ clientId }: OrderRef): Promise<CancelOutcome> {
    return new Promise((resolve) => {
      this.#line().exchange.cancel(clientId, resolve);
    });
  }
}
