/** Simulated exchanges in a process of their own, and their control server. */
import type { FaultRequest } from '../../src/sim/fault-requests.ts';
import type { FaultEvent } from '../../src/sim/faults.ts';
import type { Ledger } from '../../src/sim/ledger.ts';
import type { SimReady } from '../../src/sim/main.ts';
import type { SimPermissions } from '../../src/sim/permissions.ts';
import type { KeyKind } from '../../src/sim/wire-port.ts';
import { parallax, type Running } from './processes.ts';
import { until } from './until.ts';

export interface TestSim {
  readonly ready: SimReady;
  readonly process: Running;
  ledger(): Promise<Ledger>;
  plant(fault: FaultRequest): Promise<void>;
  /** Lifts every fault. */
  lift(): Promise<void>;
  /** What happened to every fault, on the exchanges' own clock. */
  faultHistory(): Promise<readonly FaultEvent[]>;
  /** How often each fault acted, by `venue/kind`. */
  faultsUsed(): Promise<Readonly<Record<string, number>>>;
  put(price: {
    venue: string;
    instrument: string;
    bid: string;
    ask: string;
    size: string;
    forMs?: number;
  }): Promise<void>;
  /** Changes what the key of a venue says that it may do. */
  permit(venue: string, permissions: Partial<SimPermissions>): Promise<void>;
  /** Has the venue's account pay its fees in an asset of the venue's own, and gives it so much of that. */
  payFeesIn(venue: string, feeAsset: string, amount: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestSimOptions {
  readonly seed: number;
  readonly market?: string;
  /** Default: two, which most tests are about. */
  readonly venues?: readonly string[];
  readonly keys?: KeyKind;
}

const TWO = ['binance', 'okx'] as const;

export async function startSim({ seed, market = 'wobble', venues = TWO, keys }: TestSimOptions): Promise<TestSim> {
  const ofKind = keys === undefined ? [] : ['--keys', keys];
  const child = parallax(['sim', '--seed', String(seed), '--market', market, '--venues', venues.join(','), ...ofKind]);
  const line = await until('the ready line', () => child.out.split('\n').find((text) => text.startsWith('{')), {
    seen: () => child.err,
  });
  const ready = JSON.parse(line) as SimReady;
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${ready.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    ready,
    process: child,
    ledger: () => ask('GET', '/ledger'),
    plant: async (fault) => void (await ask('POST', '/faults', fault)),
    lift: async () => void (await ask('DELETE', '/faults')),
    faultHistory: async () => (await ask<{ history: FaultEvent[] }>('GET', '/faults')).history,
    faultsUsed: async () => (await ask<{ faultsUsed: Record<string, number> }>('GET', '/stats')).faultsUsed,
    permit: async (venue, permissions) => void (await ask('POST', '/account', { venue, permissions })),
    payFeesIn: async (venue, feeAsset, amount) => void (await ask('POST', '/account', { venue, feeAsset, amount })),
    put: async (price) => void (await ask('POST', '/market', price)),
    close: async () => {
      child.signal('SIGTERM');
      await child.end();
    },
  };
}
