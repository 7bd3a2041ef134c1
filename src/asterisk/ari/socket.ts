import { createBackoff } from '../../lib/backoff.ts';
import { type AriOptions, type Connection, openConnection } from './connection.ts';
import { createGhosts } from './ghosts.ts';
import { oddityOf } from './oddity.ts';
import type { AriEvent, AriHandlers, AriLink } from './port.ts';
import { noAnswer } from './requests.ts';

export type { AriOptions } from './connection.ts';

/** Asterisk works off what lay in its socket in this time after it is there again, at the latest. */
const ghostMs = 30_000;

/**
 * Connects to ARI for ever: events and REST share one WebSocket (Asterisk documentation, "ARI REST over WebSocket").
 * A lost connection first calls `onDown` and then answers what was in flight with status 0, in order; while none is up
 * every request is answered so. After `ApplicationReplaced` the link is fenced: it closes and does not come back, unless
 * the other connection can be one of its own that it had given up.
 */
export function connectAri(options: AriOptions, handlers: AriHandlers): AriLink {
  const log = options.log;
  const backoff = createBackoff({ firstMs: 100, lastMs: 2_000 });
  let connection: Connection | null = null;
  let retry: NodeJS.Timeout | null = null;
  let closed = false;
  const odd = new Set<string>();
  const ghosts = createGhosts();

  /** Each kind is said once in the life of the link: a broken peer must not fill the disk. */
  function noteOddity(event: AriEvent): void {
    const oddity = oddityOf(event);
    if (oddity === null || odd.has(oddity)) return;
    odd.add(oddity);
    log.info(
      { type: event.type.slice(0, 40) },
      `ARI sent ${oddity}; it says nothing to us, and this is not said again`,
    );
  }

  function open(): void {
    retry = null;
    connection = openConnection(options, {
      onUp() {
        log.info({ host: options.host, port: options.port, failed: backoff.attempts() }, 'ARI is up');
        backoff.reset();
        ghosts.areToldBy(performance.now() + ghostMs);
        handlers.onUp();
      },
      onEvent(event) {
        noteOddity(event);
        handlers.onEvent(event);
      },
      onReplaced(forgive) {
        if (ghosts.take(performance.now())) return forgive('an earlier connection of our own came through late');
        log.error({ app: options.app }, 'another process took our ARI application over: stopping');
        close();
        handlers.onReplaced();
      },
      onEnd(why, wasUp, haunts) {
        connection = null;
        if (haunts) ghosts.add();
        const delayMs = backoff.next();
        if (wasUp) log.warn({ why, delayMs }, 'ARI was lost; connecting again for ever');
        else if (backoff.worthSaying()) {
          log.warn({ why, attempts: backoff.attempts(), delayMs }, 'ARI is not reachable; trying for ever');
        }
        retry = setTimeout(open, delayMs);
        if (wasUp) handlers.onDown(why);
      },
    });
  }

  function close(): void {
    closed = true;
    if (retry !== null) clearTimeout(retry);
    retry = null;
    const last = connection;
    connection = null;
    last?.close();
  }

  open();
  return {
    request(request, done) {
      // Refusals are put off by one turn: a caller that asks again from `done` must not starve the socket.
      if (closed || connection === null || !connection.request(request, done)) setImmediate(done, noAnswer);
    },
    close,
  };
}
