/** What clients and recordings write as JSON, read. Numbers are doubles here; `core/json.ts`, which reads what venues send,
 *  turns large ones into texts, and a wire that echoes an id would show that. */
import { isObject, type Json } from '../core/json.ts';

/** The object that `text` is; undefined when it is no JSON, or JSON that is no object. */
export function readObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
