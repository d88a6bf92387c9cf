// Asserts what one bounded run of the main job has to have been.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const summary = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const native = readdirSync(new URL('../src/sim/venues', import.meta.url), { withFileTypes: true });
const venues = native.filter((entry) => entry.isDirectory()).map(({ name }) => name);
assert.equal(summary.clean, true, `not clean: ${JSON.stringify(summary.faults)}`);
assert.deepEqual(Object.keys(summary.venues).sort(), venues.sort());
for (const [venue, { state, resyncs }] of Object.entries(summary.venues)) {
  assert.equal(state, 'live', venue);
  assert.equal(resyncs, 0, `${venue} flaps`);
}
assert.ok(summary.legSets.filled >= 20, `only ${summary.legSets.filled} leg sets filled`);
assert.equal(summary.legSets.residual, 0);
assert.equal(summary.legSets.unknown, 0);
assert.ok(Number(summary.valued.USDT) > 0, `no profit after fees: ${JSON.stringify(summary.valued)}`);
console.log(
  `the main job: ${venues.length} venues live, ${summary.legSets.filled} leg sets filled, ` +
    `${summary.valued.USDT} USDT after fees`,
);
