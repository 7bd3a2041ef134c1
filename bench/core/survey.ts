import type { Event } from '../../src/core/events.ts';
import { step } from '../../src/core/step.ts';
import { desired } from '../../src/core/topology.ts';
import type { World } from '../../src/core/world.ts';

/** How many surveys are stepped; the median counts. */
const rounds = 9;

/** How long one periodic survey of a company in full swing takes, in ms each: the longest step that a healthy engine makes. */
export function surveyMs(world: World, now: number): number[] {
  const { state } = world;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const event = whatShouldBe(world, now);
    const began = performance.now();
    const { facts } = step(world, event, now);
    times.push(performance.now() - began);
    const repaired = facts.find((fact) => fact.type === 'repaired');
    if (repaired !== undefined) throw new Error(`a survey of what should be repaired ${JSON.stringify(repaired)}`);
    state.meta.askedAt = now;
  }
  return times;
}

/** Asterisk as the rows would have it. */
function whatShouldBe({ state }: World, now: number): Event {
  const { legs, rooms } = desired(state);
  const states = { requested: 'down', dialling: 'down', ringing: 'ringing', up: 'up', joined: 'up' } as const;
  state.meta.askedAt = now;
  return {
    type: 'surveyed',
    full: false,
    askedAt: now,
    pbxStarted: state.meta.pbxStarted,
    legs: [...legs.keys()].map((id) => ({
      leg: id,
      state: states[state.legs.get(id)?.phase ?? 'up'],
      arrival: state.legs.get(id)?.role === 'caller' ? { dialled: '8', phone: null } : null,
    })),
    rooms: [...rooms].filter(([, room]) => room.open).map(([call, room]) => ({ call, legs: room.legs })),
  };
}
