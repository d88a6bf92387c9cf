// Adds up the JSON reports of every test run in a folder and prints the one line that the CI reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder).filter((file) => /^\d+\.json$/.test(file))) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
if (total.passed === 0) throw new Error(`no test report in ${folder}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
