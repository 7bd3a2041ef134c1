import type { PbxCommand } from './perform.ts';

/** Sends commands with the pressing ones first; see `createPacing`. */
export type Pacing = { send(command: PbxCommand): void; close(): void };

/** How long a command that nobody waits for gives way to the others. */
const giveWayMs = 10;

/**
 * ARI runs the requests of one socket one after the other, and answering a caller and starting music take it a millisecond:
 * between `create` and `dial` that is a millisecond for which a caller waits on a free agent. So commands that nobody
 * waits for give way for up to 10 ms. Each is held under its own leg or call, and whatever else is sent about that leg or call
 * sends what is held first: the order in which one call sees its commands never changes.
 */
export function createPacing(
  send: (command: PbxCommand) => void,
  later: (ms: number, run: () => void) => () => void,
): Pacing {
  const held = new Map<string, PbxCommand[]>();
  let cancel: (() => void) | null = null;

  function release(key: string): void {
    const commands = held.get(key);
    if (commands === undefined) return;
    held.delete(key);
    for (const command of commands) send(command);
  }

  function releaseAll(): void {
    cancel = null;
    for (const key of [...held.keys()]) release(key);
  }

  return {
    send(command) {
      if (command.do === 'create-leg' || command.do === 'create-trunk-leg' || command.do === 'dial-leg')
        return send(command);
      if (!givesWay(command)) {
        for (const key of keysOf(command)) release(key);
        return send(command);
      }
      const [key = ''] = keysOf(command);
      const commands = held.get(key) ?? [];
      held.set(key, commands);
      commands.push(command);
      cancel ??= later(giveWayMs, releaseAll);
    },
    close() {
      cancel?.();
      releaseAll();
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
