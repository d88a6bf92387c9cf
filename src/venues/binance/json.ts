/** Reading of private JSON: ids stay exact, and what is missing is said by name. */
import { Fault } from '../../core/faults.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Integers past 2^53 (some order ids) come back as text instead of losing digits. */
const keepExact: SourceReviver = (_key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? (context.source ?? value)
    : value;

/** `JSON.parse`, or undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return /\d{16}/.test(text)
      ? JSON.parse(text, keepExact as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class Unreadable extends Fault {
  constructor(what: string) {
    super('venue/protocol', `binance sent something unreadable: ${what}`);
  }
}

export function objectOf(value: unknown, what: string): Json {
  if (!isObject(value)) throw new Unreadable(`${what} is not an object`);
  return value;
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${what} is not a list`);
  return value;
}

export function textOf(from: Json, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Unreadable(`"${key}" is not a text`);
  return value;
}

/** A decimal number's text, as the venue wrote it. */
export function decimalOf(from: Json, key: string): string {
  const value = textOf(from, key);
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Unreadable(`"${key}" is not a decimal number`);
  return value;
}

/** An id: a number on the wire, text with us. */
export function idOf(from: Json, key: string): string {
  const value = from[key];
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value;
  throw new Unreadable(`"${key}" is not an id`);
}

export function numberOf(from: Json, key: string): number {
  const value = from[key];
  if (typeof value !== 'number') throw new Unreadable(`"${key}" is not a number`);
  return value;
}

/** Whether a decimal text is zero. */
export const isZero = (decimal: string): boolean => !/[1-9]/.test(decimal);
