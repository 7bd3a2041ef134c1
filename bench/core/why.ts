import type { World } from '../../src/core/world.ts';
import type { WhyAsk } from '../../src/protocol/why.ts';
import { answerWhy } from '../../src/reports/why.ts';

/** So many calls, and so many agents, are asked about. */
const asked = 20;

/**
 * How long the engine's thread is held by one question why, in ms each: why a call that is being offered went where it went,
 * with 20 members named, and why an agent's phone is silent. The copy that goes to the front's thread is in it.
 */
export function whyMs(world: World, now: number): number[] {
  const { calls, agents } = world.state;
  const waiting = [...calls.values()].filter(({ phase, queue }) => phase === 'waiting' && queue !== null);
  if (waiting.length === 0) throw new Error('no call waits that could be asked about');
  const asks: WhyAsk[] = [
    ...waiting.slice(0, asked).map(({ id }): WhyAsk => ({ about: 'call', call: id, limit: 20 })),
    ...[...agents.keys()].slice(0, asked).map((agent): WhyAsk => {
      return { about: 'agent', agent, call: waiting[0]?.id ?? null };
    }),
  ];
  return asks.map((ask) => {
    const began = performance.now();
    structuredClone(answerWhy(world, ask, now));
    return performance.now() - began;
  });
}
