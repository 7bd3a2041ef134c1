import type { Station } from '../core/station.ts';
import { createNumbering, type DialPlan } from '../numbering/numbering.ts';
import type { StationAsked } from '../protocol/agents.ts';
import { Refusal } from './refusal.ts';

/** The station that was asked for, its number in E.164. Throws a `Refusal`; whether the agent may use it is the engine's to say. */
export function stationOf(plan: DialPlan, asked: StationAsked): Station {
  if (asked.kind !== 'number') return { kind: asked.kind };
  const numbering = createNumbering(plan);
  const e164 = numbering.written(asked.number);
  const to = e164 === null ? null : numbering.dialled(e164);
  if (to === null) {
    const how = plan.country === null ? 'with + and the country code' : 'as one dials it, or with +';
    throw new Refusal('invalid', `station: expected a number outside, ${how}; got ${asked.number}`, 'station');
  }
  return { kind: 'number', ...to };
}
