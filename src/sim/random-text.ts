/** Seeded texts that mean nothing: keys, names of connections and messages. */
import type { Random } from '../core/random.ts';

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX_DIGITS = '0123456789abcdef';

/** @param letters to draw from, each as often */
export const lettersText = (random: Random, length: number, letters: string): string =>
  Array.from({ length }, () => letters.charAt(random.int(letters.length))).join('');

/** A key; worth nothing outside the simulator that made it. */
export const keyText = (random: Random, length: number): string => lettersText(random, length, KEY_LETTERS);

export const hexText = (random: Random, digits: number): string => lettersText(random, digits, HEX_DIGITS);

/** In the form of a UUID, as `592324d2-bce7-4ad3-9f42-4671d1fb4d4e`, without a version in it. */
export const uuidText = (random: Random): string => [8, 4, 4, 4, 12].map((digits) => hexText(random, digits)).join('-');
