import type { AgentExplanation, QueueExplanation } from '../core/explain-agent.ts';
import type { CallExplanation } from '../core/explain-call.ts';
import { hindranceWords, lasted, reasonWords, standingWords } from './why-words.ts';

/*
 * How a call stands, and an agent, as the lines that a terminal shows: the words are those of why-words.ts.
 */

/** Where a call stands, as lines. */
export function callLines(explanation: CallExplanation): readonly string[] {
  const { at, place, queue, hindrance, counts, agents, enteredAt } = explanation;
  const where =
    queue === null || place === null
      ? []
      : [`place ${place.is} of ${place.of} in ${queue}, waiting for ${lasted(at - enteredAt)}`];
  const nobody = (counts.free ?? 0) === 0 ? ['nobody is free for it'] : [];
  const width = Math.max(0, ...agents.map(({ agent }) => agent.length));
  const told = agents.map((standing) => `  ${standing.agent.padEnd(width)}  ${standingWords(standing)}`);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = all > agents.length ? [`  and ${all - agents.length} more: ${countWords(counts)}`] : [];
  return [...where, ...(hindrance === null ? nobody : [hindranceWords(hindrance)]), ...told, ...more];
}

/** Why an agent's phone is silent, as lines; the first is about them, then one for each of their queues. */
export function agentLines(explanation: AgentExplanation): readonly string[] {
  const { agent, why, more, queues, at } = explanation;
  const head = `${agent}: ${why === null ? 'available' : reasonWords(why, more)}`;
  if (queues.length === 0) return [head, 'in no queue: nothing is ever distributed to them'];
  const idle = why === null && queues.every(({ first }) => first === null);
  const quiet = idle ? [`no call waits in ${queues.map(({ queue }) => queue).join(', ')}`] : [];
  return [head, ...quiet, ...queues.flatMap((queue) => (idle ? placeLine(queue) : queueLine(queue, at, why !== null)))];
}

function placeLine({ queue, place, idle }: QueueExplanation): readonly string[] {
  return place === null ? [] : [`  ${queue}: number ${place} of ${idle} in line for the next one`];
}

/** What keeps every call away is said once, above all queues. */
function queueLine({ queue, waiting, first }: QueueExplanation, at: number, isAway: boolean): readonly string[] {
  if (first === null) return [`  ${queue}: nothing waits`];
  const { standing, hindrance } = first;
  const mine = standing.is === 'free' && hindrance !== null ? hindranceWords(hindrance) : standingWords(standing);
  const line = `  ${queue}: ${waiting} waiting, the first (${first.call}) for ${lasted(at - first.enteredAt)}`;
  return [isAway && standing.is === 'passed-over' ? line : `${line}: ${mine}`];
}

/** `2 wrap-up, 1 not-ready`. */
export function countWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}
