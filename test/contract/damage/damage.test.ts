/** A part of `test/cases`, for everyday use. */
import { damageSuite } from './damage-suite.ts';

damageSuite(100);
