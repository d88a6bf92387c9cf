/** Entry of every actor thread. */
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { COMPILE_CACHE } from '../core/compile-cache.ts';
import type { ThreadData } from './messages.ts';

if (parentPort === null) throw new Error('worker.ts is started by the supervisor only');
enableCompileCache(COMPILE_CACHE);
const { ThreadHost } = await import('./thread-host.ts');
new ThreadHost(workerData as ThreadData, parentPort).run();
