/** What a venue says that is not market data: acknowledgements, refusals, notices. Each refusal is told once.
 *  Thread: feed; rare, so it may allocate. */
import { textIn } from '../core/bytes.ts';
import { Fault } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import type { ControlEvent } from '../core/venue.ts';

export interface ControlFramesDeps {
  readonly venue: string;
  readonly read: (text: string) => ControlEvent;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
  /** `symbol`: '' when the venue named none. */
  readonly onRefused: (symbol: string) => void;
  readonly onSubscribed: (connection: number, symbol: string | undefined) => void;
  readonly onGoodbye: (connection: number) => void;
  /** `symbol`: undefined when the venue means all of them. */
  readonly onStatus: (isTrading: boolean, symbol: string | undefined) => void;
}

export class ControlFrames {
  readonly #deps: ControlFramesDeps;
  readonly #told = new Set<string>();

  constructor(deps: ControlFramesDeps) {
    this.#deps = deps;
  }

  onFrame(connection: number, buffer: Uint8Array, start: number, end: number): void {
    const { venue, log } = this.#deps;
    const event = this.#deps.read(textIn(buffer, start, end));
    switch (event.kind) {
      case 'Subscribed':
        this.#deps.onSubscribed(connection, event.symbol);
        break;
      case 'Refused':
        this.#onRefused(event);
        break;
      case 'Goodbye':
        log.info({ venue, message: event.message }, 'the venue will close a connection; it is replaced');
        this.#deps.onGoodbye(connection);
        break;
      case 'Status':
        log.info({ venue, symbol: event.symbol, message: event.message }, 'the venue tells its status');
        this.#deps.onStatus(event.trading, event.symbol);
        break;
      case 'Notice':
        log.info({ venue, message: event.message }, 'notice of the venue');
        break;
      default:
    }
  }

  #onRefused(event: Extract<ControlEvent, { kind: 'Refused' }>): void {
    const { venue, log, onFault, onRefused } = this.#deps;
    const { code, message, symbol = '' } = event;
    onRefused(symbol);
    const key = `${code} ${symbol}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const fault =
      symbol === ''
        ? new Fault('venue/refused', `${venue} refused: ${code} ${message}`, { venue, code })
        : new Fault('venue/unknown-symbol', `${venue} refused ${symbol}: ${code} ${message}`, { venue, code, symbol });
    log.warn(fault.details, fault.message);
    onFault(fault);
  }
}
