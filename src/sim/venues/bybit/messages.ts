/** What clients send over a WebSocket: an operation with arguments. */
import { isObject } from '../../../core/json.ts';
import { readObject } from '../../json-object.ts';
import type { Arguments } from './order-entry.ts';

export interface ClientMessage {
  readonly op: string;
  readonly args: readonly unknown[];
  /** `req_id` on streams, `reqId` for order entry; echoed as it came. */
  readonly requestId: string | number | undefined;
  readonly header: Arguments;
}

/** Undefined: not an object in JSON. */
export function readMessage(text: string, idName: 'req_id' | 'reqId'): ClientMessage | undefined {
  const value = readObject(text);
  if (value === undefined) return undefined;
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
