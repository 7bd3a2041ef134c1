import type { AriEvent } from './port.ts';

/** The events that are of use, and where each says which channel it is about. */
const subjects: ReadonlyMap<string, 'channel' | 'peer' | null> = new Map([
  ['StasisStart', 'channel'],
  ['StasisEnd', 'channel'],
  ['ChannelDestroyed', 'channel'],
  ['ChannelStateChange', 'channel'],
  ['Dial', 'peer'],
  ['ChannelDtmfReceived', 'channel'],
  ['PlaybackFinished', null],
  ['ApplicationReplaced', null],
]);

/**
 * What is odd about an event, as one of a few fixed sentences; null when nothing is. Asterisk's filter lets no other type
 * through once it is set, so an odd one means the moment before that, another version, or a filter that somebody took away.
 */
export function oddityOf(event: AriEvent): string | null {
  const subject = subjects.get(event.type);
  if (subject === undefined) return 'an event of a type that was not asked for';
  if (subject === null) return null;
  const about: unknown = event[subject];
  const id = typeof about === 'object' && about !== null && 'id' in about ? about.id : null;
  return typeof id === 'string' && id !== '' && id.length < 150 && !/[\p{Cc}\p{Cs}]/u.test(id)
    ? null
    : `${event.type} about no channel that could be`;
}
