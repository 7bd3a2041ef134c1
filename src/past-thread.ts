import { parentPort, workerData } from 'node:worker_threads';
import type { PastAnswer, PastAsk, PastProgress } from './protocol/why.ts';
import { askPast } from './reports/past.ts';

/** What the thread says: how far it is, and in the end the answer. */
export type PastSays = { readonly progress: PastProgress } | { readonly answer: PastAnswer };

/** The entry of a thread that answers one question about the past, and ends: `workerData` is the paths and the question. */
const { liveDb, checkpoints, ask } = workerData as { liveDb: string; checkpoints: string; ask: PastAsk };
const say = (what: PastSays): void => parentPort?.postMessage(what);
say({ answer: askPast(liveDb, checkpoints, ask, (progress) => say({ progress })) });
