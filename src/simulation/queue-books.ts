import type { Event } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { Wishes } from '../core/state.ts';
import { defaultLimits, type World } from '../core/world.ts';
import type { JournalEntry } from '../storage/live/store.ts';
import type { Ledger } from './ledger.ts';
import { rule } from './rule.ts';
import { hasNeeds } from './seats.ts';
import { checkPlace, type InLine } from './wished-place.ts';

type Line = InLine & { readonly queue: string; tier: number; readonly queuedAt: number };

/** What is known of a call beside its place. */
type Came = {
  readonly at: number;
  /** Null where it was found by a survey, whose event names many. */
  readonly wishes: Wishes | null;
  isQueued: boolean;
  aheadMs: number;
  readonly asked: Set<string>;
};

/** After these an agent counts as asked for the call. */
const tried: ReadonlySet<string> = new Set([
  'no-answer',
  'declined',
  'busy',
  'forwarded',
  'dropped',
  'failed',
  'unreachable',
  'short-ring',
]);

/**
 * The books of queues, kept from facts and settings alone: how long they may grow, when their tiers open, which place and
 * which priority a call gets that wished for one. It knows neither lanes nor rows.
 */
export class QueueBooks {
  private readonly queues = new Map<string, QueueSettings>();
  private readonly skills = new Map<string, Readonly<Record<string, number>>>();
  private readonly calls = new Map<string, Came>();
  /** Every call in a queue that nobody has answered. */
  private readonly lines = new Map<string, Line & { needs: string }>();
  private event: Event = { type: 'tick' };

  /** A step begins: its event brings settings, or a caller with wishes. */
  begin({ event }: Pick<JournalEntry, 'event'>): void {
    this.event = event;
    if (event.type !== 'settings') return;
    for (const { id, skills } of event.users) this.skills.set(id, skills);
    for (const queue of event.queues) this.queues.set(queue.id, queue);
    for (const id of event.removedQueues) this.queues.delete(id);
  }

  /** Enters one fact, after the ledger. */
  note(fact: NumberedFact, ledger: Ledger): void {
    switch (fact.type) {
      case 'call-arrived': {
        const wishes = this.event.type === 'caller-arrived' ? (this.event.wishes ?? {}) : null;
        this.calls.set(fact.call, { at: fact.at, wishes, isQueued: false, aheadMs: 0, asked: new Set() });
        return;
      }
      case 'call-queued':
        return this.enter(fact);
      case 'call-overflowed':
        if (fact.why === 'full') this.checkFull(fact.queue);
        this.lines.delete(fact.call);
        return;
      case 'call-turned-away':
      case 'call-connected':
      case 'call-ended':
        this.lines.delete(fact.call);
        return;
      case 'call-rekeyed':
      case 'call-rose':
      case 'call-relaxed': {
        const { type: _type, call, ...now } = fact;
        if ('due' in now) this.checkBound(call, now.due);
        const line = this.lines.get(call);
        if (line !== undefined) Object.assign(line, now);
        return;
      }
      case 'tier-opened':
        return this.openTier(fact, ledger);
      case 'offer-ended':
        if (tried.has(fact.outcome)) this.calls.get(fact.call)?.asked.add(fact.agent);
        return;
    }
  }

  /** A batch is done: no tier is closed whose time has come. While Asterisk is away no time counts. */
  compare({ state }: World, now: number): void {
    if (state.meta.pbx !== 'ready') return;
    for (const [id, line] of this.lines) {
      const queue = this.queues.get(line.queue);
      if (queue === undefined || state.calls.get(id)?.phase !== 'waiting') continue;
      const open = Math.min(penaltiesOf(queue).length - 1, Math.floor((now - line.queuedAt) / queue.tiers.afterMs));
      rule(
        line.tier >= open,
        () => `tier ${line.tier + 1} of ${line.queue} is still closed to ${id}, in line for its time`,
      );
    }
  }

  /** A call comes into a queue that is not full, with the priority and at the place that it wished for. */
  private enter({ call, queue: id, due, priority, needs, waiting, at }: FactOf<'call-queued'>): void {
    const queue = this.queues.get(id);
    const came = this.calls.get(call);
    const others = this.inQueue(id);
    rule(waiting === others.length + 1, () => `${call} is number ${waiting} in ${id}, where ${others.length} wait`);
    const isRoom = queue === undefined || queue.maxLength === null || waiting <= queue.maxLength;
    rule(isRoom, () => `${waiting} wait in ${id}, and ${queue?.maxLength} may`);
    const line = { id: call, due, priority };
    this.lines.set(call, { ...line, needs, queue: id, tier: 0, queuedAt: at });
    if (queue === undefined || came === undefined) return;
    const { wishes } = came;
    const wanted = wishes === null ? priority : (wishes.priority ?? queue.priority);
    rule(came.isQueued || priority === wanted, () => `${call} has priority ${priority} in ${id}, and not ${wanted}`);
    const { headStartsMs } = defaultLimits;
    const headStartMs = headStartsMs[priority - 1] ?? 0;
    const natural = came.at + queue.targetMs - headStartMs;
    const mostMs = Math.max(0, ...headStartsMs) - headStartMs;
    if (wishes?.place !== undefined && came.aheadMs === 0) checkPlace(line, others, wishes.place, natural, mostMs);
    // It keeps what it gained, whatever of it still counts.
    if (came.aheadMs === 0) came.aheadMs = natural - due;
    came.isQueued = true;
    this.checkBound(call, due);
  }

  /** Nobody is due sooner than the largest head start before they came: what bounds how long others are overtaken. */
  private checkBound(call: string, due: number): void {
    const came = this.calls.get(call);
    const sooner = came === undefined ? 0 : came.at - due;
    rule(sooner <= Math.max(0, ...defaultLimits.headStartsMs), () => `${call} is due ${sooner} ms before it came`);
  }

  private checkFull(id: string): void {
    const most = this.queues.get(id)?.maxLength ?? null;
    const waiting = this.inQueue(id).length;
    rule(most !== null && waiting >= most, () => `${id} is said to be full with ${waiting} waiting, and ${most} may`);
  }

  /** One tier after the other, each at its time, or when everybody who is there of those before was asked. */
  private openTier({ call, queue: id, tier, why, at }: FactOf<'tier-opened'>, ledger: Ledger): void {
    const line = this.lines.get(call);
    const queue = this.queues.get(id);
    if (line === undefined || queue === undefined)
      throw new Error(`broken rule: a tier opens to ${call}, not in ${id}`);
    rule(tier === line.tier + 1, () => `tier ${tier} of ${id} opens to ${call} after tier ${line.tier}`);
    const penalties = penaltiesOf(queue);
    rule(tier < penalties.length, () => `${id} has no tier ${tier}, which opens to ${call}`);
    line.tier = tier;
    const waitedMs = at - line.queuedAt;
    const isTime = waitedMs >= tier * queue.tiers.afterMs;
    if (why === 'waited') return rule(isTime, () => `tier ${tier} of ${id} opens to ${call} after ${waitedMs} ms`);
    rule(queue.tiers.whenTried, () => `tier ${tier} of ${id} opens to ${call} before its time`);
    const asked = this.calls.get(call)?.asked;
    const left = queue.members.find(
      ({ user, penalty }) =>
        penalties.indexOf(penalty) < tier &&
        ledger.isThere(user) &&
        asked?.has(user) !== true &&
        hasNeeds(this.skills.get(user) ?? {}, line.needs),
    );
    rule(left === undefined, () => `tier ${tier} of ${id} opens to ${call} before ${left?.user} was tried`);
  }

  private inQueue(id: string): Line[] {
    return [...this.lines.values()].filter(({ queue }) => queue === id);
  }
}

type FactOf<T extends NumberedFact['type']> = Extract<NumberedFact, { type: T }>;

function penaltiesOf({ members }: QueueSettings): number[] {
  return [...new Set(members.map(({ penalty }) => penalty))].sort((a, b) => a - b);
}
