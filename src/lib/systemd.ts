import { spawn } from 'node:child_process';
import type { Log } from './log.ts';

/** What systemd gave the process (sd_notify(3)): the two variables of its environment, undefined without systemd. */
export type SystemdAccess = { readonly socket: string | undefined; readonly watchdogUsec: string | undefined };

/** How the process is, now. Without `alive` the watchdog is not fed, and systemd restarts the process in time. */
export type Liveness = { readonly alive: boolean; readonly status: string };

/** Tells systemd how we are. Does nothing where there is no systemd; never throws. */
export type Systemd = {
  /** The service is up; from here on the watchdog is fed, at half of its time. */
  ready(): void;
  /** We are on our way out. */
  stopping(): void;
};

/** Without a watchdog the status line is looked at so often. */
const statusMs = 10_000;

/**
 * Speaks through `systemd-notify` as a child (the unit needs NotifyAccess=all), since Node has no datagram sockets of the
 * Unix family. Each message is the work of a timer on the caller's own loop: one that no longer turns feeds no watchdog.
 */
export function createSystemd(access: SystemdAccess, look: () => Liveness, log: Log): Systemd {
  if (!access.socket) return { ready: () => undefined, stopping: () => undefined };
  const watchdogMs = Number(access.watchdogUsec ?? 0) / 1_000;
  const isWatched = Number.isFinite(watchdogMs) && watchdogMs > 0;
  let timer: NodeJS.Timeout | null = null;
  let busy = false;
  let saidStatus = '';
  let saidFailure = false;

  function tell(...words: string[]): void {
    busy = true;
    const child = spawn('systemd-notify', words, { stdio: 'ignore', detached: true });
    const failed = (why: string): void => {
      if (!saidFailure) log.warn({ why }, 'systemd could not be told how we are; its watchdog may end us');
      saidFailure = true;
    };
    child.once('error', (error) => {
      busy = false;
      failed(error.message);
    });
    child.once('close', (code) => {
      busy = false;
      if (code === 0) saidFailure = false;
      else if (code !== null) failed(`systemd-notify ended with ${code}`);
    });
    child.unref();
  }

  function tick(): void {
    // A child that hangs must not become a hundred of them.
    if (busy) return;
    const words = news();
    if (words.length > 0) tell(...words);
  }

  function news(): readonly string[] {
    const { alive, status } = look();
    const words = [
      ...(isWatched && alive ? ['WATCHDOG=1'] : []),
      ...(status === saidStatus ? [] : [`STATUS=${status}`]),
    ];
    saidStatus = status;
    return words;
  }

  return {
    ready() {
      tell('READY=1', ...news());
      timer = setInterval(tick, isWatched ? watchdogMs / 2 : statusMs);
      timer.unref();
    },
    stopping() {
      if (timer !== null) clearInterval(timer);
      tell('STOPPING=1', 'STATUS=stopping; calls live on in Asterisk');
    },
  };
}
