/** What clients send over a WebSocket: an operation with arguments. */
import type { Arguments } from './order-entry.ts';

export interface ClientMessage {
  readonly op: string;
  readonly args: readonly unknown[];
  /** `req_id` on streams, `reqId` for order entry; echoed as it came. */
  readonly requestId: string | number | undefined;
  readonly header: Arguments;
}

export const isObject = (value: unknown): value is Arguments =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined: not an object in JSON. */
export function readMessage(text: string, idName: 'req_id' | 'reqId'): ClientMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { op, args, header } = value;
  const id = value[idName];
  return {
    op: typeof op === 'string' ? op : '',
    args: Array.isArray(args) ? args : [],
    requestId: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    header: isObject(header) ? header : {},
  };
}

/** Topics that a request names; what is no text is no topic either. */
export const topicsOf = ({ args }: ClientMessage): string[] =>
  args.map((arg) => (typeof arg === 'string' ? arg : `(${typeof arg})`));

/** The words for text that is not JSON; the socket stays open. */
export const undecodable = (text: string): string =>
  `Failed to decode incoming data:readObjectStart: expect { or n, but found ${text.slice(0, 1)}, error found in #1 byte of ...|${text.slice(0, 10)}|..., bigger context ...|${text.slice(0, 50)}|...`;
