import { parentPort, workerData } from 'node:worker_threads';
import type { PastAsk } from './protocol/why.ts';
import { askPast } from './reports/past.ts';

/** The entry of a thread that answers one question about the past, and ends: `workerData` is the paths and the question. */
const { liveDb, checkpoints, ask } = workerData as { liveDb: string; checkpoints: string; ask: PastAsk };
parentPort?.postMessage(askPast(liveDb, checkpoints, ask));
