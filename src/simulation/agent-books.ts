import type { Event } from '../core/events.ts';
import type { NumberedFact, Outcome } from '../core/facts.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { Agent, WorkKind } from '../core/state.ts';
import { defaultLimits, type World } from '../core/world.ts';
import type { JournalEntry } from '../storage/live/store.ts';
import { rule } from './rule.ts';

/** What is known of one agent from facts alone. `gone`: the user was removed, and has not signed in again. */
type Line = {
  gone: boolean;
  work: WorkKind;
  /** They chose ready, or signed in or out, while an offer that we had ended still had to. */
  forgiven: boolean;
  /** The offer that they have, and the one that they had when they picked another call up: whatever it ends as is no miss. */
  offer: string | null;
  excused: string | null;
  signedInAt: number | null;
  /** Time signed in today, up to the last sign-out or the beginning of the day. */
  signedInMs: number;
  misses: number[];
  offers: number;
  answered: number;
  missed: number;
  declined: number;
};

/**
 * The books of agents, kept from facts and settings alone: today's counts and times, the ladder exactly as it is
 * configured, and the alarms that stand. Throws a sentence when a row or another fact says otherwise.
 */
export class AgentBooks {
  private readonly lines = new Map<string, Line>();
  private readonly queues = new Map<string, QueueSettings>();
  /** The settings of its queue when each offer was made. */
  private readonly madeUnder = new Map<string, QueueSettings>();
  private readonly alarms = new Set<string>();
  private dayAt = 0;
  /** What the offer that ended last was made under: whose ladder is climbed. */
  private judging: QueueSettings | undefined;

  /** Enters one step: its event brings settings, its facts what happened. */
  note({ event, commands, facts }: Pick<JournalEntry, 'event' | 'commands' | 'facts'>): void {
    this.noteSettings(event);
    if (commands.some((one) => one.do === 'reply' && one.error === null)) this.noteChoice(event);
    for (const [place, fact] of facts.entries()) {
      this.noteAlarm(fact);
      this.noteTime(fact);
      this.noteOffer(fact, facts.slice(place + 1));
    }
  }

  /** The rows say the same as the books. */
  compare({ state }: World): void {
    for (const agent of state.agents.values()) this.compareAgent(agent);
    const standing = [...state.alarms.keys()].sort();
    rule(
      standing.join() === [...this.alarms].sort().join(),
      () => `alarms are ${standing}, and by the facts ${[...this.alarms]}`,
    );
  }

  private compareAgent({ id, ledger }: Agent): void {
    const line = this.line(id);
    if (line.gone) return;
    for (const count of ['offers', 'answered', 'missed', 'declined'] as const)
      rule(
        ledger[count] === line[count],
        () => `the ledger of ${id} says ${ledger[count]} ${count}, and not ${line[count]}`,
      );
    const spent = Object.values(ledger.ms).reduce((sum, ms) => sum + ms, 0);
    const open = line.signedInAt === null ? 0 : Math.max(0, ledger.until - line.signedInAt);
    rule(
      spent === line.signedInMs + open,
      () => `the ledger of ${id} has ${spent} ms, and not ${line.signedInMs + open}`,
    );
  }

  private noteSettings(event: Event): void {
    if (event.type !== 'settings') return;
    for (const queue of event.queues) this.queues.set(queue.id, queue);
    for (const id of event.removedQueues) this.queues.delete(id);
    for (const { id } of event.users) if (this.lines.get(id)?.gone) this.lines.set(id, newLine());
  }

  private noteChoice(event: Event): void {
    if (event.type !== 'intent' || !('user' in event.ask)) return;
    const { do: what, user } = event.ask;
    const line = this.line(user);
    if (line.work === 'releasing' && (what === 'ready' || what === 'sign-in' || what === 'sign-out'))
      line.forgiven = true;
  }

  private noteAlarm(fact: NumberedFact): void {
    if (fact.type !== 'alarm-raised' && fact.type !== 'alarm-ended') return;
    const id = `${fact.alarm}/${fact.about}`;
    rule(this.alarms.has(id) === (fact.type === 'alarm-ended'), () => `${fact.type} of ${id} out of turn`);
    if (fact.type === 'alarm-raised') this.alarms.add(id);
    else this.alarms.delete(id);
  }

  private noteTime(fact: NumberedFact): void {
    switch (fact.type) {
      case 'day-began':
        this.dayAt = fact.at;
        for (const line of this.lines.values())
          Object.assign(line, { ...noCounts, signedInAt: line.signedInAt === null ? null : fact.at });
        return;
      case 'agent-signed-in':
        Object.assign(this.line(fact.agent), { gone: false, signedInAt: Math.max(this.dayAt, fact.at) });
        return;
      case 'agent-signed-out': {
        const line = this.line(fact.agent);
        line.signedInMs += line.signedInAt === null ? 0 : fact.at - line.signedInAt;
        line.signedInAt = null;
        return;
      }
      case 'agent-removed':
        this.lines.set(fact.agent, { ...newLine(), gone: true });
        return;
    }
  }

  private noteOffer(fact: NumberedFact, rest: readonly NumberedFact[]): void {
    switch (fact.type) {
      case 'offer-made': {
        const queue = this.queues.get(fact.queue);
        if (queue !== undefined) this.madeUnder.set(fact.offer, queue);
        const line = this.line(fact.agent);
        line.offers += 1;
        line.offer = fact.offer;
        return;
      }
      case 'call-picked-up': {
        const line = this.line(fact.user);
        line.excused = line.offer;
        // It counts as an answer: the ladder begins anew.
        line.misses = [];
        return;
      }
      case 'offer-ended': {
        const line = this.line(fact.agent);
        if (line.offer === fact.offer) line.offer = null;
        // A call goes on without the books of who was removed in it.
        if (fact.outcome === 'answered' && !line.gone) line.answered += 1;
        if (fact.outcome === 'no-answer' && !line.gone) line.missed += 1;
        if (fact.outcome === 'declined' && !line.gone) line.declined += 1;
        const queue = this.madeUnder.get(fact.offer);
        this.madeUnder.delete(fact.offer);
        this.judging = queue;
        // Nobody is judged for a queue that is gone.
        if (queue !== undefined && this.queues.has(queue.id) && !line.gone) this.expectMiss(queue, fact, rest);
        return;
      }
      case 'agent-work': {
        const line = this.line(fact.agent);
        line.work = fact.work;
        if (fact.work !== 'releasing') line.forgiven = false;
        return;
      }
      case 'agent-missed':
        return this.climb(fact, rest);
      case 'mass-missed':
        for (const agent of fact.forgiven) {
          const line = this.line(agent);
          line.misses = line.misses.filter((at) => at < fact.at - defaultLimits.massMissMs);
        }
        return;
    }
  }

  /** A miss that counts is told with the end of its offer, unless it is the network's; and no other ever is. */
  private expectMiss(
    queue: QueueSettings,
    { agent, outcome, call, offer }: Extract<NumberedFact, { type: 'offer-ended' }>,
    rest: readonly NumberedFact[],
  ): void {
    const next = rest.findIndex((fact) => fact.type === 'offer-ended');
    const mine = next === -1 ? rest : rest.slice(0, next);
    const told = mine.filter((fact) => fact.type === 'agent-missed' && fact.agent === agent && fact.call === call);
    const isMass = this.alarms.has(`mass-miss/${queue.id}`) || mine.some((fact) => fact.type === 'mass-missed');
    const names: readonly Outcome[] = queue.climbs;
    if (queue.strategy === 'ring-all') {
      rule(told.length === 0 || queue.ringAllMissEvery > 0, () => `${agent} is blamed for a ring-all`);
      return;
    }
    const { forgiven, excused } = this.line(agent);
    const isForgiven = forgiven || excused === offer;
    const counts = names.includes(outcome) && !(isMass && outcome !== 'declined') && !isForgiven;
    rule(
      told.length === (counts ? 1 : 0),
      () => `an offer to ${agent} ended ${outcome}, and ${told.length} misses are told`,
    );
  }

  /** The step of the ladder that the misses reach is the one that is applied, for just its time. */
  private climb(fact: Extract<NumberedFact, { type: 'agent-missed' }>, rest: readonly NumberedFact[]): void {
    const line = this.line(fact.agent);
    const before = fact.misses - 1;
    rule(before <= line.misses.length, () => `${fact.agent} has missed ${fact.misses} after ${line.misses.length}`);
    line.misses = [...line.misses.slice(line.misses.length - before), fact.at];
    const held = rest.find((one) => one.type === 'agent-held' && one.agent === fact.agent);
    const ladder = this.judging?.ladder ?? [];
    const place = ladder.findLastIndex(
      ({ misses, withinMs }) =>
        line.misses.filter((at) => withinMs === null || fact.at - at <= withinMs).length >= misses,
    );
    const step = ladder[place];
    if (step === undefined) return rule(held === undefined, () => `${fact.agent} is held at no step of the ladder`);
    rule(held?.type === 'agent-held', () => `${fact.agent} is not held at step ${place}`);
    if (held?.type !== 'agent-held') return;
    const until = step.restMs === null ? null : fact.at + step.restMs;
    rule(
      held.step === place && held.until === until,
      () => `${fact.agent} is held ${JSON.stringify(held)}, not until ${until}`,
    );
  }

  private line(agent: string): Line {
    const known = this.lines.get(agent) ?? newLine();
    this.lines.set(agent, known);
    return known;
  }
}

const noCounts = { signedInMs: 0, offers: 0, answered: 0, missed: 0, declined: 0 };

function newLine(): Line {
  return {
    gone: false,
    work: 'idle',
    forgiven: false,
    offer: null,
    excused: null,
    signedInAt: null,
    misses: [],
    ...noCounts,
  };
}
