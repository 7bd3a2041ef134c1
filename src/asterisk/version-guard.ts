import type { AriLink } from './ari/port.ts';
import { judgeVersion } from './version.ts';

/** Asks Asterisk for its version until it has said one. */
export type VersionGuard = {
  /** Asterisk may have come back as another one. */
  askAgain(): void;
  close(): void;
};

/** So long after a question that was not answered it is asked again. */
const againMs = 2_000;

/**
 * Without REST over the WebSocket no request of ours would ever be answered, and no word would say why: the connection is taken,
 * and nothing comes. `onTooOld` gets the version, at most once. `link` must be plain HTTP.
 */
export function guardVersion(
  link: Pick<AriLink, 'request'>,
  later: (ms: number, run: () => void) => () => void,
  onTooOld: (version: string) => void,
): VersionGuard {
  let asking = false;
  let closed = false;
  let cancel: (() => void) | null = null;

  function ask(): void {
    if (asking || closed) return;
    cancel?.();
    cancel = null;
    asking = true;
    link.request({ method: 'GET', uri: 'asterisk/info?only=system' }, ({ status, body }) => {
      asking = false;
      if (closed) return;
      if (status !== 200) {
        cancel = later(againMs, ask);
        return;
      }
      const version = versionIn(body);
      if (judgeVersion(version) !== 'too-old') return;
      close();
      onTooOld(version);
    });
  }

  function close(): void {
    closed = true;
    cancel?.();
  }

  ask();
  return { askAgain: ask, close };
}

function versionIn(body: unknown): string {
  const info = body as { system?: { version?: unknown } } | null;
  return typeof info?.system?.version === 'string' ? info.system.version : 'unknown';
}
