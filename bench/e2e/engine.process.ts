/** Contender `ours`: the whole engine as `parallax run` starts it, fused, with nothing left out but the admin API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../src/actors/engine.ts';
import { createLog } from '../../src/actors/log.ts';
import { type Config, defaultConfig } from '../../src/core/config.ts';
import { descriptorOf } from '../../src/venues/registry.ts';
import { CREDENTIALS, serve } from './contender.ts';
import { IDS, TAKER } from './instruments.ts';

serve(async (addresses) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'parallax-bench-'));
  const defaults = defaultConfig();
  const config: Config = {
    ...defaults,
    topology: 'fused',
    instruments: [...IDS],
    strategy: { ...defaults.strategy, cooldownMs: 0 },
    log: { level: 'error' },
  };
  const setups = (['binance', 'okx'] as const).map((id) => ({
    config: { id, environment: 'live', fees: { taker: TAKER } },
    descriptor: descriptorOf(id),
    endpoints: addresses[id],
    credentials: CREDENTIALS,
  }));
  const engine = await Engine.start({ config, setups, dataDir, log: createLog('engine', config.log.level) });
  return {
    sharedBytes: engine.context.buffer.byteLength,
    stop: async () => {
      await engine.finish();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});
