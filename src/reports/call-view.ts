import type { NumberedFact } from '../core/facts.ts';
import type { Call } from '../core/state.ts';
import type { CallView } from '../protocol/calls.ts';

type Caller = { readonly number: string; readonly name: string } | null;

/** A call that lives, from its row. */
export function openCallView(call: Call, caller: Caller, now: number): CallView {
  return {
    id: call.id,
    kind: call.kind,
    phase: call.phase,
    dialled: call.dialled,
    from: call.from,
    callerNumber: caller?.number ?? null,
    callerName: caller?.name ?? null,
    queue: call.queue,
    priority: call.queue === null ? null : call.priority,
    needs: call.queue === null ? null : call.needs,
    arrivedAt: call.arrivedAt,
    connectedAt: call.connectedAt,
    partner: call.partner?.user ?? null,
    endedAt: null,
    ending: null,
    now,
  };
}

/** A call from the past, from its facts; null when its arrival is no longer kept. */
export function pastCallView(facts: readonly NumberedFact[], caller: Caller, now: number): CallView | null {
  const arrival = facts.find((fact) => fact.type === 'call-arrived');
  if (arrival === undefined) {
    return null;
  }
  let view: CallView = {
    id: arrival.call,
    kind: arrival.kind,
    phase: 'waiting',
    dialled: arrival.dialled,
    from: arrival.user,
    callerNumber: caller?.number ?? null,
    callerName: caller?.name ?? null,
    queue: null,
    priority: null,
    needs: null,
    arrivedAt: arrival.at,
    connectedAt: null,
    partner: null,
    endedAt: null,
    ending: null,
    now,
  };
  for (const fact of facts) {
    if (fact.type === 'call-queued') view = { ...view, queue: fact.queue, priority: fact.priority, needs: fact.needs };
    if (fact.type === 'call-rose') view = { ...view, priority: fact.priority };
    if (fact.type === 'call-relaxed') view = { ...view, needs: fact.needs };
    if (fact.type === 'call-connected') view = { ...view, phase: 'talking', connectedAt: fact.at, partner: fact.user };
    if (fact.type === 'call-ended') view = { ...view, phase: 'ended', endedAt: fact.at, ending: fact.ending };
  }
  return view;
}
