import type { Event } from '../../src/core/events.ts';
import type { Driver } from './driver.ts';

export type Surveyed = Extract<Event, { type: 'surveyed' }>;

/** Asterisk has exactly what the rows say. */
export function asRowsSay({ world: { state } }: Driver): Surveyed {
  const states = { up: 'up', joined: 'up', ringing: 'ringing', requested: 'down', dialling: 'down' } as const;
  const legs = [...state.legs.values()].map(({ id, phase }) => ({ leg: id, state: states[phase], arrival: null }));
  const rooms = [...state.calls.values()].flatMap((call) =>
    call.roomOpen ? [{ call: call.id, legs: call.partner ? [call.caller, call.partner.leg] : [] }] : [],
  );
  return { type: 'surveyed', full: false, pbxStarted: state.meta.pbxStarted, legs, rooms };
}
