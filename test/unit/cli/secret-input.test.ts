import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type KeyboardStream, secretInput, valuesIn } from '../../../src/cli/secret-input.ts';

const PEM = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\nabcd==\n-----END EC PRIVATE KEY-----';

/** A terminal in whose raw mode alone characters are not shown. */
class Keyboard extends EventEmitter implements KeyboardStream {
  readonly isTTY = true;
  isRaw = false;
  isRead = false;
  modes: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
    this.modes.push(isRaw);
  }
  resume(): void {
    this.isRead = true;
  }
  pause(): void {
    this.isRead = false;
  }
  type(text: string): void {
    if (!this.isRaw || !this.isRead) throw new Error(`echoed: ${text}`);
    this.emit('data', Buffer.from(text));
  }
}

function terminal() {
  const keyboard = new Keyboard();
  const shown: string[] = [];
  return {
    keyboard,
    shown,
    input: secretInput(
      () => keyboard,
      (text) => shown.push(text),
    ),
  };
}

describe('on a terminal', () => {
  it('hides what is typed from the moment that it asks', async () => {
    const keyboard = new Keyboard();
    const modes: [string, boolean][] = [];
    const input = secretInput(
      () => keyboard,
      (text) => modes.push([text, keyboard.isRaw]),
    );
    const answer = input.ask('?');
    keyboard.type('x\r');
    await answer;
    expect(modes).toEqual([
      ['?', true],
      ['\n', false],
    ]);
  });

  it('shows the prompt and nothing that is typed', async () => {
    const { keyboard, shown, input } = terminal();
    expect(input.isTerminal).toBe(true);
    const answer = input.ask('secret of okx: ');
    for (const char of 'hunter2é\r') keyboard.type(char);
    expect(await answer).toBe('hunter2é');
    expect(shown).toEqual(['secret of okx: ', '\n']);
    expect([keyboard.modes, keyboard.isRead, keyboard.listenerCount('data')]).toEqual([[true, false], false, 0]);
  });

  it.each([
    ['abx\u007fc\r', 'abc'],
    ['wrong\u0015right\r', 'right'],
    ['a\u001b[Db\u001b[3~c\u001bOA\r', 'abc'],
    ['\u007fa\u0000\r', 'a'],
    ['\r', ''],
  ])('takes %j for %j', async (typed, value) => {
    const { keyboard, input } = terminal();
    const answer = input.ask('?');
    keyboard.type(typed);
    expect(await answer).toBe(value);
  });

  it('takes a key in PEM with all its lines, and what is pasted behind it for the next question', async () => {
    const { keyboard, input } = terminal();
    const first = input.ask('secret: ');
    keyboard.type(`${PEM.replaceAll('\n', '\r\n')}\r\npassphrase`);
    expect(await first).toBe(PEM);
    const second = input.ask('passphrase: ');
    keyboard.type('!\r');
    expect(await second).toBe('passphrase!');
  });

  it('asks two questions of one paste without touching the terminal again', async () => {
    const { keyboard, input } = terminal();
    const first = input.ask('one: ');
    keyboard.type('1\r2\r');
    expect([await first, await input.ask('two: ')]).toEqual(['1', '2']);
    expect(keyboard.modes).toEqual([true, false]);
  });

  it.each(['abc\u0003', 'abc\u0004'])('is broken off by %j, with the terminal as it was', async (typed) => {
    const { keyboard, input } = terminal();
    const answer = input.ask('?');
    keyboard.type(typed);
    await expect(answer).rejects.toMatchObject({ code: 'usage/invalid', message: 'broken off; nothing was changed' });
    expect(keyboard.isRaw).toBe(false);
  });

  it('is broken off by its end', async () => {
    const { keyboard, input } = terminal();
    const answer = input.ask('?');
    keyboard.emit('end');
    await expect(answer).rejects.toMatchObject({ code: 'usage/invalid' });
  });
});

describe('from a pipe', () => {
  it('reads to the end, however it is cut', async () => {
    const pipe = new PassThrough();
    const input = secretInput(
      () => pipe as unknown as KeyboardStream,
      () => {},
    );
    expect(input.isTerminal).toBe(false);
    const text = input.read();
    pipe.write('sch');
    pipe.write(Buffer.from('lü').subarray(0, 2));
    pipe.end(Buffer.from('lü').subarray(2));
    expect(await text).toBe('schlü');
  });

  it('refuses what is too long for keys', async () => {
    const pipe = new PassThrough();
    pipe.end('x'.repeat(70_000));
    await expect(
      secretInput(
        () => pipe as unknown as KeyboardStream,
        () => {},
      ).read(),
    ).rejects.toMatchObject({
      code: 'usage/invalid',
    });
  });

  it.each([
    ['a\nb\nc\n', ['a', 'b', 'c']],
    ['a\r\nb', ['a', 'b']],
    ['\n\na\n\n', ['a']],
    [' a ', [' a ']],
    [`key\n${PEM}\npass\n`, ['key', PEM, 'pass']],
    [`${PEM.replaceAll('\n', '\\n')}\\n\nnext\n`, [`${PEM.replaceAll('\n', '\\n')}\\n`, 'next']],
    ['-----BEGIN PRIVATE KEY-----\nMC4C\n', ['-----BEGIN PRIVATE KEY-----\nMC4C']],
    ['', []],
  ])('finds the values in %j', (text, values) => {
    expect(valuesIn(text)).toEqual(values);
  });
});
