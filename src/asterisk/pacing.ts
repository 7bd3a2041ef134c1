import type { PbxCommand } from './perform.ts';

/** Sends commands with the pressing ones first; see `createPacing`. */
export type Pacing = { send(command: PbxCommand): void; close(): void };

/** How long a command that nobody waits for gives way to the others, and once more so long when a phone is just being rung. */
const giveWayMs = 10;

/** What is held for one leg or call, in order. */
type Held = { readonly commands: PbxCommand[]; cancel: () => void };

type Port = {
  readonly send: (command: PbxCommand) => void;
  readonly later: (ms: number, run: () => void) => () => void;
  /** A leg is made, and its phone is not being rung yet. */
  readonly isRinging: () => boolean;
};

/**
 * ARI runs the requests of one socket one after the other, and answering a caller and starting music take it a millisecond:
 * between `create` and `dial` that is a millisecond for which a caller waits on a free agent. So commands that nobody
 * waits for give way for 10 ms each, and for 10 more when some phone is just being rung. Each is held under its own leg or
 * call, and whatever else is sent about that leg or call sends what is held first: the order in which one call sees its
 * commands never changes.
 */
export function createPacing({ send, later, isRinging }: Port): Pacing {
  const held = new Map<string, Held>();

  function release(key: string): void {
    const its = held.get(key);
    if (its === undefined) return;
    held.delete(key);
    its.cancel();
    for (const command of its.commands) send(command);
  }

  function hold(key: string, command: PbxCommand): void {
    const before = held.get(key);
    if (before !== undefined) return void before.commands.push(command);
    const its: Held = { commands: [command], cancel: () => undefined };
    held.set(key, its);
    its.cancel = later(giveWayMs, () => {
      if (isRinging()) its.cancel = later(giveWayMs, () => release(key));
      else release(key);
    });
  }

  return {
    send(command) {
      if (command.do === 'create-leg' || command.do === 'create-trunk-leg' || command.do === 'dial-leg')
        return send(command);
      const keys = keysOf(command);
      const [key] = keys;
      if (key !== undefined && givesWay(command)) return hold(key, command);
      for (const one of keys) release(one);
      send(command);
    },
    close() {
      for (const key of [...held.keys()]) release(key);
    },
  };
}

/** A caller hears music, or that the agent has left, a few milliseconds later; nobody waits for a lease or an empty room. */
function givesWay(command: PbxCommand): boolean {
  switch (command.do) {
    case 'lease':
      return command.peer === null;
    case 'answer':
    case 'progress':
    case 'open-room':
    case 'close-room':
      return true;
    case 'hear':
      return command.what !== 'silence';
    case 'hang-up':
      return !command.leg.startsWith('cb-');
    default:
      return false;
  }
}

function keysOf(command: PbxCommand): readonly string[] {
  switch (command.do) {
    case 'join':
      return [command.call, ...command.legs];
    case 'open-room':
    case 'close-room':
      return [command.call];
    case 'survey':
      return [];
    default:
      return [command.leg];
  }
}
