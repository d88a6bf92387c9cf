/** A part of `test/long/damage.test.ts`, for everyday use. */
import { damageSuite } from './damage-suite.ts';

damageSuite(100);
