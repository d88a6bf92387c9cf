/** What the admin API stands on: ports alone. */
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { JournalReader } from '../core/records.ts';
import type { EngineControl, EngineView } from '../core/status.ts';
import type { AuditTrail } from './audit.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What stands in the way; empty when ready. */
  readonly reasons: readonly string[];
}

export interface ApiDeps {
  readonly view: EngineView;
  readonly control: EngineControl;
  readonly journal: JournalReader;
  readonly audit: AuditTrail;
  readonly token: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly readiness: () => Readiness;
  /** Requests a minute from one address (default 600). Each control route has as many again of its own. */
  readonly requestsPerMinute?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. Every route without this does. */
    open?: boolean;
  }
}
