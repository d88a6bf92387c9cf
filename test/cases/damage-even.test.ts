import { damageSuite } from '../contract/damage/damage-suite.ts';

damageSuite(1_000, { at: 0, of: 2 });
