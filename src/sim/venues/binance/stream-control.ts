/** The control messages of Binance's market streams: SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, properties. */

export interface ControlState {
  readonly streams: Set<string>;
  combined: boolean;
}

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const;

type Id = string | number | null;

const result = (value: unknown, id: Id): object => ({ result: value, id });
const failure = (code: number, msg: string, id?: Id): object => (id === undefined ? { code, msg } : { code, msg, id });
const invalid = (what: string, id?: Id): object => failure(2, `Invalid request: ${what}`, id);

const isId = (value: unknown): value is Id =>
  value === null ||
  (typeof value === 'number' && Number.isInteger(value)) ||
  (typeof value === 'string' && /^[A-Za-z0-9_-]{1,36}$/.test(value));

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** Acts on a control message and returns the reply. Names of streams that do not exist are taken without a word. */
export function readControl(text: string, state: ControlState, maxStreams: number): object {
  let message: Readonly<Record<string, unknown>>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return invalid('expected a JSON object');
    }
    message = parsed as Readonly<Record<string, unknown>>;
  } catch {
    return failure(3, 'Invalid JSON: expected value at line 1 column 1');
  }
  const { id, params } = message;
  if (!isId(id)) return invalid('request ID must be an unsigned integer');
  if (Object.keys(message).some((key) => !['id', 'method', 'params'].includes(key))) {
    return invalid('too many parameters', id);
  }
  if (message.method === undefined) return invalid(`missing field \`method\` at line 1 column ${text.length}`, id);
  const method = METHODS.find((known) => known === message.method);
  switch (method) {
    case 'SUBSCRIBE': {
      if (!isTexts(params)) return invalid('params must be an array of strings', id);
      if (new Set([...state.streams, ...params]).size > maxStreams) return invalid('too many streams', id);
      for (const stream of params) state.streams.add(stream);
      return result(null, id);
    }
    case 'UNSUBSCRIBE': {
      if (!isTexts(params)) return invalid('params must be an array of strings', id);
      for (const stream of params) state.streams.delete(stream);
      return result(null, id);
    }
    case 'LIST_SUBSCRIPTIONS':
      return result([...state.streams], id);
    case 'SET_PROPERTY':
    case 'GET_PROPERTY':
      return property(method, params, state, id);
    case undefined: {
      const names = METHODS.map((name) => `\`${name}\``).join(', ');
      return invalid(`unknown variant \`${String(message.method)}\`, expected one of ${names}`, id);
    }
  }
}

function property(method: 'SET_PROPERTY' | 'GET_PROPERTY', params: unknown, state: ControlState, id: Id): object {
  const [name, value] = Array.isArray(params) ? (params as unknown[]) : [];
  if (typeof name !== 'string') return invalid('property name must be a string', id);
  if (name !== 'combined') return failure(0, 'Unknown property', id);
  if (method === 'GET_PROPERTY') return result(state.combined, id);
  if (typeof value !== 'boolean') return failure(1, 'Invalid value type: expected Boolean', id);
  state.combined = value;
  return result(null, id);
}
