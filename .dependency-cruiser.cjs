// The import law of docs/ARCHITECTURE.md: imports point down only; the row folders never import each other.
const ROW = ['venues', 'feeds', 'engine', 'record', 'notify', 'api'];

/** @param {string} folder @param {string[]} allowed folders under src that `folder` may import */
const only = (folder, allowed) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import only: ${[folder, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^(src|bench|test)/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('core', []),
    only('memory', ['core']),
    only('net', ['core']),
    only('venues', ['core', 'net']),
    only('feeds', ['core', 'memory']),
    only('engine', ['core', 'memory']),
    only('record', ['core', 'memory']),
    only('notify', ['core']),
    only('api', ['core', 'memory']),
    only('sim', ['core']),
    only('watchdog', ['core', 'net', 'venues']),
    {
      name: 'venues-apart',
      comment: 'One venue never imports another',
      severity: 'error',
      from: { path: '^src/venues/([^/]+)/' },
      to: { path: '^src/venues/[^/]+/', pathNot: '^src/venues/$1/' },
    },
    {
      name: 'sim-venues-apart',
      severity: 'error',
      from: { path: '^src/sim/venues/([^/]+)/' },
      to: { path: '^src/sim/venues/[^/]+/', pathNot: '^src/sim/venues/$1/' },
    },
    {
      name: 'actors-are-the-roof',
      comment: 'Only the command line (and tests) stand above actors',
      severity: 'error',
      from: { path: `^src/(core|memory|net|sim|watchdog|${ROW.join('|')})/` },
      to: { path: '^src/(actors|cli|main)' },
    },
    { name: 'no-test-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.cjs', '.mjs'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
