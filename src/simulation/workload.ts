import { drawCarriers } from './carriers.ts';
import { drawQueue, drawSkills, drawUser, drawWishes, overflows, phoneOf } from './company.ts';
import type { SimulatedCaller } from './dialplan.ts';
import { createDice, type Dice } from './dice.ts';
import { noFaults, poorFaults } from './faults.ts';
import { drawForwarders } from './forwarders.ts';
import { habit, intent, reasons } from './people.ts';
import { drawPickers } from './pickers.ts';
import type { Rig } from './rig.ts';

/** How rough it gets: nothing goes wrong, the network is poor, or things die. */
export const weathers = ['fair', 'poor', 'storm'] as const;
export type Weather = (typeof weathers)[number];

/** People at work: groups, agents with their habits, callers with their patience, and the weather. */
export type Workload = {
  /** Begins the traffic. */
  start(): void;
  /** No more faults; calls and people go on. */
  calm(): void;
  /** Nobody calls any more, and every phone behaves. */
  close(): void;
  readonly callers: readonly SimulatedCaller[];
  readonly describe: string;
};

/** So often something happens between the company and the world outside. */
const outsideMs = 5_000;
/** And so often somebody sets a forward on a phone. */
const forwardMs = 7_000;
/** And so often somebody hears a phone ring that is not theirs. */
const pickupMs = 5_000;
/** And so often somebody learns or forgets something. */
const lessonMs = 11_000;

/** Draws a company from the dice, and what is outside of it from dice of their own, and puts both into the rig. */
export function createWorkload(rig: Rig, dice: Dice, weather: Weather, outsideSeed = 1): Workload {
  const people = Array.from({ length: dice.between(2, 10) }, (_, place) => drawUser(dice, place));
  const phones = people.flatMap((one) => one.phones);
  let revision = 1;
  const groups = Array.from({ length: dice.between(1, 3) }, (_, place) => drawQueue(dice, place, people));
  const carriers = drawCarriers(rig, outsideSeed, people, groups);
  const forwarders = drawForwarders(rig, outsideSeed, carriers.users, groups);
  const pickers = drawPickers(rig, outsideSeed, forwarders.users, groups);
  const users = [...pickers.users];
  const lessons = createDice(outsideSeed ^ 0x5c1);
  const callers: SimulatedCaller[] = [];
  const paceMs = dice.pick([800, 2_000, 4_000, 9_000]);
  let isOpen = true;
  let isRough = false;

  /** Does something again and again, at intervals from the dice, while the doors are open. */
  function often(aboutMs: number, act: () => void, isOn: () => boolean = () => isOpen): void {
    rig.scheduler.after(dice.between(1, aboutMs * 2), () => {
      if (!isOn()) return;
      act();
      often(aboutMs, act, isOn);
    });
  }

  function begin(): void {
    for (const id of phones) rig.asterisk.addPhone(id, habit(dice)).talkMs = dice.pick([null, 2_000, 15_000]);
    rig.post({ type: 'settings', revision, users, queues: groups, removedUsers: [], removedQueues: [], reasons });
    rig.post({ type: 'calendar', day: '2026-11-22' });
    rig.post({ type: 'phones-surveyed', reachable: phones });
    for (const { id } of users) if (!dice.happens(100)) rig.ask({ do: 'sign-in', user: id, ready: !dice.happens(100) });
    carriers.begin();
    // At even intervals: the dice of the company are not asked.
    rig.scheduler.after(outsideMs, outside);
    rig.scheduler.after(forwardMs, forward);
    rig.scheduler.after(pickupMs, pickUp);
    rig.scheduler.after(lessonMs, lesson);
    often(paceMs, call);
    often(12_000, changeHabit);
    often(6_000, () => rig.ask(intent(rig, dice, users, overflows)));
    often(15_000, flap);
    often(10_000, fiddle);
    often(150_000, drain);
    often(50_000, changeSettings);
    if (weather === 'fair') return;
    isRough = true;
    Object.assign(rig.asterisk.faults, poorFaults);
    often(
      45_000,
      () => rig.asterisk.loseNews(dice.between(50, 5_000)),
      () => isRough,
    );
    if (weather === 'poor') return;
    rig.onReplaced = () => {
      rig.kill();
      startLater();
    };
    often(
      120_000,
      () => rig.asterisk.replaceApplication(dice.between(1, 3_000)),
      () => isRough,
    );
    often(
      30_000,
      () => rig.stall(dice.between(50, 6_000)),
      () => isRough,
    );
    often(
      60_000,
      () => rig.stepClock(dice.pick([-3_600_000, -2_000, 1_500, 3_600_000])),
      () => isRough,
    );
    often(
      40_000,
      () => rig.asterisk.loseConnection(dice.between(100, 20_000)),
      () => isRough,
    );
    often(60_000, killEngine, () => isRough);
    often(60_000, fillDisk, () => isRough);
    often(
      240_000,
      () => rig.asterisk.crash(dice.between(1_000, 15_000)),
      () => isRough,
    );
  }

  function outside(): void {
    if (!isOpen) return;
    carriers.happen(callers);
    rig.scheduler.after(outsideMs, outside);
  }

  function forward(): void {
    if (!isOpen) return;
    forwarders.happen(callers);
    rig.scheduler.after(forwardMs, forward);
  }

  function pickUp(): void {
    if (!isOpen) return;
    pickers.happen(callers);
    rig.scheduler.after(pickupMs, pickUp);
  }

  /** Somebody who is there has other skills from now on. */
  function lesson(): void {
    if (!isOpen) return;
    const place = lessons.roll(users.length);
    const skills = drawSkills(lessons);
    const before = users[place];
    if (before !== undefined && rig.world()?.state.users.has(before.id)) {
      const user = { ...before, skills };
      users[place] = user;
      revision += 1;
      rig.post({ type: 'settings', revision, users: [user], queues: [], removedUsers: [], removedQueues: [] });
    }
    rig.scheduler.after(lessonMs, lesson);
  }

  function call(): void {
    const drawnMs = dice.between(1_000, 60_000);
    // Now and then somebody stays on the line for whatever comes.
    const patienceMs = callers.length % 9 === 0 ? 150_000 : drawnMs;
    const habits = { patienceMs, talkMs: dice.pick([null, 1_000, 5_000, 20_000]) };
    const internal = dice.happens(150);
    const exten = internal ? dice.pick(users).extension : dice.pick(groups).extension;
    const from = dice.happens(250) ? phoneOf(dice.pick(users).id) : '0301234';
    const phone = rig.asterisk.phone(from);
    if (phone !== undefined && (phone.calls.size > 0 || !phone.isRegistered)) return;
    const wishes = dice.happens(250) ? { wishes: drawWishes(dice) } : {};
    callers.push(rig.asterisk.dial(exten ?? '', from, { ...habits, ...wishes, talkMs: habits.talkMs ?? 30_000 }));
  }

  function changeHabit(): void {
    const phone = rig.asterisk.phone(dice.pick(phones));
    if (phone !== undefined) phone.behaviour = habit(dice);
  }

  function flap(): void {
    const id = dice.pick(phones);
    rig.asterisk.setRegistered(id, false);
    // Now and then it comes back by another transport than its own.
    rig.scheduler.after(dice.between(10, 20_000), () =>
      rig.asterisk.setRegistered(id, true, rig.scheduler.now() % 3 === 0 ? 'udp' : 'ws'),
    );
  }

  /** Somebody plays with the keys of a phone, in a talk where there is one. */
  function fiddle(): void {
    const what = dice.pick(['hold', 'resume', { press: '1' }, { press: '#' }, { refer: '8001' }] as const);
    rig.asterisk.ask(dice.pick(phones), what);
  }

  /** Somebody edits a group, takes a user out for a while, or a whole group. */
  function changeSettings(): void {
    revision += 1;
    const none = { type: 'settings', revision, users: [], queues: [], removedUsers: [], removedQueues: [] } as const;
    const edited = dice.pick(groups);
    const removed = dice.pick(users);
    const other = drawQueue(dice, groups.indexOf(edited), users);
    switch (dice.roll(4)) {
      case 0:
        rig.post({ ...none, removedUsers: [removed.id] });
        rig.scheduler.after(dice.between(1, 20_000), () => rig.post({ ...none, users: [removed], queues: groups }));
        return;
      case 1:
        rig.post({ ...none, removedQueues: [edited.id] });
        rig.scheduler.after(dice.between(1, 20_000), () => rig.post({ ...none, queues: [edited] }));
        return;
      default:
        rig.post({ ...none, queues: [other] });
    }
  }

  function drain(): void {
    rig.ask({ do: 'drain' });
    rig.scheduler.after(dice.between(10, 10_000), () => void rig.ask({ do: 'undrain' }));
  }

  function fillDisk(): void {
    rig.store.isFull = true;
    rig.scheduler.after(dice.pick([50, 900, 9_000]), () => {
      rig.store.isFull = false;
    });
  }

  function killEngine(): void {
    if (rig.world() === null) return;
    if (dice.happens(500)) rig.killAtCommit();
    else rig.kill();
    startLater();
  }

  function startLater(): void {
    rig.scheduler.after(dice.between(50, dice.pick([1_000, 45_000])), () => rig.start());
  }

  return {
    start: begin,
    callers,
    describe: `${users.length} agents, ${groups.map((one) => `${one.id} ${one.strategy}`).join(', ')}, ${weather}`,
    calm() {
      isRough = false;
      Object.assign(rig.asterisk.faults, noFaults());
      // News that were lost are made up for by the whole list, as after every connect.
      rig.asterisk.loseNews(10);
    },
    close() {
      isOpen = false;
      rig.ask({ do: 'undrain' });
      for (const phone of rig.asterisk.phones()) phone.talkMs = 1_000;
    },
  };
}
