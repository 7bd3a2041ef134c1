import { Worker } from 'node:worker_threads';
import type { Paths } from './config/paths.ts';
import { threadFile } from './lib/thread-file.ts';
import type { PastSays } from './past-thread.ts';
import type { PastAnswer, PastAsk, PastWatch } from './protocol/why.ts';

/**
 * Asks the past in a thread of its own, one question after the other, so that a long way back holds up neither the front nor
 * more than one core. `thread` is the built file that it runs. Never rejects: a thread that died is a `failure`. A question that nobody waits for any more is stopped.
 */
export function createPast(
  paths: Paths,
  thread = threadFile('past-thread'),
): (ask: PastAsk, watch?: PastWatch) => Promise<PastAnswer> {
  let last: Promise<unknown> = Promise.resolve();
  return (ask, watch) => {
    const answer = last.then(() => askInThread(thread, paths, ask, watch));
    last = answer;
    return answer;
  };
}

const stopped: PastAnswer = { moments: [], failure: 'Nobody waits for it any more: it was stopped.' };

function askInThread(
  thread: URL,
  { liveDb, checkpoints }: Paths,
  ask: PastAsk,
  watch?: PastWatch,
): Promise<PastAnswer> {
  if (watch?.signal.aborted === true) return Promise.resolve(stopped);
  return new Promise((resolve) => {
    const worker = new Worker(thread, { workerData: { liveDb, checkpoints, ask } });
    const stop = (): void => {
      // The next question begins when this one uses no core any more.
      void worker.terminate().then(() => resolve(stopped));
    };
    const end = (answer: PastAnswer): void => {
      watch?.signal.removeEventListener('abort', stop);
      if (watch?.signal.aborted !== true) resolve(answer);
    };
    watch?.signal.addEventListener('abort', stop);
    worker.on('message', (said: PastSays) => {
      if ('answer' in said) end(said.answer);
      else watch?.tell(said.progress);
    });
    worker.once('error', (error) => end({ moments: [], failure: error.message }));
    worker.once('exit', (code) => end({ moments: [], failure: `The thread that reads the past ended with ${code}.` }));
  });
}
