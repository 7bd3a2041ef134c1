import type { Event } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { UserSettings } from '../core/settings.ts';
import type { World } from '../core/world.ts';
import type { JournalEntry } from '../storage/live/store.ts';
import { rule } from './rule.ts';

type FactOf<T extends NumberedFact['type']> = Extract<NumberedFact, { type: T }>;
type Work = { readonly is: string; readonly until: number | null; readonly call: string | null };
type Made = { readonly call: string; readonly agent: string; isAnswered: boolean };
/** What an agent took, and until when their wrap-up would have gone on. `goesOn`: it has ended for us, and they talk on in the dialplan. */
type Taken = { readonly call: string; readonly queue: string; readonly cutShort: number | null; goesOn: boolean };

/**
 * Judges pickups by facts and settings alone: who may take what, which of all that rings, what becomes of the offers that it
 * ends, and that a wrap-up which it cuts short is theirs again.
 */
export class PickupJudge {
  private readonly users = new Map<string, UserSettings>();
  private readonly queues = new Map<string, QueueSettings>();
  private readonly offers = new Map<string, Made>();
  /** Why each offer has to be taken back that a pickup found open. */
  private readonly doomed = new Map<string, 'picked-up' | 'took-another'>();
  private readonly work = new Map<string, Work>();
  private readonly signedIn = new Set<string>();
  private readonly arrivedAt = new Map<string, number>();
  private readonly queueOf = new Map<string, string>();
  private readonly taken = new Map<string, Taken>();
  /** Calls that have somebody: picked up, and not dropped since. */
  private readonly held = new Set<string>();

  /** Enters one step. */
  note({ event, facts }: Pick<JournalEntry, 'event' | 'facts'>): void {
    this.noteSettings(event);
    for (const [place, fact] of facts.entries()) this.noteFact(fact, facts.slice(place + 1));
  }

  /** A batch is done: nobody has any more what waits again. */
  afterBatch({ state }: World): void {
    for (const call of this.held) if (state.calls.get(call)?.phase === 'waiting') this.held.delete(call);
  }

  private noteSettings(event: Event): void {
    if (event.type !== 'settings') return;
    for (const user of event.users) this.users.set(user.id, user);
    for (const id of event.removedUsers) this.users.delete(id);
    for (const queue of event.queues) this.queues.set(queue.id, queue);
    for (const id of event.removedQueues) this.queues.delete(id);
  }

  private noteFact(fact: NumberedFact, rest: readonly NumberedFact[]): void {
    switch (fact.type) {
      case 'call-arrived':
        return void this.arrivedAt.set(fact.call, fact.at);
      case 'call-queued':
        return void this.queueOf.set(fact.call, fact.queue);
      case 'call-overflowed':
        return void this.queueOf.delete(fact.call);
      case 'call-ended':
        for (const taken of this.taken.values()) if (taken.call === fact.call) taken.goesOn = true;
        for (const known of [this.arrivedAt, this.queueOf, this.held]) known.delete(fact.call);
        return;
      case 'offer-made': {
        const { call, agent } = fact;
        // Whoever had it has dropped it: that they may offer it is the ledger's.
        this.held.delete(call);
        return void this.offers.set(fact.offer, { call, agent, isAnswered: false });
      }
      case 'offer-answered': {
        const offer = this.offers.get(fact.offer);
        if (offer !== undefined) offer.isAnswered = true;
        return;
      }
      case 'offer-ended':
        return this.endOffer(fact);
      case 'agent-signed-in':
        return void this.signedIn.add(fact.agent);
      case 'agent-signed-out':
        return void this.signedIn.delete(fact.agent);
      case 'agent-removed':
        for (const known of [this.work, this.taken, this.signedIn]) known.delete(fact.agent);
        return;
      case 'agent-work':
        return this.noteWork(fact, rest);
      case 'call-picked-up':
        return this.pickUp(fact, rest);
    }
  }

  private endOffer({ offer, agent, outcome, why }: FactOf<'offer-ended'>): void {
    const doom = this.doomed.get(offer);
    this.doomed.delete(offer);
    this.offers.delete(offer);
    if (doom === undefined || outcome === 'lost') return;
    const isRight = outcome === 'rescinded' && why === doom;
    rule(
      isRight,
      () => `the offer ${offer} to ${agent} ended ${outcome} (${why}), and a pickup had taken it back: ${doom}`,
    );
  }

  private pickUp({ call, user, rang }: FactOf<'call-picked-up'>, rest: readonly NumberedFact[]): void {
    const code = rest.find((fact) => fact.type === 'feature-dialled' && fact.user === user);
    const others = rang.filter((one) => one !== user);
    rule(others.length > 0, () => `${user} picked up ${call}, which rang at nobody else`);
    rule(!this.held.has(call), () => `${user} picked up ${call}, which somebody has`);
    const isBusy = this.signedIn.has(user) && this.work.get(user)?.is === 'talking';
    rule(!isBusy, () => `${user} picked up ${call} in a talk`);
    if (code?.type === 'feature-dialled' && code.rest === '') this.checkGroups(call, user, others);
    else if (code?.type === 'feature-dialled') this.checkExtension(call, user, others, code.rest);
    this.held.add(call);
    for (const [id, offer] of this.offers) {
      if (!this.isRinging(offer)) continue;
      if (offer.call === call) this.doomed.set(id, 'picked-up');
      else if (offer.agent === user) this.doomed.set(id, 'took-another');
    }
    const { is, until } = this.work.get(user) ?? { is: 'idle', until: null };
    const queue = this.queueOf.get(call);
    if (!this.signedIn.has(user) || queue === undefined || is === 'talking') return;
    this.taken.set(user, { call, queue, cutShort: is === 'wrap-up' ? until : null, goesOn: false });
  }

  /** Nobody answered it, and nobody ended it: then the agent would be releasing. */
  private isRinging({ agent, call, isAnswered }: Made): boolean {
    const work = this.work.get(agent);
    return !isAnswered && work?.is === 'offered' && work.call === call;
  }

  private isInGroups(user: string, one: string): boolean {
    const mine = this.users.get(user)?.pickupGroups ?? [];
    return (this.users.get(one)?.callGroups ?? []).some((group) => mine.includes(group));
  }

  /** It rings at somebody of their pickup groups, and no call that does came before it. */
  private checkGroups(call: string, user: string, others: readonly string[]): void {
    const isTheirs = others.some((one) => this.isInGroups(user, one));
    rule(isTheirs, () => `${user} picked up ${call}, which rang in none of their groups: ${others}`);
    for (const offer of this.offers.values()) {
      const isRival = offer.agent !== user && this.isRinging(offer) && this.isInGroups(user, offer.agent);
      if (!isRival || this.held.has(offer.call)) continue;
      const isOlder = (this.arrivedAt.get(offer.call) ?? 0) < (this.arrivedAt.get(call) ?? 0);
      rule(!isOlder, () => `${user} picked up ${call}, and ${offer.call} came before it and rang at ${offer.agent}`);
    }
  }

  private checkExtension(call: string, user: string, others: readonly string[], extension: string): void {
    const isUsers = others.some((one) => this.users.get(one)?.extension === extension);
    const isQueues = this.queues.get(this.queueOf.get(call) ?? '')?.extension === extension;
    rule(isUsers || isQueues, () => `${user} picked up ${call} at ${extension}, where it did not ring`);
  }

  private noteWork({ agent, work, until, call, at }: FactOf<'agent-work'>, rest: readonly NumberedFact[]): void {
    this.work.set(agent, { is: work, until, call });
    const taken = this.taken.get(agent);
    // What was offered to them before is taken back first, in the same step.
    if (taken === undefined || work === 'talking' || rest.some((fact) => isTalkOf(fact, agent))) return;
    this.taken.delete(agent);
    const end = rest.find((fact) => fact.type === 'call-ended' && fact.call === taken.call);
    // Where the dialplan took the caller, the talk went on there, and is over now.
    const isOver = taken.goesOn || (end?.type === 'call-ended' && end.ending === 'completed');
    const restMs = isOver ? this.wrapUpOf(agent, taken.queue) : 0;
    const due = Math.max(at + restMs, taken.cutShort ?? 0);
    const isRight = due > at ? work === 'wrap-up' && until === due : work !== 'wrap-up';
    rule(isRight, () => `${agent} is ${work} until ${until} after a pickup, and has a wrap-up until ${due} at ${at}`);
  }

  private wrapUpOf(agent: string, id: string): number {
    const queue = this.queues.get(id);
    return queue?.members.find(({ user }) => user === agent)?.wrapUpMs ?? queue?.wrapUpMs ?? 0;
  }
}

function isTalkOf(fact: NumberedFact, agent: string): boolean {
  return fact.type === 'agent-work' && fact.agent === agent && fact.work === 'talking';
}
