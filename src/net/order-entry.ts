/** Orders and cancels over a logged-on socket, over REST while it is down. What was written to the socket and got no answer
 *  is never sent again over REST. */
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import type { CancelOutcome, PlaceOutcome } from '../core/order.ts';
import { cancelOutcome, placeOutcome } from './order-outcomes.ts';
import type { Answer, SessionRequest } from './session-port.ts';
import type { RestResult, SignedRest } from './signed-rest.ts';

export interface OrderEntryDeps<Value> {
  readonly clock: Clock;
  /** Takes secrets out of refusals, and hears of those for the time. */
  readonly rest: Pick<SignedRest<Value>, 'clean' | 'noteRefusal'>;
  /** What REST would have answered in place of this frame. */
  readonly read: (frame: Json) => RestResult<Value>;
  /** The venue's id in the answer to an order, '' where it has none. */
  readonly orderIdOf: (value: Value) => string;
}

type OverRest<Value> = () => Promise<RestResult<Value>>;

export class OrderEntry<Value> {
  readonly #deps: OrderEntryDeps<Value>;

  constructor(deps: OrderEntryDeps<Value>) {
    this.#deps = deps;
  }

  /** @param request what `Session.request` gave: undefined where nothing was written */
  async place(request: SessionRequest | undefined, overRest: OverRest<Value>): Promise<PlaceOutcome> {
    if (request !== undefined) return this.placed(request);
    const { clock, orderIdOf } = this.#deps;
    const sentAt = clock.monotonicNs();
    const result = await overRest();
    return placeOutcome(result, orderIdOf, sentAt, clock.monotonicNs());
  }

  /** What became of an order that was written to the socket. */
  async placed({ answer, sentAt }: SessionRequest): Promise<PlaceOutcome> {
    const outcome = await answer;
    if (outcome.kind === 'lost') return { kind: 'unknown', reason: outcome.reason, sentAt };
    return placeOutcome(this.resultOf(outcome), this.#deps.orderIdOf, sentAt, outcome.at);
  }

  async cancel(request: SessionRequest | undefined, overRest: OverRest<Value>): Promise<CancelOutcome> {
    return cancelOutcome(request === undefined ? await overRest() : this.resultOf(await request.answer));
  }

  /** An answer of the socket as one of REST. */
  resultOf(answer: Answer): RestResult<Value> {
    if (answer.kind === 'lost') {
      return { ok: false, error: { class: 'unknown-outcome', code: 'lost', message: answer.reason } };
    }
    const { rest, read } = this.#deps;
    const result = read(answer.frame);
    if (result.ok) return result;
    const error = rest.clean(result.error);
    rest.noteRefusal(error);
    return { ok: false, error };
  }
}
