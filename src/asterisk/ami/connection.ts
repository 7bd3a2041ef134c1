import createManager from 'asterisk-manager';
import { type AmiEvent, decodeEvent } from './event.ts';

/** Where Asterisk's manager is and who we are there. Times in ms. */
export type AmiAccess = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  /** From the first packet to FullyBooted (default 10,000: Asterisk may still be starting). */
  readonly handshakeMs?: number;
  /** How long an action waits for its response (default 5,000). */
  readonly actionMs?: number;
};

/** One connection to AMI. */
export type AmiConnection = {
  /**
   * Sends an action and resolves when Asterisk says Success. Rejects when Asterisk says Error, when no answer comes in time, when
   * the connection ends, and at once when a name or value holds a control character.
   */
  action(name: string, fields: Readonly<Record<string, string>>): Promise<void>;
  /** As `action`, and gives what Asterisk answered: keys in lower case, a key that came several times is a list. */
  ask(name: string, fields: Readonly<Record<string, string>>): Promise<AmiMessage>;
  /** Ends it; `onEnd` is not called. What waits is rejected. */
  close(): void;
};
/** A message in asterisk-manager's shape. */
export type AmiMessage = Readonly<Record<string, unknown>>;

export type AmiHandlers = {
  /** Logged in, fully booted, and only events of the classes `system` and `user` come. */
  onReady(): void;
  onEvent(event: AmiEvent): void;
  /** Every event as it came, known or not: for who asks for a list that the daemon itself never needs. */
  onMessage?(message: AmiMessage): void;
  /** The connection is over; nothing of it is used again. */
  onEnd(why: string): void;
};

type Pending = { readonly reject: (error: Error) => void; readonly timer: NodeJS.Timeout };

let lastAction = 0;

/**
 * A shell round asterisk-manager, which passes line breaks on into the protocol, never answers what was pending at a
 * disconnect, carries half a message over a reconnect and prints to the console when it reconnects: here each connection
 * has a fresh instance that never reconnects, every value is checked and everything has a deadline.
 */
export function openAmi(access: AmiAccess, handlers: AmiHandlers): AmiConnection {
  const manager = createManager(null, null, access.user, access.secret, true);
  const socket = new AbortController();
  const pending = new Map<string, Pending>();
  const handshakeMs = access.handshakeMs ?? 10_000;
  let ended = false;
  let booted = (): void => undefined;
  const fullyBooted = new Promise<void>((resolve) => {
    booted = resolve;
  });
  const handshake = setTimeout(() => end(`not ready after ${handshakeMs} ms`), handshakeMs);

  manager.on('error', (error) => end(error.message));
  manager.on('close', () => end('closed by Asterisk'));
  manager.on('managerevent', (message) => {
    if (!ended) handlers.onMessage?.(message);
    const event = decodeEvent(message);
    if (ended || event === null) return;
    if (event.type === 'fully-booted') booted();
    else handlers.onEvent(event);
  });
  const wrong = hasControl(access.user) || hasControl(access.secret);
  if (wrong) setImmediate(() => end('the user or the secret holds a control character'));
  // Its own disconnect leaves a socket that is still connecting, or whose peer is dead; the signal ends any.
  else manager.connect({ port: access.port, host: access.host, signal: socket.signal }, undefined, login);

  function login(): void {
    if (ended) return;
    manager.login((error) => {
      if (error !== undefined) end(`the login was refused: ${String(error.message ?? 'no reason given')}`);
      else prepare().catch((failure: Error) => end(failure.message));
    });
  }

  async function prepare(): Promise<void> {
    await fullyBooted;
    // The class `call` would bring about forty events a call that nobody reads.
    await action('Events', { EventMask: 'system,user' });
    if (ended) return;
    clearTimeout(handshake);
    handlers.onReady();
  }

  async function action(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await ask(name, fields);
  }

  function ask(name: string, fields: Readonly<Record<string, string>>): Promise<AmiMessage> {
    const wrongField = Object.entries({ Action: name, ...fields }).find(([key, value]) => hasControl(key + value));
    if (wrongField !== undefined) {
      return Promise.reject(new Error(`AMI ${name}: ${JSON.stringify(wrongField[0])} holds a control character`));
    }
    if (ended) return Promise.reject(new Error(`AMI ${name}: not connected`));
    lastAction += 1;
    const actionId = `cordboard-${lastAction}`;
    const actionMs = access.actionMs ?? 5_000;
    return new Promise((resolve, reject) => {
      // Behind the next poll: after a stall the timer fires before the answer in the socket is read.
      const late = (): void => {
        if (pending.delete(actionId)) reject(new Error(`AMI ${name}: no answer in ${actionMs} ms`));
      };
      const timer = setTimeout(() => setImmediate(late), actionMs);
      pending.set(actionId, { reject, timer });
      manager.action({ ...fields, action: name, actionid: actionId }, (error, response) => {
        if (!pending.delete(actionId)) return;
        clearTimeout(timer);
        if (error === undefined) resolve(response);
        else reject(new Error(`AMI ${name}: ${String(error.message ?? 'refused')}`));
      });
    });
  }

  function end(why: string): void {
    if (ended) return;
    shut(why);
    handlers.onEnd(why);
  }

  function shut(why: string): void {
    ended = true;
    clearTimeout(handshake);
    socket.abort();
    const waiting = [...pending.values()];
    pending.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(new Error(`AMI: ${why}`));
    }
  }

  return {
    action,
    ask,
    close() {
      if (!ended) shut('closed by us');
    },
  };
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
