import { damageSuite } from '../contract/damage/damage-suite.ts';

damageSuite(1_000, { at: 1, of: 2 });
