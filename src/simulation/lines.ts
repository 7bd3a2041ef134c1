import type { Fact } from '../core/facts.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { Agent, Call } from '../core/state.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { rule } from './rule.ts';
import { hasNeeds, Seats } from './seats.ts';

/** `isTaken`: somebody picked it up, and nobody is asked for it unless they drop it again. */
type Line = { queue: string; due: number; priority: number; needs: string; tier: number; isTaken: boolean };

/**
 * Judges who waits and who is asked: the order by the facts alone, and at the end of each batch, by the rows alone, that
 * nobody waits beside an idle member who may take the call. It knows nothing of the core's lanes.
 */
export class LineJudge {
  /** What the facts say of each call that waits in a queue. */
  private readonly lines = new Map<string, Line>();
  /** The offers of each call that have not ended, with their queue: they outlive its place in one. */
  private readonly offers = new Map<string, Map<string, string>>();
  /** The queue that each talk came from. */
  private readonly talks = new Map<string, string>();
  private readonly seats = new Seats();
  private readonly busyBefore = new Map<string, number>();

  afterBatch(batch: Batch, world: World): void {
    for (const { event, facts } of batch.steps) {
      this.seats.note(event);
      // What a change of settings makes of those who wait is told call by call, and not in their order.
      const isSettled = event.type !== 'settings' && event.type !== 'started';
      for (const fact of facts) {
        if (fact.type === 'offer-made' && isSettled) this.checkOrder(fact);
        this.note(fact);
      }
    }
    this.checkRows(world);
    if (world.state.meta.pbx === 'ready' && !world.state.meta.draining) checkNobodyWaitsInVain(world);
  }

  private note(fact: Fact): void {
    switch (fact.type) {
      case 'call-queued': {
        const { queue, due, priority, needs } = fact;
        this.lines.set(fact.call, { queue, due, priority, needs, tier: 0, isTaken: false });
        return;
      }
      case 'call-rekeyed':
      case 'call-rose':
      case 'call-relaxed': {
        const line = this.lines.get(fact.call);
        if (line === undefined) return;
        if ('due' in fact) Object.assign(line, { due: fact.due, priority: fact.priority });
        if ('needs' in fact) line.needs = fact.needs;
        return;
      }
      case 'tier-opened': {
        const line = this.lines.get(fact.call);
        if (line !== undefined) line.tier = fact.tier;
        return;
      }
      case 'call-picked-up': {
        const line = this.lines.get(fact.call);
        if (line !== undefined) line.isTaken = true;
        return;
      }
      case 'offer-made':
        this.offersOf(fact.call).set(fact.offer, fact.queue);
        return;
      case 'offer-ended':
        this.offersOf(fact.call).delete(fact.offer);
        return;
      case 'call-connected': {
        const line = this.lines.get(fact.call);
        if (line !== undefined) this.talks.set(fact.call, line.queue);
        this.lines.delete(fact.call);
        return;
      }
      case 'call-overflowed':
      case 'call-turned-away':
      case 'call-ended':
        this.lines.delete(fact.call);
        this.talks.delete(fact.call);
        return;
    }
  }

  private offersOf(call: string): Map<string, string> {
    const offers = this.offers.get(call) ?? new Map<string, string>();
    this.offers.set(call, offers);
    return offers;
  }

  /**
   * One order over all queues: who is asked for a call could have taken no other one that is due before it and wanted somebody.
   * What its queue may hold back, since members are kept free, is left out where this call did not have to pass the same.
   */
  private checkOrder({ call, agent }: Extract<Fact, { type: 'offer-made' }>): void {
    const mine = this.lines.get(call);
    if (mine === undefined) return;
    for (const [id, other] of this.lines) {
      if (id === call || other.isTaken || this.offersOf(id).size > 0) continue;
      const isFirst = other.due < mine.due || (other.due === mine.due && id < call);
      if (!isFirst || !this.seats.mayTake(agent, other) || this.mayBeHeldBack(other, mine)) continue;
      const places = `in ${mine.queue}, before ${id}, due ${other.due}, in ${other.queue}`;
      rule(false, () => `${agent} got ${call}, due ${mine.due}, ${places}`);
    }
  }

  private mayBeHeldBack(other: Line, mine: Line): boolean {
    return this.seats.isFull(other.queue, this.busyIn(other.queue)) || this.seats.mayBeKeptFrom(other, mine);
  }

  /** How many calls of a queue are with an agent, or are just being offered to one. */
  private busyIn(queue: string): number {
    const isBusy = ([call, line]: [string, Line]): boolean =>
      line.queue === queue && (line.isTaken || [...this.offersOf(call).values()].includes(queue));
    const talking = [...this.talks.values()].filter((one) => one === queue);
    return talking.length + [...this.lines].filter(isBusy).length;
  }

  /** The row and the facts say the same of each call's place; limits hold. */
  private checkRows({ state }: World): void {
    const busy = new Map<string, number>();
    for (const call of state.calls.values()) {
      const queue = state.queues.get(call.queue ?? '');
      if (queue === undefined) continue;
      if (isWithAgent(state, call)) busy.set(queue.id, (busy.get(queue.id) ?? 0) + 1);
      if (call.phase === 'waiting') this.checkPlace(call, queue, state.meta.limits.headStartsMs);
    }
    for (const { id, maxTalking } of state.queues.values()) {
      const count = busy.get(id) ?? 0;
      const isMore = maxTalking !== null && count > maxTalking && count > (this.busyBefore.get(id) ?? 0);
      rule(!isMore, () => `${count} calls of ${id} are with an agent, and ${maxTalking} may be`);
      this.busyBefore.set(id, count);
    }
  }

  /** A call keeps its place, whatever moved it: it is as old as its arrival. */
  private checkPlace(call: Call, queue: QueueSettings, headStartsMs: readonly number[]): void {
    const line = this.lines.get(call.id);
    if (line !== undefined) line.isTaken = false;
    const gained = (headStartsMs[call.priority - 1] ?? 0) + call.aheadMs;
    const place = call.arrivedAt + queue.targetMs - Math.min(gained, Math.max(0, ...headStartsMs));
    rule(call.due === place, () => `call ${call.id} has lost its place: due ${call.due} and not ${place}`);
    const told = line && [line.due, line.needs, line.priority];
    const isTold = told?.[0] === call.due && told[1] === call.needs && told[2] === call.priority;
    rule(isTold, () => `${call.id} is due ${call.due}, and the facts said ${told}`);
    if (queue.waves === null || queue.strategy !== 'ring-all') return;
    const made = call.offers.length;
    const isOver = call.wave > 0 && made > queue.waves.size * call.wave && made > queue.maxRinging;
    rule(!isOver, () => `${made} ring for ${call.id} in wave ${call.wave}`);
    const isLast = call.wave === 0 || queue.waves.size * call.wave >= queue.maxRinging;
    rule(
      isLast || call.waveAt !== null,
      () => `wave ${call.wave} of ${call.id} is not the last, and none comes after it`,
    );
  }
}

/** Whether an agent of its queue has the call or is offered it. An offer of the queue that it came from may take a moment to end. */
function isWithAgent({ offers }: World['state'], { phase, queue, offers: made }: Call): boolean {
  if (phase === 'waiting') return made.some((id) => offers.get(id)?.queue === queue);
  return phase !== 'ended';
}

/** No eligible member is idle beside a waiting call; no tier stays closed for want of anybody to try. */
function checkNobodyWaitsInVain(world: World): void {
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
