import type { Need } from '../needs.ts';
import { countIn, type QueueIndex, tallyOf } from '../queue-index.ts';
import type { NobodyRule, QueueSettings } from '../queue-settings.ts';
import type { Call, State } from '../state.ts';
import { type Availability, availabilities } from './availability.ts';
import { needsAfter, needsFrom, unmetNeed } from './skills.ts';

const none: readonly Call[] = [];

/** Who does not count as there under each rule. */
const missing: Readonly<Record<Exclude<NobodyRule, 'never'>, readonly Availability[]>> = {
  'nobody-signed-in': ['signed-out'],
  'nobody-ready': ['signed-out', 'not-ready', 'held'],
  'nobody-reachable': ['signed-out', 'not-ready', 'held', 'unreachable'],
};

/** Whether, by this rule, no member of the queue is there who has what is needed. O(members) where something is. */
export function isNobodyThere(queue: QueueIndex, rule: NobodyRule, needs: readonly Need[]): boolean {
  if (rule === 'never') return false;
  if (needs.length === 0) {
    const tally = tallyOf(queue);
    return countIn(tally, missing[rule]) === countIn(tally, availabilities);
  }
  for (const { agent } of queue.members.values()) {
    if (agent.reason === null || missing[rule].includes(agent.reason)) continue;
    if (unmetNeed(agent.profile.skills, needs) === null) return false;
  }
  return true;
}

/** What the call still needs when it has waited for every relaxation of the queue: who lacks that can never take it. */
export function leastNeeds({ wishes }: Call, { needs, relax }: QueueSettings): readonly Need[] {
  return needsFrom(needsAfter(wishes.needs ?? needs, relax, relax.length));
}

/** The calls that wait in a queue for nobody, by its rule for leaving. */
export function waitingForNobody({ calls }: State, queue: QueueIndex): readonly Call[] {
  const { settings } = queue;
  if (settings === null || settings.leaveWhen === 'never' || queue.queued.size === 0) return none;
  const found = (ids: Iterable<string>): Call[] => [...ids].flatMap((id) => calls.get(id) ?? []);
  const isNobody = (needs: readonly Need[]): boolean => isNobodyThere(queue, settings.leaveWhen, needs);
  if (isNobody([])) return found(queue.queued).filter(({ phase }) => phase === 'waiting');
  const left: Call[] = [];
  // Who has what a lane needs now has what is needed later: mostly it ends there.
  for (const { needs, calls: ids } of queue.waiting.all())
    if (needs.length > 0 && isNobody(needs))
      left.push(...found(ids.ids()).filter((call) => isNobody(leastNeeds(call, settings))));
  return left;
}
