/** Entry of every actor thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadData } from './messages.ts';
import { ThreadHost } from './thread-host.ts';

if (parentPort === null) throw new Error('worker.ts is started by the supervisor only');
new ThreadHost(workerData as ThreadData, parentPort).run();
