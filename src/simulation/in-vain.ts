import type { QueueSettings } from '../core/queue-settings.ts';
import type { Agent, Call } from '../core/state.ts';
import type { World } from '../core/world.ts';
import { rule } from './rule.ts';
import { hasNeeds } from './seats.ts';

/** Whether an agent of its queue has the call or is offered it. An offer of the queue that it came from may take a moment to end. */
export function isWithAgent({ offers }: World['state'], { phase, queue, offers: made }: Call): boolean {
  if (phase === 'waiting') return made.some((id) => offers.get(id)?.queue === queue);
  return phase !== 'ended';
}

/** No eligible member is idle beside a waiting call; no tier stays closed for want of anybody to try. */
export function checkNobodyWaitsInVain(world: World): void {
  const { state } = world;
  const waiting = new Map<string, Call[]>();
  for (const call of state.calls.values()) {
    if (call.phase !== 'waiting' || call.queue === null) continue;
    const others = waiting.get(call.queue);
    if (others === undefined) waiting.set(call.queue, [call]);
    else others.push(call);
  }
  if (waiting.size === 0) return;
  const busyPhones = new Set<string>();
  for (const leg of state.legs.values()) {
    const owner = leg.phone === null ? undefined : state.phones.get(leg.phone)?.user;
    if (owner !== undefined) busyPhones.add(owner);
  }
  const isReady = (agent: Agent | undefined): agent is Agent =>
    agent?.signedIn === true && agent.ready.is && agent.hold?.until !== null;
  const isIdle = (agent: Agent): boolean =>
    agent.hold === null && agent.work.is === 'idle' && !busyPhones.has(agent.id);
  const isReachable = (agent: Agent): boolean =>
    agent.station.kind === 'number'
      ? agent.barred === null
      : (state.users.get(agent.id)?.phones ?? []).some((phone) => {
          const row = state.phones.get(phone);
          return row?.registered === true && row.suspectUntil === null && isAtStation(state, agent, phone);
        });
  for (const queue of state.queues.values()) {
    const calls = waiting.get(queue.id);
    if (calls === undefined) continue;
    const penalties = [...new Set(queue.members.map(({ penalty }) => penalty))].sort((a, b) => a - b);
    const isHere = (user: string): boolean => {
      const agent = state.agents.get(user);
      if (queue.leaveWhen === 'nobody-signed-in') return agent?.signedIn === true;
      return isReady(agent) && (queue.leaveWhen !== 'nobody-reachable' || !isIdle(agent) || isReachable(agent));
    };
    const members = queue.members.flatMap(({ user, penalty }) => {
      const agent = state.agents.get(user);
      if (!isReady(agent)) return [];
      const isFree = isIdle(agent) && isReachable(agent);
      return [{ user, tier: penalties.indexOf(penalty), isFree, isThere: isFree || !isIdle(agent) }];
    });
    const free = members.filter(({ isFree }) => isFree);
    const busy = [...state.calls.values()].filter((call) => call.queue === queue.id && isWithAgent(state, call)).length;
    for (const call of calls) {
      const has = (user: string): boolean => hasNeeds(state.users.get(user)?.skills ?? {}, call.needs);
      const wants = call.offers.length < mostRinging(queue, call);
      const couldServe = ({ user }: { readonly user: string }): boolean =>
        isHere(user) && mayServeOnce(state.users.get(user)?.skills ?? {}, call, queue);
      const isHopeless = wants && queue.leaveWhen !== 'never' && !queue.members.some(couldServe);
      rule(!isHopeless, () => `call ${call.id} waits in ${queue.id} for nobody: ${queue.leaveWhen}`);
      const isLimited = queue.maxTalking !== null && !isWithAgent(state, call) && busy >= queue.maxTalking;
      const { keepFree } = queue;
      const isKept = keepFree !== null && call.priority < keepFree.fromPriority && free.length <= keepFree.agents;
      const idle = free.find(({ user, tier }) => tier <= call.tier && has(user));
      const inVain = wants && !isLimited && !isKept && idle !== undefined;
      rule(!inVain, () => `call ${call.id} waits in ${queue.id} beside idle ${idle?.user}`);
      const isClosed = wants && queue.tiers.whenTried && call.tier < penalties.length - 1;
      const left = members.some(
        ({ user, tier, isThere }) => isThere && tier <= call.tier && has(user) && !call.asked[user],
      );
      rule(!isClosed || left, () => `tier ${call.tier + 1} of ${queue.id} is closed to ${call.id}, and all were tried`);
    }
  }
}

function isAtStation(state: World['state'], { id, station }: Agent, phone: string): boolean {
  if (station.kind === 'any') return true;
  return (state.users.get(id)?.browserPhones ?? []).includes(phone) === (station.kind === 'browser');
}

function mostRinging({ strategy, maxRinging, waves }: QueueSettings, { wave }: Call): number {
  if (strategy !== 'ring-all') return 1;
  return waves === null ? maxRinging : Math.min(maxRinging, waves.size * Math.max(wave, 1));
}

/** Whether these skills do when the call has waited for everything by which the queue relaxes its needs. */
function mayServeOnce(skills: Readonly<Record<string, number>>, { wishes }: Call, queue: QueueSettings): boolean {
  return (wishes.needs ?? queue.needs).every((need) => {
    const steps = queue.relax.filter(({ skill }) => skill === null || skill === need.skill);
    if (!need.required || steps.some(({ lowerBy }) => lowerBy === null)) return true;
    const level = steps.reduce((left, { lowerBy }) => Math.max(1, left - (lowerBy ?? 0)), need.level);
    return (skills[need.skill] ?? 0) >= level;
  });
}
