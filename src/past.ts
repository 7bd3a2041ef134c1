import { Worker } from 'node:worker_threads';
import type { Paths } from './config/paths.ts';
import type { PastAnswer, PastAsk } from './protocol/why.ts';

/**
 * Asks the past in a thread of its own, one question after the other, so that a long way back holds up neither the front nor
 * more than one core. Never rejects: a thread that died is a `failure`.
 */
export function createPast(paths: Paths): (ask: PastAsk) => Promise<PastAnswer> {
  let last: Promise<unknown> = Promise.resolve();
  return (ask) => {
    const answer = last.then(() => askInThread(paths, ask));
    last = answer;
    return answer;
  };
}

function askInThread({ liveDb, checkpoints }: Paths, ask: PastAsk): Promise<PastAnswer> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./past-thread.js', import.meta.url), {
      workerData: { liveDb, checkpoints, ask },
    });
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ moments: [], failure: error.message }));
    worker.once('exit', (code) =>
      resolve({ moments: [], failure: `The thread that reads the past ended with ${code}.` }),
    );
  });
}
