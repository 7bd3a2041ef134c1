import { numberBarred } from '../calls/station-leg.ts';
import { compareIds } from '../ordered.ts';
import type { Agent } from '../state.ts';
import type { Station } from '../station.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { phonesAt, updateReachable } from './agent.ts';

type Refusal = { readonly code: string; readonly message: string };

/** Why the agent cannot take calls at this station; null when they can. A number has to be allowed, nobody else's, and free. */
export function stationRefusal(turn: Turn, agent: Agent, station: Station): Refusal | null {
  if (station.kind === 'number') return numberRefusal(turn, agent, station.number, station);
  const user = turn.world.state.users.get(agent.id);
  if (user !== undefined && phonesAt(user, station).length > 0) return null;
  if (user === undefined || user.phones.length === 0)
    return { code: 'no-phone', message: `${agent.id} has no phone: give the user an extension first` };
  const other = station.kind === 'browser' ? 'a phone over ws or wss' : 'a phone that is none in a browser';
  return {
    code: 'no-phone',
    message: `station: expected ${other} of ${agent.id}; they have none (cordboard phone add)`,
  };
}

function numberRefusal(turn: Turn, agent: Agent, number: string, to: Station & { kind: 'number' }): Refusal | null {
  const { state } = turn.world;
  if (!/^\+\d{4,15}$/.test(number))
    return { code: 'invalid', message: `station: expected a number in E.164, such as +33612345678; got ${number}` };
  const route = [...state.routes.values()]
    .sort((a, b) => compareIds(a.id, b.id))
    .find((one) => fits(one.number, number));
  if (route !== undefined) {
    const message = `station: expected a number outside; ${number} comes in here again (route ${route.id})`;
    return { code: 'invalid', message };
  }
  const barred = numberBarred(turn, agent.id, to)?.why ?? null;
  if (barred !== null) {
    const message = `station: expected a number that ${agent.id} may dial (cordboard outbound show user:${agent.id}); got ${number}, ${to.class}: ${barred}`;
    return { code: 'station-not-allowed', message };
  }
  const others = [...state.agents.values()].sort((a, b) => compareIds(a.id, b.id));
  const taken = others.find(
    ({ id, station }) => id !== agent.id && station.kind === 'number' && station.number === number,
  );
  if (taken !== undefined)
    return {
      code: 'station-taken',
      message: `station: expected a number of nobody else's; ${taken.id} takes calls at ${number}`,
    };
  const busy = [...state.calls.values()].find((call) => call.phase !== 'ended' && call.outbound?.number === number);
  if (busy !== undefined)
    return {
      code: 'station-in-use',
      message: `station: expected a number that is free; call ${busy.id} goes to ${number} just now`,
    };
  return null;
}

/** A route for every number (`*`) says nothing of this one. */
function fits(route: string, number: string): boolean {
  if (!route.endsWith('*')) return route === number;
  return route.length > 1 && number.startsWith(route.slice(0, -1));
}

/** The agent takes calls there from now on. What rings already rings on. */
export function setStation(turn: Turn, agent: Agent, station: Station): void {
  const { station: before } = agent;
  const number = station.kind === 'number' ? station.number : null;
  if (before.kind === station.kind && number === (before.kind === 'number' ? before.number : null)) return;
  agent.station = station;
  agent.barred = null;
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-station', agent: agent.id, station });
  updateReachable(turn, agent.id, 'station');
}
