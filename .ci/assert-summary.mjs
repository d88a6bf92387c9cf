// Asserts what one bounded run of the main job has to have been.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const summary = JSON.parse(readFileSync(process.argv[2], 'utf8'));
assert.equal(summary.clean, true, `not clean: ${JSON.stringify(summary.faults)}`);
assert.deepEqual(Object.keys(summary.venues).sort(), ['binance', 'okx']);
for (const [venue, { state }] of Object.entries(summary.venues)) assert.equal(state, 'live', venue);
assert.ok(summary.legSets.filled >= 20, `only ${summary.legSets.filled} leg sets filled`);
assert.equal(summary.legSets.residual, 0);
assert.equal(summary.legSets.unknown, 0);
assert.ok(Number(summary.valued.USDT) > 0, `no profit after fees: ${JSON.stringify(summary.valued)}`);
console.log(`the main job: ${summary.legSets.filled} leg sets filled, ${summary.valued.USDT} USDT after fees`);
