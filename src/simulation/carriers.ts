import {
  type CallingRights,
  internalOnly,
  type NumberClass,
  type Payer,
  type RouteSettings,
  type TrunkSettings,
} from '../core/outside.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { NumberDestination, UserId, UserSettings } from '../core/settings.ts';
import { anyPhone, type Station } from '../core/station.ts';
import type { Behaviour } from '../phones/behaviour.ts';
import { phoneOf } from './company.ts';
import type { SimulatedCaller } from './dialplan.ts';
import { createDice, type Dice } from './dice.ts';
import type { Rig } from './rig.ts';
import type { KeyHabit } from './station.ts';

/** The world outside of a simulated company: carriers, who may call out, ways in. */
export type Carriers = {
  /** The users with what they may dial. */
  readonly users: readonly UserSettings[];
  /** Puts trunks, routes and payers into the rig, and some agents at numbers outside. */
  begin(): void;
  /** One thing happens: a call in or out, a call that is sent out, an agent who goes home, a carrier that changes its ways. */
  happen(callers: SimulatedCaller[]): void;
};

/** What is dialled, and what it is by the dial plan of the rig (France). */
const numbers: Readonly<Record<NumberClass, { readonly dialled: string; readonly number: string }>> = {
  national: { dialled: '0144556677', number: '+33144556677' },
  mobile: { dialled: '0612345678', number: '+33612345678' },
  international: { dialled: '0049301234567', number: '+49301234567' },
  premium: { dialled: '0899123456', number: '+33899123456' },
};
const classes = Object.keys(numbers) as NumberClass[];
const trunkIds = ['red', 'blue'];

/** Draws it from dice of its own (by `seed`), so that what the company does stays what it was. */
export function drawCarriers(
  rig: Rig,
  seed: number,
  given: readonly UserSettings[],
  groups: readonly QueueSettings[],
): Carriers {
  const dice = createDice(seed);
  const atHome = createDice(seed ^ 0x2f6e2b1);
  const stations = drawStations(atHome, given);
  const users = given.map((user) => {
    const drawn = dice.happens(700) ? { ...user, calling: drawRights(dice) } : user;
    // Most of those who take calls at a mobile may be called there.
    if (!stations.has(user.id) || !atHome.happens(800)) return drawn;
    const { calling = internalOnly } = drawn;
    const rights = new Set<NumberClass>([...calling.classes, 'mobile']);
    return { ...drawn, calling: { ...calling, outbound: true, classes: [...rights] } };
  });
  const trunks = trunkIds.map((id, place) => drawTrunk(dice, id, place));
  const payers: readonly Payer[] = [
    { id: 'system', rights: drawRights(dice) },
    ...groups.filter(({ kind }) => kind === 'group').map(({ id }) => ({ id: `group:${id}`, rights: drawRights(dice) })),
  ];
  const routes = [drawRoute(dice, 'main', '+33170000000', groups), drawRoute(dice, 'rest', '*', groups)];

  /** A number outside, with a queue to fall back on; now and then of a class that nobody has read. */
  function place(): NumberDestination {
    const is = dice.pick(classes);
    const { id, kind } = dice.pick(groups);
    const otherwise = kind === 'group' ? ({ to: 'group', group: id } as const) : ({ to: 'queue', queue: id } as const);
    return {
      to: 'number',
      number: numbers[is].number,
      ...(dice.happens(900) ? { class: is } : {}),
      ...(dice.happens(700) ? { otherwise } : {}),
    };
  }

  function dial(callers: SimulatedCaller[]): void {
    const habits = { patienceMs: dice.between(1_000, 30_000), talkMs: dice.pick([1_000, 5_000, 30_000]) };
    if (dice.happens(350)) {
      const exten = dice.pick(['+33170000000', '0033170000009']);
      callers.push(rig.asterisk.dial(exten, '+33601020304', habits, `trunk-${dice.pick(trunkIds)}`));
      return;
    }
    const from = phoneOf(dice.pick(users).id);
    const phone = rig.asterisk.phone(from);
    if (phone === undefined || phone.calls.size > 0 || !phone.isRegistered) return;
    callers.push(rig.asterisk.dial(numbers[dice.pick(classes)].dialled, from, habits));
  }

  function signIn(user: string): void {
    const station = (atHome.happens(700) ? stations.get(user) : undefined) ?? anyPhone;
    rig.ask({ do: 'sign-in', user, ready: true, station });
  }

  return {
    users,
    begin() {
      for (const id of trunkIds) {
        const phone = rig.asterisk.addPhone(`trunk-${id}`, drawHabit(dice));
        Object.assign(phone, { talkMs: 20_000, keys: () => drawKey(atHome) });
      }
      rig.post({ type: 'outside', trunks, routes: [...routes], payers });
      for (const user of stations.keys()) signIn(user);
    },
    happen(callers) {
      const chance = dice.roll(100);
      const id = `trunk-${dice.pick(trunkIds)}`;
      if (chance < 70) return dial(callers);
      if (chance < 75 && stations.size > 0) return signIn(atHome.pick([...stations.keys()]));
      if (chance < 87) {
        const call = [...(rig.world()?.state.calls.values() ?? [])].find(({ phase }) => phase === 'waiting');
        if (call !== undefined) rig.ask({ do: 'move', call: call.id, to: place() });
        return;
      }
      const phone = rig.asterisk.phone(id);
      if (phone !== undefined) phone.behaviour = drawHabit(dice);
    },
  };
}

function drawRights(dice: Dice): CallingRights {
  return {
    ...internalOnly,
    outbound: dice.happens(900),
    classes: classes.filter(() => dice.happens(600)),
    bar: dice.happens(200) ? ['+33144'] : [],
    callerId: dice.happens(500) ? '+33170000001' : null,
    maxCalls: dice.pick([null, 1, 2]),
    callsPerMinute: dice.pick([null, 1, 3]),
    minutesPerDay: dice.pick([null, 1, 2]),
  };
}

/** Who may take calls at a mobile of their own. */
function drawStations(dice: Dice, users: readonly UserSettings[]): ReadonlyMap<UserId, Station> {
  const some = users.filter(() => dice.happens(300));
  const numberOf = (place: number): string => `+336111111${String(place).padStart(2, '0')}`;
  return new Map(some.map(({ id }, place) => [id, { kind: 'number', number: numberOf(place), class: 'mobile' }]));
}

/** What somebody does who answered out there: now and then just as their time is over. */
function drawKey(dice: Dice): KeyHabit {
  const afterMs = dice.pick([200, 1_000, 5_000, 14_995, 15_005]);
  const chance = dice.roll(100);
  if (chance < 60) return { afterMs, key: '1' };
  if (chance < 70) return { afterMs, key: dice.pick(['2', '9', '#']) };
  return { afterMs, key: chance < 80 ? 'hang-up' : 'none' };
}

function drawTrunk(dice: Dice, id: string, place: number): TrunkSettings {
  return {
    id,
    order: place,
    outbound: true,
    format: 'e164',
    maxCalls: dice.pick([null, 1, 3]),
    unreachableAfterMs: dice.pick([1_000, 3_000]),
    ringMs: 20_000,
    callerId: null,
    headers: [],
  };
}

function drawRoute(dice: Dice, id: string, number: string, groups: readonly QueueSettings[]): RouteSettings {
  const { id: queue, kind } = dice.pick(groups);
  const home = kind === 'group' ? ({ to: 'group', group: queue } as const) : ({ to: 'queue', queue } as const);
  const away = { to: 'number', number: numbers.mobile.number, class: 'mobile', otherwise: home } as const;
  return {
    ...{ id, number, trunk: null, caller: null, to: dice.happens(300) ? away : home },
    answer: dice.pick(['on-entry', 'on-agent']),
    early: dice.pick(['music', 'ringing']),
  };
}

function drawHabit(dice: Dice): Behaviour {
  const afterMs = dice.pick([5, 300, 2_000]);
  const chance = dice.roll(100);
  if (chance < 60) return { kind: 'answer', afterMs, ringAfterMs: dice.pick([0, 20, null]) };
  if (chance < 90) return { kind: 'decline', sip: dice.pick([503, 486, 404, 403]), afterMs, ring: dice.happens(500) };
  return dice.pick([{ kind: 'ignore' }, { kind: 'silent' }, { kind: 'progress-only' }] as const);
}
