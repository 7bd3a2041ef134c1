import { isOurs } from '../../core/turn.ts';
import { oddityOf } from './oddity.ts';
import type { AriEvent, AriRequest, AriResponse } from './port.ts';

/** Follows the channels of callers; see `createCallers`. */
export type Callers = { saw(event: AriEvent): void; close(): void };

/** How long a subscription gives way to the requests that ring the agent. */
const giveWayMs = 10;

/**
 * Subscribes to each caller's own channel, or Asterisk tells nothing when they hang up; legs that we create are subscribed
 * by their making. One subscription to all endpoints would do it too, but then Asterisk makes each message of each channel
 * into JSON twice, in one thread: at 1,000 agents that is its bottleneck. A caller who left before the subscription is
 * told of by its refusal, as an event of our own making with the cause unknown.
 */
export function createCallers(
  app: string,
  request: (request: AriRequest, done: (response: AriResponse) => void) => boolean,
  gone: (event: AriEvent) => void,
): Callers {
  const waiting = new Set<NodeJS.Timeout>();

  function subscribe(id: string): void {
    const uri = `applications/${encodeURIComponent(app)}/subscription?eventSource=channel%3A${encodeURIComponent(id)}`;
    request({ method: 'POST', uri }, ({ status }) => {
      if (status >= 400) gone({ type: 'ChannelDestroyed', channel: { id }, cause: 0 });
    });
  }

  return {
    saw(event) {
      // An id that no request could carry must not be put into one.
      if (event.type !== 'StasisStart' || oddityOf(event) !== null) return;
      const id = (event.channel as { id?: unknown } | undefined)?.id;
      if (typeof id !== 'string' || isOurs(id)) return;
      const timer = setTimeout(() => {
        waiting.delete(timer);
        subscribe(id);
      }, giveWayMs);
      waiting.add(timer);
    },
    close() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}
