import type { PastProgress } from '../protocol/why.ts';

/** Where a line can be written over: standard error on a terminal. */
export type Terminal = { readonly isTTY?: boolean; write(text: string): unknown };

/** A long work as it goes on, for whoever waits for it. */
export type Progress = {
  show(progress: PastProgress): void;
  /** Takes the line away, before anything else is printed. */
  clear(): void;
};

/** What is done within a second needs no line; and one that changes faster than this cannot be read. */
const FIRST_MS = 1_000;
const EVERY_MS = 200;

/** Says how far a work is in one line of a terminal. Where `isWanted` is not so (JSON), or nobody looks, it says nothing. */
export function createProgress(terminal: Terminal, isWanted: boolean, now: () => number): Progress {
  const begunAt = now();
  let next = begunAt + FIRST_MS;
  let isShown = false;
  return {
    show(progress) {
      const at = now();
      if (!isWanted || terminal.isTTY !== true || at < next) return;
      next = at + EVERY_MS;
      isShown = true;
      terminal.write(`\r${progressText(progress, at - begunAt)}\u001b[K`);
    },
    clear() {
      if (isShown) terminal.write('\r\u001b[K');
      isShown = false;
    },
  };
}

/** Does a work that does not tell how far it is: after a second a line says `what` it is, and for how long it goes on by now. */
export async function patiently<T>(
  terminal: Terminal,
  isWanted: boolean,
  now: () => number,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!isWanted || terminal.isTTY !== true) return await work();
  const begunAt = now();
  let isShown = false;
  const timer = setInterval(() => {
    isShown = true;
    terminal.write(`\r${what}, ${Math.round((now() - begunAt) / 1_000)} s\u001b[K`);
  }, FIRST_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isShown) terminal.write('\r\u001b[K');
  }
}

/** `31,500 of 98,000 steps of the journal, 32 %, 14 s left`: by the pace so far. */
function progressText({ stepped, of }: PastProgress, tookMs: number): string {
  const share = Math.min(1, stepped / Math.max(1, of));
  const leftS = Math.ceil((tookMs / Math.max(share, 0.001) - tookMs) / 1_000);
  const count = (number: number): string => number.toLocaleString('en');
  return `${count(stepped)} of ${count(of)} steps of the journal, ${Math.floor(share * 100)} %, ${leftS} s left`;
}
