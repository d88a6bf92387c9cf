/** Binance pings its clients every 20 seconds and cuts those whose pong does not come within a minute. */
import type { Clock } from '../../../core/clock.ts';
import type { Connection } from '../../server.ts';

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 60_000;

export interface KeepAlive {
  onPong(): void;
  stop(): void;
}

export function newKeepAlive(connection: Connection, clock: Clock): KeepAlive {
  let heardAt = clock.wallMs();
  let cancel = (): void => {};
  const next = (): void => {
    cancel = clock.after(PING_EVERY_MS, () => {
      if (clock.wallMs() - heardAt > PONG_WITHIN_MS) {
        connection.close(1008, 'Pong timeout');
        return;
      }
      connection.ping();
      next();
    });
  };
  next();
  return {
    onPong: () => {
      heardAt = clock.wallMs();
    },
    stop: () => cancel(),
  };
}
