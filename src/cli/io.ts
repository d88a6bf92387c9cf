/** What a command may touch of the process; `main.ts` hands it in. */
export interface CommandIo {
  /** Text for stdout, without the final newline. */
  out(text: string): void;
  /** Text for stderr, without the final newline. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the engine keeps its data when no option says so. */
  readonly dataDir?: string;
  /** stdin, for what must not stand in arguments. */
  readonly input?: SecretInput;
}

export interface SecretInput {
  readonly isTerminal: boolean;
  /** One value from the terminal, which does not show it. A key in PEM may be pasted with all its lines. Rejects with
   *  `usage/invalid` when it is broken off (Ctrl-C, Ctrl-D). */
  ask(prompt: string): Promise<string>;
  /** All that comes through a pipe until it ends. Rejects with `usage/invalid` for more than any keys are. */
  read(): Promise<string>;
}

export const DEFAULT_DATA_DIR = './data';

/** What the commands that keep running may touch besides. */
export interface RunIo extends CommandIo {
  /** Resolves with the name of the first SIGINT or SIGTERM. */
  signalled(): Promise<string>;
  stdinClosed(): Promise<void>;
  /** The terminal that stdout is; undefined when it is none. */
  readonly terminal: Terminal | undefined;
  /** Whether what is written to stderr lands on a terminal too. */
  readonly isErrOnTerminal: boolean;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}
