import type { State } from './core/state.ts';
import type { Log } from './lib/log.ts';

/** Watches a daemon on its way out. */
export type DrainWatch = {
  /** Something happened: is it time to go? */
  look(): void;
  close(): void;
};

/**
 * Drained is who has nobody waiting, and nobody being joined; those who talk go on without us. `onDrained` is called once.
 * While Asterisk cannot be reached nobody can be served or handed over, and nothing would ever change: after one lease of that
 * the dialplan has whoever waited, and there is nothing left to wait for.
 */
export function watchDrain(
  state: State,
  ports: {
    readonly after: (ms: number, run: () => void) => () => void;
    readonly leaseMs: number;
    readonly log: Pick<Log, 'warn'>;
    readonly onDrained: () => void;
  },
): DrainWatch {
  let giveUp: (() => void) | null = null;
  let done = false;

  const cancel = () => {
    giveUp?.();
    giveUp = null;
  };
  const finish = () => {
    if (done) return;
    done = true;
    cancel();
    setImmediate(ports.onDrained);
  };

  return {
    look() {
      if (done) return;
      if (!state.meta.draining) return cancel();
      const waiting = [...state.calls.values()].filter(isBusy).length;
      if (waiting === 0) return finish();
      if (state.meta.pbx !== 'down') return cancel();
      giveUp ??= ports.after(ports.leaseMs, () => {
        ports.log.warn({ waiting }, 'Asterisk was away for a whole lease: the dialplan has whoever waited; stopping');
        finish();
      });
    },
    close() {
      done = true;
      cancel();
    },
  };
}

function isBusy({ phase }: { readonly phase: string }): boolean {
  return phase === 'waiting' || phase === 'announcing' || phase === 'connecting';
}
