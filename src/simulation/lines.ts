import type { Fact } from '../core/facts.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { Call } from '../core/state.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { checkNobodyWaitsInVain, isWithAgent } from './in-vain.ts';
import { rule } from './rule.ts';
import { Seats } from './seats.ts';

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
  /** How many rang for each call when it was last looked at: settings that change take no offer back. */
  private readonly rangBefore = new Map<string, number>();

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
        for (const known of [this.lines, this.talks, this.rangBefore]) known.delete(fact.call);
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
    const made = call.offers.length;
    const before = this.rangBefore.get(call.id) ?? 0;
    this.rangBefore.set(call.id, made);
    if (queue.waves === null || queue.strategy !== 'ring-all') return;
    const isOver = call.wave > 0 && made > Math.max(queue.waves.size * call.wave, queue.maxRinging, before);
    rule(!isOver, () => `${made} ring for ${call.id} in wave ${call.wave}`);
    const isLast = call.wave === 0 || queue.waves.size * call.wave >= queue.maxRinging;
    rule(
      isLast || call.waveAt !== null,
      () => `wave ${call.wave} of ${call.id} is not the last, and none comes after it`,
    );
  }
}
