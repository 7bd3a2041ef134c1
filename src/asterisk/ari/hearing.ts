import type { AriEvent, AriLink } from './port.ts';

/**
 * Whether events still come. Requests are answered on a connection whose application Asterisk has taken away: it does so when an
 * earlier connection of ours, which it took late, ends after the new one has begun. Then callers come and nobody is told.
 */
export type Hearing = {
  /** Sends an event to ourselves. */
  test(): void;
  /** Notes that an event came; true for one of our own, which goes no further. */
  takes(event: AriEvent): boolean;
  /** Tests were answered, and no event of any kind has come since the first of them. */
  isLost(): boolean;
};

/** So many answered tests in a row without an event are no delay any more. */
const mostMissed = 2;
const eventName = 'cordboard-hears';

/** Tests with user events of `app` (Asterisk REST, events/user). */
export function createHearing(app: string, send: (...args: Parameters<AriLink['request']>) => unknown): Hearing {
  const uri = `events/user/${eventName}?application=${encodeURIComponent(app)}`;
  let missed = 0;
  return {
    test() {
      send({ method: 'POST', uri }, ({ status }) => {
        // Whatever it says: it was answered, so the connection lives and only the application can be gone.
        if (status !== 0) missed += 1;
      });
    },
    takes(event) {
      missed = 0;
      return event.type === 'ChannelUserevent' && event.eventname === eventName;
    },
    isLost: () => missed >= mostMissed,
  };
}
