import type { QueueSettings } from '../core/queue-settings.ts';
import { isOpen } from '../core/routing/offer.ts';
import type { UserSettings } from '../core/settings.ts';
import type { State } from '../core/state.ts';
import type { SimulatedCaller } from './dialplan.ts';
import { createDice } from './dice.ts';
import type { Rig } from './rig.ts';

/** People who take over what rings at somebody else, by the feature code. */
export type Pickers = {
  /** The users with their pickup groups. */
  readonly users: readonly UserSettings[];
  /** A phone rings, or none, and somebody dials the code. */
  happen(callers: SimulatedCaller[]): void;
};

const code = '*8';
/** A user is in one of them, both or none, and takes calls of one of them, both or none. */
const groups: readonly (readonly string[])[] = [['north'], ['south'], ['north', 'south'], ['north'], []];

/** Draws it from dice of its own (by `seed`), so that what the others do stays what it was. */
export function drawPickers(
  rig: Rig,
  seed: number,
  given: readonly UserSettings[],
  queues: readonly QueueSettings[],
): Pickers {
  const dice = createDice(seed ^ 0x9c8);
  const users = given.map((user) => ({ ...user, callGroups: dice.pick(groups), pickupGroups: dice.pick(groups) }));
  /** Who has a hand on a phone: they answer no other one meanwhile. */
  const dialling = new Map<string, SimulatedCaller>();
  const isDialling = (user: string): boolean => (dialling.get(user)?.state().is ?? 'gone') !== 'gone';

  /** Who takes calls at a number outside, or talks there, is not at their desk, as far as anybody knows. */
  const away = new Set<string>();
  function noteAway(): void {
    const state = rig.world()?.state;
    if (state === undefined) return;
    away.clear();
    for (const { id, station } of state.agents.values()) if (station.kind === 'number') away.add(id);
    for (const { role, trunk, user } of state.legs.values())
      if (role === 'agent' && trunk !== null && user !== null) away.add(user);
  }

  /** They may be rung just now, on this phone or another one, but have no call in hand. */
  function isFree({ id, phones }: UserSettings): boolean {
    const { channels } = rig.asterisk.look();
    const calls = phones.flatMap((one) => [...(rig.asterisk.phone(one)?.calls ?? [])]);
    const inHand = calls
      .map((one) => channels.get(one))
      .filter((one) => one?.kind === 'inbound' || one?.state === 'Up');
    noteAway();
    return inHand.length === 0 && !isDialling(id) && !away.has(id);
  }

  /** They have an agent's call, and a second line: it is tried, and refused. */
  function isTalking({ id }: UserSettings): boolean {
    const agent = rig.world()?.state.agents.get(id);
    return agent?.signedIn === true && agent.work.is === 'talking' && !isDialling(id) && !away.has(id);
  }

  function dial(callers: SimulatedCaller[], { id, phones }: UserSettings, exten: string): void {
    const from = dice.pick(phones);
    if (rig.asterisk.phone(from)?.isRegistered !== true) return;
    for (const one of phones) {
      const phone = rig.asterisk.phone(one);
      if (phone !== undefined) phone.isAttended = () => !isDialling(id);
    }
    const caller = rig.asterisk.dial(exten, from, { patienceMs: 20_000, talkMs: dice.pick([5, 1_000, 15_000]) });
    dialling.set(id, caller);
    callers.push(caller);
  }

  /** The bare code, or with the extension of whom it rings at, of the queue, or of anybody. */
  function exten(ringing: Ringing | undefined): string {
    const chance = dice.roll(100);
    if (chance < 50) return code;
    const anybody = dice.pick(users).extension;
    if (chance < 75) return `${code}${users.find(({ id }) => id === ringing?.user)?.extension ?? anybody}`;
    return `${code}${queues.find(({ id }) => id === ringing?.queue)?.extension ?? anybody}`;
  }

  return {
    users,
    happen(callers) {
      noteAway();
      const state = rig.world()?.state;
      const all = state === undefined ? [] : ringingNow(state);
      const ringing = all.length === 0 ? undefined : dice.pick(all);
      // Now and then nothing rings, or nobody knows whether it does.
      if (ringing === undefined && !dice.happens(100)) return;
      const picker = dice.pick(users);
      const dialled = exten(ringing);
      rig.scheduler.after(dice.pick([0, 5, 700]), () => {
        if (isFree(picker) || (isTalking(picker) && dice.happens(100))) dial(callers, picker, dialled);
      });
    },
  };
}

type Ringing = { readonly user: string; readonly queue: string | null };

function ringingNow({ offers, calls }: State): Ringing[] {
  const offered = [...offers.values()].filter(isOpen).map(({ agent, queue }) => ({ user: agent, queue }));
  const called = [...calls.values()].flatMap(({ phase, callee }) =>
    phase === 'waiting' && callee !== null ? [{ user: callee, queue: null }] : [],
  );
  return [...offered, ...called];
}
