import type { QueueId } from '../settings.ts';
import type { Agent, Offer } from '../state.ts';
import { changedAgent, type Turn } from '../turn.ts';
import { agentIndex } from '../world.ts';

/*
 * The memory of `round-robin`: the number of each member's last turn in each queue. It is kept whatever the strategy is just
 * now.
 */

/** It is this member's turn; turns in queues that the agent has left are forgotten. */
export function takeTurn(turn: Turn, agent: Agent, queue: QueueId): Offer['turn'] {
  const { meta } = turn.world.state;
  const before = agent.turns[queue] ?? 0;
  meta.turn += 1;
  agent.turns[queue] = meta.turn;
  const mine = agentIndex(turn.world.index, agent.id);
  if (mine.hasOldTurns) {
    mine.hasOldTurns = false;
    const isLeft = (id: QueueId): boolean => !mine.seats.some((seat) => seat.queue.id === id);
    for (const id of Object.keys(agent.turns)) if (isLeft(id)) delete agent.turns[id];
    agent.spared = agent.spared.filter((id) => !isLeft(id));
  }
  return { is: meta.turn, before };
}

/** They answered, missed or refused: that was their turn. */
export function spendTurn(turn: Turn, agent: Agent, { queue }: Offer): void {
  if (!agent.spared.includes(queue)) return;
  agent.spared = agent.spared.filter((id) => id !== queue);
  changedAgent(turn, agent);
}

/**
 * It came to nothing through no doing of theirs: the turn is theirs again. Whose phone rang has it back once: with the second time
 * in a row it is spent, or one phone would ring for all callers who give up, and a member who is away would keep them from everybody else.
 */
export function giveTurnBack(turn: Turn, agent: Agent, offer: Offer): void {
  const { queue, turn: taken, rangAt } = offer;
  if (taken === null || agent.turns[queue] !== taken.is) return;
  if (rangAt !== null && agent.spared.includes(queue)) return spendTurn(turn, agent, offer);
  agent.turns[queue] = taken.before;
  if (rangAt !== null) agent.spared = [...agent.spared, queue];
  changedAgent(turn, agent);
}
