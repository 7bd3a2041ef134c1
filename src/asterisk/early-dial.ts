import type { Command } from '../core/commands.ts';
import type { PbxEvent } from '../core/events.ts';
import type { AriLink } from './ari/port.ts';
import { autoAnswerHeaders, shownAs } from './manners.ts';
import { callerOf } from './translate.ts';

/** Makes legs and dials them in one go; see `createEarlyDial`. */
export type EarlyDial = {
  /** Makes the leg and has its phone rung; what comes of it is posted. */
  ring(command: Extract<Command, { do: 'create-leg' }>): void;
  /** Takes note of an event of Asterisk's; false when it is not to be passed on (yet). */
  passes(event: PbxEvent): boolean;
  /** The leg is about to be hung up: it is not dialled any more. */
  drop(leg: string): void;
  /** A leg was asked for, and its phone is not being rung yet. */
  isRinging(): boolean;
  /** The connection is lost: what was asked on it says nothing any more. */
  forget(): void;
};

type Port = {
  readonly link: () => Pick<AriLink, 'request'>;
  readonly app: string;
  readonly post: (event: PbxEvent) => void;
};

/** A leg that is being made. `started`: its channel is known to be in our application. */
type Making = { readonly command: Extract<Command, { do: 'create-leg' }>; started: boolean; dialled: boolean };

/**
 * A leg may be dialled once its channel is in our application. Its `StasisStart` says so, but the answer to the create comes half
 * a millisecond sooner, and the channel is there by then in 95 of 100 cases: so the dial is sent at whichever comes first.
 * Too early it is refused with 409 ("Channel not in Stasis application"), which harms nobody: the core is told of a leg that is to be
 * dialled when its `StasisStart` has come. A second dial of one channel would end it, so the core hears of the leg only when the
 * answer to the first dial is here.
 */
export function createEarlyDial({ link, app, post }: Port): EarlyDial {
  const making = new Map<string, Making>();

  function dial(its: Making): void {
    if (its.dialled) return;
    its.dialled = true;
    const { leg, for: caller, timeoutMs, announces } = its.command;
    // With `caller` the dial would put the caller's identity over the one that the leg was made with.
    const identity = announces === undefined ? caller : null;
    link().request({ method: 'POST', uri: dialUri(leg, identity, timeoutMs) }, ({ status }) => {
      if (making.get(leg) !== its) return;
      making.delete(leg);
      if (status === 0 || (status === 409 && !its.started)) return;
      post({ type: 'leg-created', leg, ...(status === 409 ? {} : { dialled: true }) });
      if (status !== 409 && !isDone(status)) post({ type: 'leg-refused', leg, status });
    });
  }

  function create(its: Making, variables: Readonly<Record<string, string>>): void {
    const { leg, phone, for: caller } = its.command;
    const query = `endpoint=PJSIP%2F${encodeURIComponent(phone)}&app=${app}&channelId=${leg}&originator=${encodeURIComponent(caller)}`;
    const body = Object.keys(variables).length === 0 ? {} : { body: { variables } };
    link().request({ method: 'POST', uri: `channels/create?${query}`, ...body }, ({ status }) => {
      if (making.get(leg) !== its) return;
      if (isDone(status)) return dial(its);
      making.delete(leg);
      if (status !== 0) post({ type: 'leg-refused', leg, status });
    });
  }

  return {
    ring(command) {
      const { leg, for: caller, announces } = command;
      const its: Making = { command, started: false, dialled: false };
      making.set(leg, its);
      const headers = command.autoAnswer ? autoAnswerHeaders : {};
      if (announces === undefined) return create(its, headers);
      // Whose name stands behind the queue's is asked first: only those who want it shown pay for it.
      link().request({ method: 'GET', uri: `channels/${encodeURIComponent(caller)}` }, ({ status, body }) => {
        if (making.get(leg) !== its) return;
        create(its, { ...headers, ...shownAs(announces, isDone(status) ? callerOf(body) : null) });
      });
    },
    passes(event) {
      if (making.size === 0 || !('leg' in event)) return true;
      const its = making.get(event.leg);
      if (its === undefined) return true;
      // Its end follows, which says all that there is to say.
      if (event.type === 'leg-forwarded') return true;
      if (event.type === 'leg-created') {
        its.started = true;
        dial(its);
        return false;
      }
      making.delete(event.leg);
      // A phone that shows life was dialled, whenever the answer that says so comes.
      if (event.type === 'leg-rang' || event.type === 'leg-answered')
        post({ type: 'leg-created', leg: event.leg, dialled: true });
      return true;
    },
    drop: (leg) => void making.delete(leg),
    isRinging() {
      for (const its of making.values()) if (!its.dialled) return true;
      return false;
    },
    forget: () => making.clear(),
  };
}

/** The request that rings a made leg. `timeoutMs` is rounded up to whole seconds: Asterisk ends the leg then, even when we are dead. */
export function dialUri(leg: string, caller: string | null, timeoutMs: number): string {
  const timeout = Math.max(1, Math.ceil(timeoutMs / 1000));
  const identity = caller === null ? '' : `caller=${encodeURIComponent(caller)}&`;
  return `channels/${encodeURIComponent(leg)}/dial?${identity}timeout=${timeout}`;
}

function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}
