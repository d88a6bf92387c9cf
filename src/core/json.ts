/** Narrowing of parsed JSON: what a venue sends is `unknown` until it was looked at. `textOf` and `objectsOf` are lenient;
 *  `needText` and its like throw `Unreadable`, naming what is missing. */
import { isDecimal } from './decimal-text.ts';
import { Fault } from './faults.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number that is exact. */
export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

/** The same, not negative, as ids and counts are. */
export const isId = (value: unknown): value is number => isInteger(value) && value >= 0;

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

/** Parses `text`; undefined when it is no JSON object. */
export function parseObject(text: string): Json | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

const keepTexts: SourceReviver = (_key, value, context) =>
  typeof value === 'number' ? (context.source ?? value) : value;

/** `JSON.parse` with every number as the text that stood there (trailing zeros and all); undefined for what is no JSON. */
export function parseNumberTexts(text: string): unknown {
  try {
    return JSON.parse(text, keepTexts as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

/** The text under `key`; '' when it is absent or not a text. */
export function textOf(from: Json, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : '';
}

/** The objects of the array under `key`. */
export function objectsOf(from: Json, key: string): readonly Json[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export class Unreadable extends Fault {
  constructor(what: string) {
    super('venue/protocol', `the venue sent something unreadable: ${what}`);
  }
}

export function needObject(value: unknown, what: string): Json {
  if (!isObject(value)) throw new Unreadable(`${what} is not an object`);
  return value;
}

export function needList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${what} is not a list`);
  return value;
}

export function needText(from: Json, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Unreadable(`"${key}" is not a text`);
  return value;
}

/** A decimal number's text, as the venue wrote it. */
export function needDecimal(from: Json, key: string): string {
  const value = needText(from, key);
  if (!isDecimal(value)) throw new Unreadable(`"${key}" is not a decimal number`);
  return value;
}

/** An id: a number on the wire, text with us. */
export function needId(from: Json, key: string): string {
  const value = from[key];
  if (isInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value;
  throw new Unreadable(`"${key}" is not an id`);
}

export function needNumber(from: Json, key: string): number {
  const value = from[key];
  if (typeof value !== 'number') throw new Unreadable(`"${key}" is not a number`);
  return value;
}
