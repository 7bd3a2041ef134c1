import type { Event } from '../../src/core/events.ts';
import { step } from '../../src/core/step.ts';
import { defaultLimits, load, takeChanges, type World } from '../../src/core/world.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { createScheduler } from '../../src/simulation/scheduler.ts';
import { type Batches, batchesOf } from './batches.ts';
import { extensionOf, queuesOf, type Size, usersOf } from './company.ts';
import { createOutside } from './outside.ts';

/** What the core was told, and when. */
export type Told = { readonly at: number; readonly event: Event };

/** A recorded stretch of work: `events` up to `from` bring the company to its working pace, the others are measured. */
export type Stretch = {
  readonly size: Size;
  readonly events: readonly Told[];
  readonly from: number;
  /** Offers made in the measured part. */
  readonly decisions: number;
};

/** The same as it is stepped again. */
export type PackedStretch = {
  readonly settling: Batches<Told>;
  readonly measured: Batches<Told>;
  readonly decisions: number;
};

/** Packs a stretch to be stepped again. */
export function packed({ events, from, decisions }: Stretch): PackedStretch {
  return { settling: batchesOf(events.slice(0, from)), measured: batchesOf(events.slice(from)), decisions };
}

/** Until talks, rests and waits are as many as they will be. */
const settleMs = 180_000;
const startMs = 1_700_000_000_000;

/**
 * Lets a company work in virtual time, at nine tenths of what it can take, and writes down what the core was told. The
 * core gives the same answers to the same events, so that they can be stepped again with nothing else in the loop.
 */
export function recordStretch(size: Size, steps: number): Stretch {
  const scheduler = createScheduler(startMs);
  const dice = createDice(size.agents * 31 + size.queues);
  const world = load({});
  const events: { at: number; event: Event }[] = [];
  let inbox: Event[] = [];
  let decisions = 0;
  const outside = createOutside(scheduler, dice.split(), (event) => inbox.push(event));

  /** As the engine does it: all that is there, and then the deadlines. */
  function drain(): void {
    const drained = inbox;
    inbox = [];
    for (const event of drained) one(event);
    const due = world.index.deadlines.first()?.at ?? Number.POSITIVE_INFINITY;
    if (inbox.length === 0 && due <= scheduler.now()) one({ type: 'tick' });
    takeChanges(world);
  }

  function one(event: Event): void {
    const at = scheduler.now();
    const done = step(world, event, at);
    events.push({ at, event });
    for (const command of done.commands) outside.obey(command);
    for (const fact of done.facts) {
      outside.hear(fact);
      if (fact.type === 'offer-made') decisions += 1;
    }
  }

  inbox.push(...opening(size));
  drain();
  // A call takes an agent for two minutes of talk, five seconds of ringing and ten of rest.
  const everyMs = 135_000 / (size.agents * 0.9);
  let due = startMs;
  const traffic = createDice(size.agents);
  const arrive = (): void => {
    outside.call(extensionOf(traffic.roll(size.queues)));
    due += everyMs;
    scheduler.after(Math.round(due) - scheduler.now(), arrive);
  };
  arrive();
  let from = 0;
  while (from === 0 || events.length < from + steps) {
    const next = Math.min(scheduler.nextAt() ?? Number.POSITIVE_INFINITY, dueOf(world));
    scheduler.runUntil(next);
    while (inbox.length > 0 || dueOf(world) <= scheduler.now()) drain();
    if (from > 0 || scheduler.now() < startMs + settleMs) continue;
    from = events.length;
    decisions = 0;
  }
  return { size, events, from, decisions };
}

function dueOf(world: World): number {
  return world.index.deadlines.first()?.at ?? Number.POSITIVE_INFINITY;
}

function opening(size: Size): Event[] {
  const users = usersOf(size);
  const none = { removedUsers: [], removedQueues: [] };
  return [
    { type: 'started', epoch: 'bench', limits: defaultLimits },
    { type: 'settings', revision: 1, users, queues: queuesOf(size), ...none },
    { type: 'calendar', day: '2026-11-22' },
    { type: 'pbx-connected' },
    { type: 'surveyed', full: true, pbxStarted: 'p1', legs: [], rooms: [] },
    { type: 'phones-surveyed', reachable: users.flatMap((user) => user.phones) },
    ...users.map(({ id }): Event => ({ type: 'intent', intent: id, ask: { do: 'sign-in', user: id, ready: true } })),
  ];
}
