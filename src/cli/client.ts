/** What the commands that talk to a running engine share: finding it, asking it, saying why it does not answer. */
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { isLoopback } from '../core/config-check.ts';
import { Fault, messageOf } from '../core/faults.ts';
import { readApiFile } from './api-file.ts';
import { type OptionSpecs, type ParsedArguments, parseArguments, usage, usageMessage } from './arguments.ts';
import { type CommandIo, DEFAULT_DATA_DIR } from './io.ts';
import { type Line, renderLine } from './lines.ts';
import { findAdminToken, TOKEN_VARIABLE } from './token.ts';

/** The engine did not do what was asked; the message is for people, and is all there is to say. */
export class ClientError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClientError';
  }
}

export const CLIENT_OPTIONS = {
  json: { kind: 'flag', about: 'JSON alone on stdout' },
  api: {
    kind: 'text',
    shows: 'URL',
    about: 'Address of the admin API (default: that of the engine in the data folder)',
  },
  data: { kind: 'text', shows: 'DIR', about: `Data folder of the engine (default ${DEFAULT_DATA_DIR})` },
} as const satisfies OptionSpecs;

const TIMEOUT_MS = 10_000;

export interface ApiClient {
  /** Rejects with `ClientError`. */
  ask<Schema extends TSchema>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    body?: object,
  ): Promise<Static<Schema>>;
}

interface ClientTarget {
  readonly url: string;
  readonly token: string;
  /** Words for the case that nothing listens there. */
  readonly ifRefused: string;
}

function findTarget(api: string | undefined, dataDir: string, env: CommandIo['env']): ClientTarget {
  const found = api === undefined ? readApiFile(dataDir) : undefined;
  if (api === undefined && found === undefined) {
    throw new ClientError(
      `No engine runs on the data folder ${dataDir}. Start one with "npm start", or say where it is with --data or --api`,
    );
  }
  const url = (api ?? found?.url ?? '').replace(/\/+$/, '');
  const token = findAdminToken(env[TOKEN_VARIABLE], dataDir)?.token;
  if (token === undefined) {
    throw new ClientError(
      `No admin token: ${dataDir}/admin-token is not there. Name the engine's data folder with --data, or set ${TOKEN_VARIABLE}`,
    );
  }
  const ifRefused =
    found === undefined
      ? `Nothing listens on ${url}. Is the engine running, with this address?`
      : `Nothing listens on ${url}: the engine that wrote this address (process ${found.pid}, run ${found.run}) has ended`;
  return { url, token, ifRefused };
}

function clientOf({ url, token, ifRefused }: ClientTarget): ApiClient {
  return {
    async ask(method, path, schema, body) {
      let status: number;
      let answer: unknown;
      try {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
          body: body === undefined ? null : JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        status = response.status;
        answer = await response.json();
      } catch (thrown) {
        throw new ClientError(transportMessage(url, ifRefused, thrown));
      }
      if (status !== 200) throw new ClientError(refusalMessage(url, status, answer));
      if (!Value.Check(schema, answer)) throw new ClientError(`${url} answered something else; is it Parallax?`);
      return answer as Static<typeof schema>;
    },
  };
}

function transportMessage(url: string, ifRefused: string, thrown: unknown): string {
  if (thrown instanceof SyntaxError) return `${url} did not answer JSON; is it Parallax?`;
  if (thrown instanceof Error && thrown.name === 'TimeoutError') {
    return `${url} did not answer within ${TIMEOUT_MS / 1000} s`;
  }
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') return ifRefused;
  return `${url} cannot be reached: ${messageOf(cause ?? thrown)}`;
}

function refusalMessage(url: string, status: number, answer: unknown): string {
  if (status === 401) return `${url} refused the admin token: it belongs to another engine or data folder`;
  const message = (answer as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message : `${url} answered with status ${status}`;
}

export interface ClientCommand<Specs extends OptionSpecs> {
  readonly name: string;
  readonly about: string;
  readonly options: Specs;
  /** Asks the engine; `json` is what `--json` prints, `lines` what people read. */
  run(
    client: ApiClient,
    values: ParsedArguments<Specs>['values'],
  ): Promise<{ readonly json: unknown; readonly lines: readonly Line[] }>;
}

/** Makes a command of it: arguments, address, token, output, exit code. */
export const clientCommand =
  <Specs extends typeof CLIENT_OPTIONS>(command: ClientCommand<Specs>) =>
  async (args: string[], io: CommandIo): Promise<number> => {
    const { values, help, problems } = parseArguments(args, command.options);
    if (help) {
      io.out(usage(command.name, command.about, command.options));
      return 0;
    }
    // A spec that extends another loses its literal names in the compiler's eyes; these three are always there.
    const { api, data, json } = values as ParsedArguments<typeof CLIENT_OPTIONS>['values'];
    const all = [...problems, ...(api === undefined ? [] : addressProblems(api))];
    if (all.length > 0) {
      io.err(usageMessage(command.name, all));
      return 2;
    }
    if (api?.startsWith('http:') && !isLoopback(api)) {
      io.err(`Warning: the admin token goes to ${new URL(api).host} without encryption; a tunnel would protect it`);
    }
    try {
      const target = findTarget(api, data ?? io.dataDir ?? DEFAULT_DATA_DIR, io.env);
      const answer = await command.run(clientOf(target), values);
      io.out(json ? JSON.stringify(answer.json, null, 2) : plain(answer.lines));
      return 0;
    } catch (thrown) {
      if (!(thrown instanceof ClientError || thrown instanceof Fault)) throw thrown;
      io.err(thrown.message);
      return 1;
    }
  };

const plain = (lines: readonly Line[]): string =>
  lines.map((line) => renderLine(line, Number.POSITIVE_INFINITY, false).trimEnd()).join('\n');

function addressProblems(api: string): { path: string; message: string }[] {
  const problem = { path: '--api', message: 'wants an address like http://127.0.0.1:8640' };
  if (!URL.canParse(api)) return [problem];
  const { protocol, pathname, search } = new URL(api);
  const isBase = (protocol === 'http:' || protocol === 'https:') && pathname === '/' && search === '';
  return isBase ? [] : [problem];
}
