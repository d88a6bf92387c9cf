/** `parallax secrets set|list|check|remove`: the keys at rest. Values come from stdin, never from arguments; what is
 *  printed tells them apart and says none. */
import { Fault } from '../core/faults.ts';
import {
  fingerprintOf,
  SECRET_FIELDS,
  SECRET_ROLES,
  type SecretRole,
  type Secrets,
  storedKey,
  withoutKey,
} from '../core/secrets.ts';
import { readSecretFile, writeSecretFile } from '../record/secret-file.ts';
import { type OptionSpecs, parseArguments, type UsageProblem, usage, usageMessage } from './arguments.ts';
import type { CommandIo } from './io.ts';
import { type Line, renderLine, table } from './lines.ts';
import { filePassphrase } from './secret-input.ts';
import { checkLines, checkSecrets } from './secrets-check.ts';
import { PLACE_OPTIONS, type Place, placeOf, venueOf } from './secrets-place.ts';
import { setSecrets } from './secrets-set.ts';

const ROLE = {
  kind: 'choice',
  of: SECRET_ROLES,
  about: 'whose key: that of orders, or a second one to cancel with',
} as const;
const JSON_FLAG = { kind: 'flag', about: 'JSON alone on stdout' } as const;
const FIELD = {
  kind: 'choice',
  of: SECRET_FIELDS,
  about: 'only this part of it; default: all that the venue needs',
} as const;

interface Action {
  readonly about: string;
  readonly options: OptionSpecs;
  readonly takesVenue: boolean;
}

const ACTIONS = {
  set: {
    about: 'keeps a key; asks for it on a terminal, else reads one value a line from stdin: apiKey, secret, passphrase',
    options: { field: FIELD, role: { ...ROLE, about: `${ROLE.about} (default trading)` }, ...PLACE_OPTIONS },
    takesVenue: true,
  },
  list: {
    about: 'the venues, the parts of their keys, and a fingerprint of each',
    options: { ...PLACE_OPTIONS, json: JSON_FLAG },
    takesVenue: false,
  },
  check: {
    about: 'whether every venue has what it needs, in a form that can be right; asks no venue',
    options: { ...PLACE_OPTIONS, json: JSON_FLAG },
    takesVenue: false,
  },
  remove: {
    about: "removes a venue's keys",
    options: { role: { ...ROLE, about: 'only the key of this role' }, ...PLACE_OPTIONS },
    takesVenue: true,
  },
} as const satisfies Readonly<Record<string, Action>>;

type ActionName = keyof typeof ACTIONS;

/** Every option that one of them takes. */
interface Values {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly role?: string;
  readonly field?: string;
}

const titleOf = (name: ActionName): string => `secrets ${name}${ACTIONS[name].takesVenue ? ' VENUE' : ''}`;

const usageText = (): string =>
  (Object.keys(ACTIONS) as ActionName[])
    .map((name) => usage(titleOf(name), ACTIONS[name].about, ACTIONS[name].options))
    .join('\n\n');

/** `args` are those after `secrets`. Exit codes: 0, 1 when a key or the file is not as it has to be, 2 for bad usage or
 *  configuration. */
export async function secretsCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    io.out(usageText());
    return 0;
  }
  if (!isAction(name)) {
    io.err(`parallax secrets wants one of ${Object.keys(ACTIONS).join(', ')}\n\n${usageText()}`);
    return 2;
  }
  const { takesVenue, options, about }: Action = ACTIONS[name];
  const hasVenue = takesVenue && rest[0]?.startsWith('-') === false;
  const { values, help, problems: found } = parseArguments(hasVenue ? rest.slice(1) : rest, options);
  if (help) {
    io.out(usage(titleOf(name), about, options));
    return 0;
  }
  const problems = found.map(withoutText);
  if (takesVenue && !hasVenue) problems.push({ path: 'VENUE', message: 'is missing' });
  const given = values as Values;
  const place = placeOf(given, io);
  const venue = hasVenue ? (rest[0] as string) : '';
  const isKnown = !hasVenue || place.problems.length > 0 || venueOf(place, venue) !== undefined;
  if (!isKnown)
    problems.push({
      path: 'VENUE',
      message: `is no venue here; known: ${[...place.known.keys()].filter((id) => !id.includes(':')).join(', ')}`,
    });
  if (problems.length > 0 || place.problems.length > 0) {
    for (const { path, message } of place.problems) io.err(`${path}: ${message}`);
    if (problems.length > 0) io.err(usageMessage(titleOf(name), problems));
    return 2;
  }
  try {
    return await ACTS[name]({ place, venue, values: given, io });
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    io.err(thrown.message);
    return thrown.code === 'usage/invalid' ? 2 : 1;
  }
}

const isAction = (name: string | undefined): name is ActionName => name !== undefined && Object.hasOwn(ACTIONS, name);

/** What does not belong there may be a key: it is not said back. */
const withoutText = ({ path, message }: UsageProblem): UsageProblem =>
  path.startsWith('-')
    ? { path, message: message.replace(/, not "[\s\S]*"$/, '') }
    : {
        path: 'an argument',
        message: 'is not expected here; keys are read from stdin, arguments stay in the shell’s history',
      };

interface Asked {
  readonly place: Place;
  readonly venue: string;
  readonly values: Values;
  readonly io: CommandIo;
}

const ACTS: Readonly<Record<ActionName, (asked: Asked) => Promise<number>>> = {
  async set({ place, venue, values, io }) {
    const role = roleOf(values.role) ?? 'trading';
    const order = {
      venue,
      role,
      field: SECRET_FIELDS.find((field) => field === values.field),
      needsPassphrase: venueOf(place, venue)?.needsPassphrase === true,
    };
    const secrets = await setSecrets(place, order, io);
    io.out(`${place.path} holds of ${venue} (${role}): ${shownKey(secrets, venue, role)}`);
    return 0;
  },

  async list({ place, values, io }) {
    const secrets = await open(place, io);
    const keys = Object.keys(secrets.venues)
      .sort()
      .flatMap((venue) => SECRET_ROLES.map((role) => ({ venue, role, fields: fingerprints(secrets, venue, role) })))
      .filter(({ fields }) => Object.keys(fields).length > 0);
    if (values.json) io.out(JSON.stringify({ file: place.path, keys }, null, 2));
    else if (keys.length === 0) io.out(`${place.path} holds no keys`);
    else {
      const columns = [{ name: 'VENUE' }, { name: 'role' }, ...SECRET_FIELDS.map((name) => ({ name }))];
      const rows = keys.map(({ venue, role, fields }) => [
        venue,
        role,
        ...SECRET_FIELDS.map((name) => fields[name] ?? '-'),
      ]);
      io.out(plain(table(columns, rows)));
    }
    return 0;
  },

  async check({ place, values, io }) {
    const check = await checkSecrets(place, io);
    io.out(values.json ? JSON.stringify(check, null, 2) : plain(checkLines(check)));
    return check.ok ? 0 : 1;
  },

  async remove({ place, venue, values, io }) {
    let passphrase = '';
    const secrets = await readSecretFile(place.path, async () => {
      passphrase = await filePassphrase(io, place.path);
      return passphrase;
    });
    const role = roleOf(values.role);
    const roles = SECRET_ROLES.filter(
      (each) => each === (role ?? each) && storedKey(secrets, venue, each) !== undefined,
    );
    if (roles.length === 0) {
      io.err(`${place.path} has no ${role === undefined ? '' : `${role} `}key of ${venue}`);
      return 1;
    }
    writeSecretFile(place.path, withoutKey(secrets, venue, role), passphrase);
    io.out(
      `${place.path} no longer holds ${venue} (${roles.join(', ')}); revoke the key at the venue too if it is not needed`,
    );
    return 0;
  },
};

const open = (place: Place, io: CommandIo): Promise<Secrets> =>
  readSecretFile(place.path, () => filePassphrase(io, place.path));

const roleOf = (text: string | undefined): SecretRole | undefined => SECRET_ROLES.find((role) => role === text);

function fingerprints(secrets: Secrets, venue: string, role: SecretRole): Readonly<Record<string, string>> {
  const key = storedKey(secrets, venue, role) ?? {};
  return Object.fromEntries(
    SECRET_FIELDS.flatMap((field) => {
      const value = key[field];
      return value === undefined ? [] : [[field, fingerprintOf(secrets, value)]];
    }),
  );
}

const shownKey = (secrets: Secrets, venue: string, role: SecretRole): string =>
  Object.entries(fingerprints(secrets, venue, role))
    .map(([field, fingerprint]) => `${field} ${fingerprint}`)
    .join(', ');

const plain = (lines: readonly Line[]): string =>
  lines.map((line) => renderLine(line, Number.POSITIVE_INFINITY, false).trimEnd()).join('\n');
