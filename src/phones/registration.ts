import { Registerer, type UserAgent } from 'sip.js';
import { quietly } from './incoming-call.ts';
import type { PhoneHappening } from './phone-event.ts';

/** A phone's place at the registrar (RFC 3261 §10), kept until it is given up. */
export type Registration = {
  readonly registered: boolean;
  /** Connects where needed and registers; rejects with why not. From then on a lost connection is made again. */
  register(): Promise<void>;
  /** Takes the contact away; resolves at once where there is none. */
  unregister(): Promise<void>;
  /** The socket is gone, and the contact with it. */
  lost(): void;
  /** From now on nothing is done about a loss. */
  abandon(): void;
  /** Ends SIP.js's own timers; the socket must be gone. */
  dispose(): void;
};

const REGISTER_MS = 10_000;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;

/** Keeps one contact of `user`, refreshed by SIP.js before `expiresS` seconds are over. */
export function keepRegistration(
  agent: UserAgent,
  user: string,
  expiresS: number,
  tell: (happening: PhoneHappening) => void,
): Registration {
  let registerer = new Registerer(agent, { expires: expiresS });
  let registered = false;
  let stayRegistered = false;
  let reconnecting: NodeJS.Timeout | null = null;

  async function sendRegister(): Promise<void> {
    await agent.start();
    await agent.transport.connect();
    let answered = false;
    const asked = within(REGISTER_MS, `no answer to REGISTER of ${user}`, (resolve, reject) => {
      registerer
        .register({
          requestDelegate: {
            onAccept: () => {
              answered = true;
              resolve();
            },
            onReject: ({ message }) => {
              answered = true;
              const [sip, why] = [message.statusCode ?? 0, message.reasonPhrase ?? ''];
              tell({ type: 'refused', sip, why });
              reject(new Error(`REGISTER of ${user} was refused: ${sip} ${why}`));
            },
          },
        })
        .catch(reject);
    });
    await asked.catch(async (error: unknown) => {
      if (!answered) await beginAnew();
      throw error;
    });
    registered = true;
    tell({ type: 'registered' });
  }

  /**
   * An Asterisk that comes up swallows what it is asked at first, and SIP.js sends no other REGISTER until 32 s are over (timer F): the
   * next one is another registerer's, on another socket, so that no late answer comes to the old one.
   */
  async function beginAnew(): Promise<void> {
    await agent.transport.disconnect().catch(() => undefined);
    quietly(() => registerer.dispose());
    registerer = new Registerer(agent, { expires: expiresS });
  }

  /** Goes on for ever, since Asterisk may be restarted under a phone that is left running. */
  function reconnect(delayMs: number): void {
    reconnecting = setTimeout(() => {
      reconnecting = null;
      sendRegister().catch(() => {
        if (stayRegistered && reconnecting === null) reconnect(Math.min(delayMs * 2, RECONNECT_MAX_MS));
      });
    }, delayMs);
  }

  function abandon(): void {
    stayRegistered = false;
    if (reconnecting !== null) clearTimeout(reconnecting);
    reconnecting = null;
  }

  return {
    get registered() {
      return registered;
    },
    async register() {
      abandon();
      await sendRegister();
      stayRegistered = true;
    },
    async unregister() {
      abandon();
      if (!registered) return;
      await within(REGISTER_MS, `no answer to un-REGISTER of ${user}`, (resolve, reject) => {
        const done = () => resolve();
        registerer.unregister({ requestDelegate: { onAccept: done, onReject: done } }).catch(reject);
      });
      registered = false;
      tell({ type: 'unregistered' });
    },
    lost() {
      registered = false;
      if (stayRegistered && reconnecting === null) reconnect(RECONNECT_MIN_MS);
    },
    abandon,
    dispose() {
      registered = false;
      quietly(() => registerer.dispose());
    },
  };
}

/** A promise with a deadline, for answers that may never come. */
function within(
  ms: number,
  why: string,
  start: (resolve: () => void, reject: (error: unknown) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${why} within ${ms} ms`)), ms);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    start(
      () => settle(resolve),
      (error) => settle(() => reject(error)),
    );
  });
}
