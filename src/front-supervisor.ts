import { Worker } from 'node:worker_threads';
import type { Backoff } from './lib/backoff.ts';
import type { Log } from './lib/log.ts';
import { threadFile } from './lib/thread-file.ts';
import type { ToEngine, ToFront } from './protocol/seam.ts';

/** What the front's thread says besides the seam: it serves now, or it cannot start. */
export type FrontSays = ToEngine | { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly message: string };

type Thread = { post(message: ToFront | { kind: 'stop' }): void; end(): Promise<number> };
type Start = (onMessage: (message: FrontSays) => void, onExit: (code: number) => void) => Thread;

/** The front's thread as the engine sees it: messages go to whichever one lives. */
export type FrontSupervisor = {
  /** Resolves when the first one serves; rejects when it cannot start, so that a wrong setting ends the daemon. */
  readonly ready: Promise<void>;
  send(message: ToFront): void;
  stop(): Promise<void>;
};

const stopPatienceMs = 2_000;

/** Keeps a front running: one that dies is started again with back-off, and routing goes on meanwhile. */
export function superviseFront(
  start: Start,
  options: { backoff: Backoff; log: Log; hello: () => ToFront; onMessage: (message: ToEngine) => void },
): FrontSupervisor {
  const { backoff, log } = options;
  let thread: Thread | null = null;
  let stopping = false;
  let retry: NodeJS.Timeout | null = null;
  let settle: { resolve: () => void; reject: (error: Error) => void } | null = null;
  let exited = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });

  const take = (message: FrontSays) => {
    if (message.kind === 'ready') {
      backoff.reset();
      settle?.resolve();
      settle = null;
    } else if (message.kind === 'failed') {
      log.error({ why: message.message }, 'the front failed');
      settle?.reject(new Error(message.message));
      if (settle) stopping = true;
      settle = null;
    } else options.onMessage(message);
  };

  const open = () => {
    retry = null;
    thread = start(take, (code) => {
      thread = null;
      exited();
      if (stopping) return;
      const delayMs = backoff.next();
      log.error({ code, delayMs }, 'the front ended; routing goes on, the front is started again');
      retry = setTimeout(open, delayMs);
    });
    thread.post(options.hello());
  };
  open();

  return {
    ready,
    send: (message) => thread?.post(message),
    async stop() {
      stopping = true;
      if (retry) clearTimeout(retry);
      const last = thread;
      if (!last) return;
      const gone = new Promise<void>((resolve) => {
        exited = resolve;
      });
      last.post({ kind: 'stop' });
      const timer = setTimeout(() => void last.end(), stopPatienceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Starts the front in a thread of its own, with the configuration of this file. */
export function startFrontThread(
  file: string,
  home: string,
  onMessage: (message: ToEngine | { kind: 'ready' } | { kind: 'failed'; message: string }) => void,
  onExit: (code: number) => void,
) {
  const worker = new Worker(threadFile('front-thread'), { workerData: { file, home } });
  worker.on('message', onMessage);
  worker.on('error', (error) => onMessage({ kind: 'failed', message: error.message }));
  worker.on('exit', onExit);
  return { post: (message: unknown) => worker.postMessage(message), end: () => worker.terminate() };
}
