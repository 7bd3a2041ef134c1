import type { QueueSettings } from '../core/queue-settings.ts';
import type { UserSettings } from '../core/settings.ts';
import { phoneOf } from './company.ts';
import type { SimulatedCaller } from './dialplan.ts';
import { createDice } from './dice.ts';
import type { Rig } from './rig.ts';

/** People who set forwards on their phones. */
export type Forwarders = {
  /** The users with where their forwards may lead. */
  readonly users: readonly UserSettings[];
  /** Somebody's phone forwards for a while, and is called. */
  happen(callers: SimulatedCaller[]): void;
};

const forwardsForMs = 8_000;

/** Draws it from dice of its own (by `seed`), so that what the company and the carriers do stays what it was. */
export function drawForwarders(
  rig: Rig,
  seed: number,
  given: readonly UserSettings[],
  groups: readonly QueueSettings[],
): Forwarders {
  const dice = createDice(seed ^ 0x302);
  const users = given.map((user) => {
    const forwards = dice.pick(['internal', 'outside', 'outside', null] as const);
    return forwards === null ? user : { ...user, forwards };
  });

  /** Mostly to somebody, so that circles come about; now and then to what is no number, or without saying where to. */
  function target(): string {
    const inside = [...users, ...users, ...groups].flatMap(({ extension }) => extension ?? []);
    const outside = ['0612345678', '0144556677', '0899123456', '+33170000000'];
    const odd = ['*8', '7777', '112', 'sip:%0D%0A@h', 'sip:nobody'];
    return dice.pick(dice.happens(600) ? inside : dice.happens(700) ? outside : odd);
  }

  return {
    users,
    happen(callers) {
      const { id, extension, phones } = dice.pick(users);
      for (const one of phones) {
        const phone = rig.asterisk.phone(one);
        if (phone === undefined || !dice.happens(800)) continue;
        const before = phone.behaviour;
        const forwards = { kind: 'redirect', to: target(), afterMs: dice.pick([0, 5, 1_000]) } as const;
        phone.behaviour = forwards;
        rig.scheduler.after(forwardsForMs, () => {
          if (phone.behaviour === forwards) phone.behaviour = before.kind === 'redirect' ? { kind: 'ignore' } : before;
        });
      }
      const habits = { patienceMs: dice.between(1_000, 30_000), talkMs: dice.pick([1_000, 5_000]) };
      const from = dice.happens(500) ? phoneOf(dice.pick(users).id) : '0301234';
      const phone = rig.asterisk.phone(from);
      if (from === phoneOf(id) || (phone !== undefined && (phone.calls.size > 0 || !phone.isRegistered))) return;
      callers.push(rig.asterisk.dial(extension ?? '', from, habits));
    },
  };
}
