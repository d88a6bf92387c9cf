#!/usr/bin/env node
// npx puts the pinned Node (an optional dependency) first on PATH, so the shebang already runs it.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `parallax: needs Node 24 or newer, this is ${process.version}. On Linux x64/arm64 \`npm ci\` brings its own: run it as \`npx parallax\` or \`npm run parallax --\`.\n`,
  );
  process.exit(2);
}
await import('../src/main.ts');
