import { explain, hindranceOf } from '../core/explain.ts';
import { explainAgent } from '../core/explain-agent.ts';
import { explainCall } from '../core/explain-call.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { World } from '../core/world.ts';
import type { OfferStory, WhyAnswer, WhyAsk } from '../protocol/why.ts';

/** Answers from a world, the engine's own or one of the past; changes nothing. */
export function answerWhy(world: World, ask: WhyAsk, now: number): WhyAnswer {
  const { calls, agents } = world.state;
  const call = calls.get(ask.call ?? '');
  if (ask.about === 'call') {
    const explanation = call === undefined ? null : explainCall(world, call, now, ask.limit);
    return { call: explanation, agent: null, towards: null };
  }
  const agent = agents.get(ask.agent);
  if (agent === undefined) return { call: null, agent: null, towards: null };
  const towards = call && {
    call: call.id,
    queue: call.queue,
    standing: explain(world, call, agent, now),
    hindrance: hindranceOf(world, call),
  };
  return { call: null, agent: explainAgent(world, agent, now), towards: towards ?? null };
}

/** The offers of a call, from its facts, in the order in which they were made. */
export function offerStories(facts: readonly NumberedFact[]): readonly OfferStory[] {
  return facts.flatMap((fact): readonly OfferStory[] => {
    if (fact.type !== 'offer-made') return [];
    const { offer, agent, queue, at, why } = fact;
    const end = facts.find((one) => one.type === 'offer-ended' && one.offer === offer);
    const ended = end?.type === 'offer-ended' ? end : null;
    return [
      {
        offer,
        agent,
        queue,
        at,
        why,
        outcome: ended?.outcome ?? null,
        endedAt: ended?.at ?? null,
        rangMs: ended?.rangMs ?? 0,
        members: null,
      },
    ];
  });
}
