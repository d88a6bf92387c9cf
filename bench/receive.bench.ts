import type { Bench } from './rounds.ts';
export const receiveBench: Bench = { rows: [], run: async () => [] };
