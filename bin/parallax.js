#!/usr/bin/env node
// npx puts the pinned Node (an optional dependency) first on PATH, so this line already finds it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Parallax needs Node 24 or newer; this is ${process.version}. On Linux \`npm ci\` brings its own: use npm run or npx in the clone.\n`,
  );
  process.exit(2);
}
await import(join(dirname(fileURLToPath(import.meta.url)), '../src/main.ts'));
