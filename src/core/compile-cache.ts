/** Where Node keeps what it made of our files: types stripped, code compiled. Beside the packages, so that a clean
 *  install starts clean; a folder that cannot be written costs only time. */
import { fileURLToPath } from 'node:url';

export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/parallax', import.meta.url));
