import type { Command } from './commands.ts';
import type { Event } from './events.ts';
import { isOurs } from './turn.ts';

/**
 * Whether nobody waits for this: a caller hears music, or that the agent has left, a few milliseconds later, and nobody sees a
 * lease or an empty room. All else presses: a phone is rung, two are joined, somebody is told.
 */
export function canWait(command: Command): boolean {
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
      return !isOurs(command.leg);
    default:
      return false;
  }
}

/** Whether a full survey finds what this event tells: who is there, and who is gone. How a leg ended is lost with it. */
export function isFoundBySurvey({ type }: Event): boolean {
  switch (type) {
    case 'caller-arrived':
    case 'leg-created':
    case 'leg-rang':
    case 'leg-answered':
    case 'leg-left':
    case 'leg-gone':
    case 'leg-refused':
    case 'joined':
    case 'join-refused':
      return true;
    default:
      return false;
  }
}
