/** The engine's end of a ccxt worker: starts it, asks it, hands on what it says. Thread: whoever uses it. The worker does
 *  not keep the process alive, and ends when nobody uses it any more. */
import { Worker } from 'node:worker_threads';
import { Fault } from '../../core/faults.ts';
import { errorText, type GatewayEvent, type VenueError } from '../../core/order.ts';
import type { Ask, CcxtWorkerData, FromCcxt, ToCcxt } from './protocol.ts';

export interface LinkEvents {
  onEvent?(event: GatewayEvent, isUp: boolean): void;
  onSocket?(message: Extract<FromCcxt, { readonly socket: number }>): void;
  /** The worker is gone, for whatever reason. */
  onGone?(reason: string): void;
}

/** A refusal of the venue's or of the network's. */
export class Refusal extends Error {
  readonly error: VenueError;

  constructor(error: VenueError) {
    super(errorText(error));
    this.error = error;
  }
}

interface Question {
  resolve(value: unknown): void;
  reject(thrown: unknown): void;
}

export class Link {
  readonly #worker: Worker;
  readonly #questions = new Map<number, Question>();
  readonly #events: LinkEvents;
  #ids = 0;
  #isGone = false;

  constructor(data: CcxtWorkerData, events: LinkEvents) {
    this.#events = events;
    const worker = new Worker(new URL('./ccxt.worker.ts', import.meta.url), {
      name: `ccxt:${data.venue}`,
      env: {},
      workerData: data,
    });
    this.#worker = worker;
    let failure = '';
    worker.on('message', (message: FromCcxt) => this.#onMessage(message));
    worker.on('error', (thrown: unknown) => {
      failure = thrown instanceof Error ? thrown.message : String(thrown);
    });
    worker.on('exit', (code) => this.#onExit(failure || `the ccxt worker ended with code ${code}`));
    worker.unref();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  send(message: ToCcxt): void {
    if (!this.#isGone) this.#worker.postMessage(message);
  }

  /** Rejects with a `Refusal`. */
  ask<T>(ask: Ask): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isGone) return reject(gone('it has ended'));
      const id = ++this.#ids;
      this.#questions.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // Somebody waits: the process stays for the answer.
      this.#worker.ref();
      this.send({ kind: 'Ask', id, ask });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #onMessage(message: FromCcxt): void {
    switch (message.kind) {
      case 'Answered':
        return this.#settle(message.id, (question) => question.resolve(message.value));
      case 'Refused':
        return this.#settle(message.id, (question) => question.reject(new Refusal(message.error)));
      case 'Event':
        return this.#events.onEvent?.(message.event, message.isUp);
      default:
        return this.#events.onSocket?.(message);
    }
  }

  #settle(id: number, act: (question: Question) => void): void {
    const question = this.#questions.get(id);
    if (question === undefined) return;
    this.#questions.delete(id);
    if (this.#questions.size === 0) this.#worker.unref();
    act(question);
  }

  #onExit(reason: string): void {
    this.#isGone = true;
    const open = [...this.#questions.values()];
    this.#questions.clear();
    for (const question of open) question.reject(gone(reason));
    this.#events.onGone?.(reason);
  }
}

const gone = (reason: string): Refusal =>
  new Refusal({ class: 'unknown-outcome', code: 'WorkerGone', message: reason });

/** The fault of a question that may reject. */
export function faultOf(venue: string, thrown: unknown, doing: string): Fault {
  if (!(thrown instanceof Refusal)) throw thrown;
  const { error } = thrown;
  const code =
    error.class === 'auth' ? 'venue/auth' : error.class === 'unknown-outcome' ? 'venue/unreachable' : 'venue/refused';
  return new Fault(code, `${venue}: ${doing}: ${errorText(error)}`, { class: error.class });
}
