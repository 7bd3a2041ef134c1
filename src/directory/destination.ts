import type { Destination, HangUpCause } from '../core/settings.ts';

/** What a destination may look like, for error messages and help. */
export const DESTINATION_FORMS =
  'group:NAME, queue:NAME, user:NAME, number:+NUMBER[,else=DESTINATION], dialplan:CONTEXT,EXTEN,PRIORITY or hang-up[:CAUSE]';

/** The causes that `hang-up:CAUSE` knows. */
export const HANG_UP_CAUSES: readonly HangUpCause[] = [
  'normal',
  'busy',
  'no-answer',
  'declined',
  'answered-elsewhere',
  'unallocated',
  'unreachable',
  'congestion',
];

const NAME = /^[a-z0-9._-]{1,64}$/;

/** Reads a destination as people write it (see `DESTINATION_FORMS`); null when it is none. */
export function parseDestination(text: string): Destination | null {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? null : text.slice(colon + 1);
  switch (kind) {
    case 'group':
      return rest !== null && NAME.test(rest) ? { to: 'group', group: rest } : null;
    case 'queue':
      return rest !== null && NAME.test(rest) ? { to: 'queue', queue: rest } : null;
    case 'user':
      return rest !== null && NAME.test(rest) ? { to: 'user', user: rest } : null;
    case 'number':
      return rest === null ? null : parseNumber(rest);
    case 'dialplan':
      return rest === null ? null : parseDialplan(rest);
    case 'hang-up': {
      const cause = HANG_UP_CAUSES.find((known) => known === (rest ?? 'normal'));
      return cause === undefined ? null : { to: 'hang-up', cause };
    }
    default:
      return null;
  }
}

/** Writes a destination the way `parseDestination` reads it. */
export function printDestination(to: Destination): string {
  switch (to.to) {
    case 'group':
      return `group:${to.group}`;
    case 'queue':
      return `queue:${to.queue}`;
    case 'user':
      return `user:${to.user}`;
    case 'number': {
      const { number, otherwise } = to;
      return `number:${number}${otherwise === undefined ? '' : `,else=${printDestination(otherwise)}`}`;
    }
    case 'dialplan':
      return `dialplan:${to.context},${to.exten},${to.priority}`;
    case 'hang-up':
      return to.cause === 'normal' ? 'hang-up' : `hang-up:${to.cause}`;
  }
}

/** All the places that a destination may come to: it, and what it falls back on. */
export function placesOf(to: Destination): readonly Destination[] {
  return to.to === 'number' && to.otherwise !== undefined ? [to, ...placesOf(to.otherwise)] : [to];
}

function parseNumber(text: string): Destination | null {
  const [, number, written] = /^(\+[1-9]\d{4,14})(?:,else=(.+))?$/.exec(text) ?? [];
  if (number === undefined) return null;
  if (written === undefined) return { to: 'number', number };
  const otherwise = parseDestination(written);
  return otherwise === null ? null : { to: 'number', number, otherwise };
}

function parseDialplan(text: string): Destination | null {
  const match = /^([A-Za-z0-9_-]{1,79}),([A-Za-z0-9*#+_.-]{1,79})(?:,(\d{1,4}))?$/.exec(text);
  const [, context, exten, priority] = match ?? [];
  if (context === undefined || exten === undefined || priority === '0') {
    return null;
  }
  return { to: 'dialplan', context, exten, priority: Number(priority ?? '1') };
}
