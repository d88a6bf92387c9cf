/** Coded faults: what went wrong, in a form that can be counted, shown and acted on.
 *  Expected refusals are reason codes, not faults; bugs are plain errors and crash their actor. */

export const FAULT_CODES = {
  'config/invalid': 'The configuration has mistakes; nothing was started.',
  'usage/invalid': 'The command line has mistakes; nothing was started.',
  'decimal/malformed': 'A decimal number could not be read.',
  'decimal/off-grid': 'A number has more decimals than its grid or asset scale holds.',
  'venue/unreachable': 'A venue endpoint could not be reached.',
  'venue/refused': 'A venue refused a request.',
  'venue/auth': 'A venue refused the key, signature or passphrase.',
  'venue/unfit-key': 'A key may do more than trading needs, or may not trade; the venue is not traded.',
  'venue/unknown-symbol': 'A configured instrument is not listed or not trading at a venue.',
  'venue/protocol': 'A venue sent something that its documentation does not describe.',
  'feed/off-grid':
    'A venue sent more decimals than the instrument grid holds; the row is suspect until the grid is rebuilt.',
  'actor/crashed': 'An actor threw; its supervisor restarted it.',
  'actor/budget': 'An actor used up its restart budget; the engine was halted.',
  'execution/unknown': 'An order outcome could not be learned in time; the instrument is paused.',
  'execution/residual': 'A leg set closed with unmatched base that could not be unwound.',
  'execution/reconcile': 'A venue balance differs from what the fills add up to.',
  'execution/standing': 'An order that was settled here stood open at its venue; it was cancelled.',
  'execution/fee-asset':
    'Fees are not paid in the asset that is configured, or there is too little of it; buys count as less by their fee.',
  'recovery/stranded': 'A leg set of an earlier run cannot be settled with the venues that are configured now.',
  'recovery/orphan': 'A venue had an open order under our client ids that no log knows; it was cancelled.',
  'record/full': 'The event ring is full; new intents are stopped until the journal catches up.',
  'record/corrupt': 'A write-ahead or journal record is damaged.',
  'record/newer': 'The write-ahead log was written by a newer version, which may mean more than can be read.',
  'record/missing': 'There is no journal in the data folder yet.',
  'record/unwritable': 'The write-ahead log, the journal or an export could not be written to disk.',
  'api/bind': 'The admin API could not listen on its address.',
  'sim/failed': 'The embedded simulated exchanges did not start or died.',
  'execution/loss-limit': 'Losses reached a limit: the engine is halted, and a person lifts it.',
  'execution/breaker':
    'A venue, or an instrument there, went on failing when it was tried again; new leg sets leave it out for longer.',
  'venue/rate-limited': 'A venue said that it is asked too often; what can wait is held back until the time it named.',
  'actor/frozen': 'The executor stood still for too long; its open orders are asked for.',
  'safety/watchdog': 'The watchdog did not start or died; it is started again.',
  'safety/dead-man': "A venue's dead-man timer could not be set.",
  'secrets/missing': "The secrets' file is not there.",
  'secrets/exposed': "Others than its owner may read or change the secrets' file.",
  'secrets/damaged': "The secrets' file is not what was written.",
  'secrets/locked': "The passphrase does not open the secrets' file, or there is none to try.",
  'secrets/unwritable': "The secrets' file could not be read from or written to the disk.",
} as const;

export type FaultCode = keyof typeof FAULT_CODES;

export class Fault extends Error {
  readonly code: FaultCode;
  /** What, where and what to do, as data. Never holds a secret. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: FaultCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.details = details;
  }
}

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
