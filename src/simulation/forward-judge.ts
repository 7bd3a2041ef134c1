import type { Event } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { UserSettings } from '../core/settings.ts';
import type { JournalEntry } from '../storage/live/store.ts';
import { rule } from './rule.ts';

const mostForwards = 5;

type Followed = Extract<NumberedFact, { type: 'forward-followed' }>;

/**
 * Judges the forwards that are followed, from facts and settings alone: only where the user's policy lets them lead, never in a
 * circle or without an end, and outside on no other account than the user's. What that account may is the `PayerJudge`'s.
 */
export class ForwardJudge {
  private readonly users = new Map<string, UserSettings>();
  private readonly trails = new Map<string, string[]>();

  /** Enters one step. */
  note({ event, facts }: Pick<JournalEntry, 'event' | 'facts'>): void {
    this.noteSettings(event);
    for (const [place, fact] of facts.entries()) {
      if (fact.type === 'forward-followed') this.follow(fact, facts.slice(place + 1));
      if (fact.type === 'forward-refused' && fact.why === 'policy')
        rule(
          this.policyOf(fact.user) !== 'outside',
          () => `${fact.user} may forward anywhere, and ${fact.call} did not go on`,
        );
      if (fact.type === 'call-ended') this.trails.delete(fact.call);
    }
  }

  private noteSettings(event: Event): void {
    if (event.type !== 'settings') return;
    for (const user of event.users) this.users.set(user.id, user);
    for (const id of event.removedUsers) this.users.delete(id);
  }

  private policyOf(user: string): UserSettings['forwards'] {
    return this.users.get(user)?.forwards;
  }

  private follow({ call, user, phone, to }: Followed, rest: readonly NumberedFact[]): void {
    const policy = this.policyOf(user);
    rule(policy !== undefined, () => `${call} is forwarded for ${user}, whose forwards are refused`);
    rule(
      to.to !== 'number' || policy === 'outside',
      () => `${call} is forwarded outside for ${user}, who may do so inside only`,
    );
    rule(
      this.users.get(user)?.phones.includes(phone) === true,
      () => `${phone} forwards ${call} and is no phone of ${user}`,
    );
    const trail = [...(this.trails.get(call) ?? []), user];
    this.trails.set(call, trail);
    const isCircle = new Set(trail).size < trail.length || (to.to === 'user' && trail.includes(to.user));
    rule(!isCircle, () => `${call} is forwarded in a circle: ${trail.join()}`);
    rule(trail.length <= mostForwards, () => `${call} is forwarded ${trail.length} times`);
    if (to.to !== 'number') return;
    const sent = rest.find((fact) => fact.type === 'call-sent-out' && fact.call === call);
    const payer = sent?.type === 'call-sent-out' ? sent.payer : null;
    rule(payer === user, () => `${call} is forwarded outside for ${user}, and ${payer} pays`);
  }
}
