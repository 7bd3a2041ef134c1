import type { JournalEntry } from '../storage/live/store.ts';
import type { SimulatedAsterisk } from './asterisk.ts';
import { rule } from './rule.ts';

/** What a dialplan may say by mistake: nobody can read it, whatever the parser thinks. */
export const unreadable: readonly string[] = ['priority=eleven', 'priority=11', 'place=0', 'needs=es>=77'];

/** Judges what was made of the dialplan's wishes, from the channel's own arguments: what cannot be read is told, once. */
export class WishJudge {
  private readonly asterisk: Pick<SimulatedAsterisk, 'look'>;

  constructor(asterisk: Pick<SimulatedAsterisk, 'look'>) {
    this.asterisk = asterisk;
  }

  note({ event, facts }: Pick<JournalEntry, 'event' | 'facts'>): void {
    if (event.type !== 'caller-arrived' || !facts.some(({ type }) => type === 'call-arrived')) return;
    const told = facts.flatMap((fact) => (fact.type === 'call-wish-ignored' ? [`${fact.wish}=${fact.got}`] : []));
    const said = this.asterisk.look().channels.get(event.leg)?.args;
    const bad = said?.filter((one) => unreadable.includes(one)) ?? told;
    const isTold = told.toSorted().join() === bad.toSorted().join();
    rule(isTold, () => `of the wishes ${said} of ${event.leg} these were told as ignored: ${told}`);
  }
}
