/** Secrets from stdin: asked for on a terminal without showing what is typed, or read whole from a pipe. */
import { Fault } from '../core/faults.ts';
import type { CommandIo, SecretInput } from './io.ts';

/** What is needed of `process.stdin`. */
export interface KeyboardStream extends NodeJS.EventEmitter {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

export const PASSPHRASE_VARIABLE = 'PARALLAX_SECRETS_PASSPHRASE';
const LONGEST = 64 * 1024;

const PEM_START = '-----BEGIN';
const PEM_END = /^-----END [A-Z0-9 ]+-----\s*$/;

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const RUBOUTS = ['\u0008', '\u007f'];
const ESCAPE = '\u001b';
/** Arrow keys and the like. */
const ESCAPES = new RegExp(`${ESCAPE}(?:\\[[0-9;?]*[@-~]|O.)?`, 'g');

/** Values of a text with one a line; a key in PEM is one value of several lines. Empty lines are none. */
export function valuesIn(text: string): string[] {
  const values: string[] = [];
  let pem: string[] | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (pem !== undefined || line.startsWith(PEM_START)) {
      pem = [...(pem ?? []), line];
      if (!isWhole(pem.join('\n'))) continue;
      values.push(pem.join('\n').trimEnd());
      pem = undefined;
    } else if (line !== '') values.push(line);
  }
  // One that was cut is handed on as it is: its form tells.
  return pem === undefined ? values : [...values, pem.join('\n').trimEnd()];
}

/** Not within a key in PEM whose end is still to come. */
function isWhole(text: string): boolean {
  return !text.startsWith(PEM_START) || PEM_END.test(text.split(/\n|\\n/).findLast((line) => line.trim() !== '') ?? '');
}

/** @param stdin is opened when it is first wanted
 *  @param show writes prompts; never what is typed */
export function secretInput(stdin: () => KeyboardStream, show: (text: string) => void): SecretInput {
  /** Typed ahead: what was pasted past the end of the value that was asked for. */
  let ahead = '';
  return {
    get isTerminal() {
      return stdin().isTTY === true;
    },
    async ask(prompt) {
      const line = new HiddenLine();
      ahead = line.take(ahead);
      if (line.isDone) show(prompt);
      else {
        const stream = stdin();
        // Characters come one by one, and nobody echoes them: before the prompt, which is what people wait for.
        stream.setRawMode?.(true);
        show(prompt);
        ahead = await typedInto(line, stream).finally(() => {
          stream.setRawMode?.(false);
          stream.pause();
        });
      }
      show('\n');
      if (line.isBroken) throw new Fault('usage/invalid', 'broken off; nothing was changed');
      return line.text;
    },
    async read() {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of stdin() as unknown as AsyncIterable<Buffer | string>) {
        chunks.push(Buffer.from(chunk));
        bytes += chunks.at(-1)?.length ?? 0;
        if (bytes > LONGEST)
          throw new Fault('usage/invalid', `stdin holds more than ${LONGEST} bytes; keys are shorter`);
      }
      return Buffer.concat(chunks).toString();
    },
  };
}

/** Resolves with what came after the end of the line. */
function typedInto(line: HiddenLine, stream: KeyboardStream): Promise<string> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    const done = (rest: string): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      resolve(rest);
    };
    const onData = (chunk: Buffer | string): void => {
      const rest = line.take(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
      if (line.isDone) done(rest);
    };
    const onEnd = (): void => {
      line.take(CTRL_C);
      done('');
    };
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.resume();
  });
}

/** A line as it is typed. */
class HiddenLine {
  text = '';
  isDone = false;
  isBroken = false;

  /** Takes characters until the line is done; returns the others. */
  take(typed: string): string {
    const chars = [...typed.replace(ESCAPES, '').replaceAll('\r\n', '\r')];
    while (!this.isDone && chars.length > 0) this.#put(chars.shift() as string);
    return chars.join('');
  }

  #put(char: string): void {
    if (char === '\r' || char === '\n') {
      if (isWhole(this.text)) this.isDone = true;
      else this.text += '\n';
    } else if (char === CTRL_C || char === CTRL_D) {
      this.isDone = true;
      this.isBroken = true;
    } else if (char === CTRL_U) this.text = '';
    else if (RUBOUTS.includes(char)) this.text = [...this.text].slice(0, -1).join('');
    else if (char >= ' ') this.text += char;
  }
}

/** The passphrase of the secrets' file: from the environment, else asked for. Rejects with `secrets/locked` where nobody
 *  can be asked. */
export async function filePassphrase({ env, input }: CommandIo, path: string): Promise<string> {
  const given = env[PASSPHRASE_VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (input?.isTerminal === true) return input.ask(`Passphrase of ${path}: `);
  throw new Fault(
    'secrets/locked',
    `${path} wants its passphrase: ${PASSPHRASE_VARIABLE} is not set, and stdin is no terminal to ask on`,
    { path },
  );
}
