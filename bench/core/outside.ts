import type { Command } from '../../src/core/commands.ts';
import type { Event } from '../../src/core/events.ts';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { Dice } from '../../src/simulation/dice.ts';
import type { Scheduler } from '../../src/simulation/scheduler.ts';

/** Everything outside of the core, in virtual time: Asterisk, phones, callers, agents. It answers commands with events. */
export type Outside = {
  call(dialled: string): void;
  obey(command: Command): void;
  hear(fact: NumberedFact): void;
  /** How many calls are on. */
  readonly calls: () => number;
};

/** Of a thousand phones that are rung so many ring out, decline, or are not there; the others answer. */
const ringOut = 80;
const decline = 40;
const isDead = 10;

/** `post` takes the events, at the scheduler's time. Talks last two minutes on average; callers wait two to four. */
export function createOutside(scheduler: Scheduler, dice: Dice, post: (event: Event) => void): Outside {
  const alive = new Map<string, 'ours' | 'caller'>();
  const talking = new Set<string>();
  let callers = 0;

  const later = (ms: number, event: Event): void => void scheduler.after(ms, () => post(event));

  function end(leg: string, cause: number, sip: number): void {
    const kind = alive.get(leg);
    if (kind === undefined) return;
    alive.delete(leg);
    if (kind === 'caller') post({ type: 'leg-left', leg });
    post({ type: 'leg-gone', leg, cause, sip });
  }

  function ring(leg: string): void {
    const afterMs = dice.between(1_000, 8_000);
    const chance = dice.roll(1_000);
    if (chance < isDead) return;
    later(dice.between(20, 120), { type: 'leg-rang', leg, evidence: 'ringing' });
    if (chance < isDead + ringOut) return;
    scheduler.after(afterMs, () => {
      if (!alive.has(leg)) return;
      if (chance < isDead + ringOut + decline) end(leg, 17, 486);
      else post({ type: 'leg-answered', leg });
    });
  }

  return {
    calls: () => callers,
    call(dialled) {
      callers += 1;
      const leg = `17000.${callers}`;
      alive.set(leg, 'caller');
      post({ type: 'caller-arrived', leg, dialled, phone: null });
      scheduler.after(dice.between(120_000, 240_000), () => {
        if (!talking.has(leg)) end(leg, 127, 487);
      });
    },
    obey(command) {
      switch (command.do) {
        case 'create-leg':
          alive.set(command.leg, 'ours');
          later(1, { type: 'leg-created', leg: command.leg, dialled: true });
          return ring(command.leg);
        case 'dial-leg':
          return ring(command.leg);
        case 'hang-up':
          return void scheduler.after(2, () => end(command.leg, 16, 0));
        case 'join': {
          const { call, legs } = command;
          for (const leg of legs) talking.add(leg);
          later(1, { type: 'joined', call, legs });
          const first = dice.pick(legs);
          return void scheduler.after(dice.between(60_000, 180_000), () => end(first, 16, 0));
        }
        case 'look':
          return later(1, {
            type: 'leg-seen',
            leg: command.leg,
            found: alive.has(command.leg) ? { leg: command.leg, state: 'up', arrival: null } : null,
          });
        default:
          return;
      }
    },
    hear(fact) {
      // Who was benched comes back; who missed a call and is only resting does not have to.
      if (fact.type !== 'agent-held' || fact.until !== null) return;
      scheduler.after(20_000, () =>
        post({ type: 'intent', intent: `ready-${fact.seq}`, ask: { do: 'ready', user: fact.agent } }),
      );
    },
  };
}
