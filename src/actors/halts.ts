/** Halts: latched in shared memory and on the disk, so that a restart does not lift them. Only a person does. That of a
 *  loss limit is the executor's: it stands in its log, too, and the executor's word follows from there.
 *  Thread: main. Writes: the halt words of the API and of the supervisor, `halt.json` in the data folder. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/faults.ts';
import { isObject, parseJson } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Control } from '../memory/control.ts';
import { saveJson } from '../record/save-json.ts';
import type { FromThread } from './messages.ts';
import { timeout } from './timeout.ts';

const LIFT_MS = 1_000;

/** Who latched it, as it stands in the file. */
const BY_LOSS_LIMIT = 'loss limit';

interface Latched {
  readonly by: string;
  readonly reason: string;
}

export class Halts {
  readonly #control: Control;
  readonly #log: Log;
  readonly #path: string;
  readonly #askExecutor: () => void;
  #latched: Latched | undefined;
  #onLifted: (() => void) | undefined;

  /** `askExecutor`: to lift its halt, if it has one.
   *  Halted from the start where an earlier run was, whatever it died of; a file that cannot be read halts too. */
  constructor(control: Control, dataDir: string, log: Log, askExecutor: () => void) {
    this.#control = control;
    this.#log = log;
    this.#askExecutor = askExecutor;
    this.#path = join(dataDir, 'halt.json');
    this.#latched = latchedIn(this.#path);
    if (this.#latched === undefined) return;
    if (this.#latched.by !== BY_LOSS_LIMIT) control.setHalt('api', true);
    log.warn({ reason: this.#latched.reason }, 'still halted; `parallax unhalt` lifts it');
  }

  /** Before anything is traded: a halt of which the executor's log knows nothing (it is gone) holds all the same. */
  confirm(): void {
    if (this.#latched !== undefined && !this.#control.isHalted) this.#control.setHalt('api', true);
  }

  /** Undefined: not halted. */
  get reason(): string | undefined {
    return this.#latched?.reason;
  }

  byPerson(by: string, reason: string): void {
    this.#control.setHalt('api', true);
    this.#latch(by, reason);
  }

  bySupervisor(reason: string): void {
    this.#control.setHalt('supervisor', true);
    this.#latch('supervisor', reason);
  }

  /** Takes the executor's word of its loss limits, and nothing else. */
  onMessage(message: FromThread): void {
    if (message.kind !== 'LossHaltChanged') return;
    if (message.reason === undefined) {
      this.#release();
      this.#onLifted?.();
    } else if (this.#latched === undefined) {
      // A person's reason is not written over: what the executor knows stands in its log.
      this.#latch(BY_LOSS_LIMIT, message.reason);
    }
  }

  /** What a spent restart budget halted has no actor to go on with: the latch goes, but only a new start mends it.
   *  Resolves once the executor has lifted its own, too, if it does so soon. */
  lift(by: string): Promise<void> {
    this.#control.setHalt('api', false);
    this.#askExecutor();
    this.#release();
    this.#log.warn({ by }, 'unhalted');
    if (!this.#control.isHaltedBy('executor')) return Promise.resolve();
    const lifted = new Promise<void>((resolve) => {
      this.#onLifted = resolve;
    });
    return Promise.race([lifted, timeout(LIFT_MS, undefined)]);
  }

  #release(): void {
    if (this.#control.isHaltedBy('api')) return;
    rmSync(this.#path, { force: true });
    if (!this.#control.isHalted) this.#latched = undefined;
  }

  #latch(by: string, reason: string): void {
    this.#latched = { by, reason };
    this.#log.warn({ by, reason }, 'halted');
    try {
      saveJson(this.#path, { at: Date.now(), by, reason });
    } catch (thrown) {
      this.#log.error({ cause: messageOf(thrown) }, 'the halt could not be written to disk: a restart would lift it');
    }
  }
}

function latchedIn(path: string): Latched | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT'
      ? undefined
      : { by: '', reason: `${path}: ${messageOf(thrown)}` };
  }
  const value = parseJson(text);
  if (!isObject(value) || typeof value['reason'] !== 'string') return { by: '', reason: `${path} cannot be read` };
  return { by: String(value['by']), reason: value['reason'] };
}
