import { canWait } from '../core/patience.ts';
import type { PbxCommand } from './perform.ts';

/** Sends commands with the pressing ones first; see `createPacing`. */
export type Pacing = { send(command: PbxCommand): void; close(): void };

/** How long a command that nobody waits for gives way to the others. */
const giveWayMs = 200;
/** How long the end of a caller does, whose line is taken until then; and how much longer all do while a phone is just being rung. */
const giveWayShortMs = 10;

/** What is held for one leg or call, in order. */
type Held = { readonly commands: PbxCommand[]; cancel: () => void };
type Hear = Extract<PbxCommand, { do: 'hear' }>;

type Port = {
  readonly send: (command: PbxCommand) => void;
  readonly later: (ms: number, run: () => void) => () => void;
  /** A leg is made, and its phone is not being rung yet. */
  readonly isRinging: () => boolean;
};

/**
 * ARI runs the requests of one socket one after the other, and answering a caller and starting music take it a millisecond:
 * between `create` and `dial` that is a millisecond for which a caller waits on a free agent. So commands that nobody
 * waits for give way for 200 ms each, and for 10 more when some phone is just being rung. Each is held under its own leg or
 * call, and whatever else is sent about that leg or call sends what is held first: the order in which one call sees its
 * commands never changes. Music that would end before it began is not asked for: on a machine that is full, starting it
 * for every caller who waits a moment is what would keep them waiting.
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
    const its = held.get(key) ?? { commands: [], cancel: () => undefined };
    its.commands.push(command);
    const isEnd = command.do === 'hang-up';
    if (held.has(key) && !isEnd) return;
    held.set(key, its);
    its.cancel();
    its.cancel = later(isEnd ? giveWayShortMs : giveWayMs, () => {
      if (isRinging()) its.cancel = later(giveWayShortMs, () => release(key));
      else release(key);
    });
  }

  /** Takes a change of what is heard together with one that is still held; null where nothing is left of the two. */
  function merged(command: Hear): Hear | null {
    const commands = held.get(command.leg)?.commands ?? [];
    const place = commands.findIndex((one) => one.do === 'hear');
    const before = commands[place];
    if (before?.do !== 'hear') return command;
    commands.splice(place, 1);
    return before.was === command.what ? null : { ...command, was: before.was };
  }

  return {
    send(asked) {
      const command = asked.do === 'hear' ? merged(asked) : asked;
      if (command === null) return;
      if (command.do === 'create-leg' || command.do === 'create-trunk-leg' || command.do === 'dial-leg')
        return send(command);
      const keys = keysOf(command);
      const [key] = keys;
      if (key !== undefined && canWait(command)) return hold(key, command);
      for (const one of keys) release(one);
      send(command);
    },
    close() {
      for (const key of [...held.keys()]) release(key);
    },
  };
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
