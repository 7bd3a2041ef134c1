import { isDeepStrictEqual } from 'node:util';
import type { Command } from '../../src/core/commands.ts';
import type { Event } from '../../src/core/events.ts';
import type { NumberedFact } from '../../src/core/facts.ts';
import { compareIds } from '../../src/core/ordered.ts';
import {
  type CallingRights,
  internalOnly,
  type Payer,
  type RouteSettings,
  type TrunkSettings,
} from '../../src/core/outside.ts';
import { type QueueGiven, type QueueSettings, queueOf } from '../../src/core/queue-settings.ts';
import type { UserSettings } from '../../src/core/settings.ts';
import { step } from '../../src/core/step.ts';
import {
  defaultLimits,
  load,
  type RowKind,
  type Rows,
  rowKinds,
  takeChanges,
  type World,
} from '../../src/core/world.ts';
import { checkRows } from '../../src/simulation/invariants.ts';

/** Drives the core by hand, event by event; after each one the invariants hold, what changed is written, and a reloaded twin does the same. */
export type Driver = {
  readonly world: World;
  now: number;
  readonly facts: NumberedFact[];
  readonly commands: Command[];
  /** Compare every step with a world that was just loaded: on unless switched off. */
  twin: boolean;
  /** So many rows the last step changed. */
  changed: number;
  step(event: Event): Command[];
  /** Lets time pass and expires what is due. */
  pass(ms: number): void;
  /** The legs that were asked for, oldest first. */
  legs(): string[];
};

export const start = 1_000_000;

/** A driver on rows (none: an empty world). */
export function drive(rows: { readonly [K in RowKind]?: readonly Rows[K][] } = {}, twin = true): Driver {
  return driveOn(load(structuredClone(rows)), twin);
}

/** With `known`, the bodies of its rows, nobody but the driver changes the world: what was written is what is there. */
function driveOn(world: World, twin: boolean, known: Bodies | null = null): Driver {
  let kept = known;
  // A world that was made of nothing but these rows is its own twin, until its first step.
  let isTwin = known !== null;
  const driver: Driver = {
    world,
    now: start,
    facts: [],
    commands: [],
    twin,
    changed: 0,
    step(event) {
      const written = driver.twin ? (kept ?? bodiesOf(world)) : null;
      const before = written === null || isTwin ? null : load(rowsIn(written));
      isTwin = false;
      const done = step(world, event, driver.now);
      const changed = new Set(takeChanges(world).map(({ kind, id }) => `${kind}/${id}`));
      driver.changed = changed.size;
      if (written !== null) {
        const now = bodiesOf(world);
        checkWritten(written, now, changed, event);
        if (known !== null) kept = now;
      }
      checkRows(world);
      checkSequence(driver.facts, done.facts);
      driver.facts.push(...done.facts);
      driver.commands.push(...done.commands);
      if (before === null) return done.commands;
      const again = step(before, structuredClone(event), driver.now);
      if (!isDeepStrictEqual(again, { commands: done.commands, facts: done.facts }))
        throw new Error(`the twin differs at ${JSON.stringify(event)}: ${JSON.stringify([again, done])}`);
      return done.commands;
    },
    pass(ms) {
      driver.now += ms;
      driver.step({ type: 'tick' });
    },
    legs: () =>
      driver.commands.flatMap((command) =>
        command.do === 'create-leg' || command.do === 'create-trunk-leg' ? [command.leg] : [],
      ),
  };
  return driver;
}

/** Makes drivers at the place where this one is now, each from nothing but its rows. */
export function placeOf({ world, now, commands }: Driver): () => Driver {
  const bodies = bodiesOf(load(rowsOf(world)));
  return () => {
    const copy = driveOn(load(rowsIn(bodies)), true, bodies);
    copy.now = now;
    copy.commands.push(...commands);
    return copy;
  };
}

/** All rows of a world as they would come back from the database. */
export function rowsOf(world: World): { readonly [K in RowKind]: Rows[K][] } {
  const { meta, ...maps } = world.state;
  const rows: Record<string, unknown> = { meta: [meta] };
  for (const kind of rowKinds) if (kind !== 'meta') rows[kind] = [...maps[kind].values()];
  return JSON.parse(JSON.stringify(rows)) as { readonly [K in RowKind]: Rows[K][] };
}

/** The bodies of all rows as text, by kind and id. */
type Bodies = ReadonlyMap<RowKind, ReadonlyMap<string, string>>;

function bodiesOf({ state }: World): Bodies {
  const { meta, ...maps } = state;
  const bodies = new Map<RowKind, Map<string, string>>([['meta', new Map([['meta', JSON.stringify(meta)]])]]);
  for (const kind of rowKinds) {
    if (kind === 'meta') continue;
    const texts = new Map<string, string>();
    for (const [id, row] of maps[kind]) texts.set(id, JSON.stringify(row));
    bodies.set(kind, texts);
  }
  return bodies;
}

/** The rows of those bodies, as they would come back from the database: in the order of their ids. */
function rowsIn(bodies: Bodies): { readonly [K in RowKind]: Rows[K][] } {
  const inOrder = (texts: ReadonlyMap<string, string>): string[] =>
    [...texts].sort(([one], [other]) => compareIds(one, other)).map(([, text]) => text);
  const lists = [...bodies].map(([kind, texts]) => `"${kind}":[${inOrder(texts).join(',')}]`);
  return JSON.parse(`{${lists.join(',')}}`) as { readonly [K in RowKind]: Rows[K][] };
}

/** A row that is another one after the step was marked, or the database would keep the old one. */
function checkWritten(before: Bodies, after: Bodies, changed: ReadonlySet<string>, event: Event): void {
  for (const kind of rowKinds) {
    const old = before.get(kind) ?? new Map<string, string>();
    const now = after.get(kind) ?? new Map<string, string>();
    for (const id of [...old.keys(), ...now.keys()]) {
      if (old.get(id) === now.get(id) || changed.has(`${kind}/${id}`)) continue;
      throw new Error(
        `${kind}/${id} is not written down at ${JSON.stringify(event)}: it was ${old.get(id)} and is ${now.get(id)}`,
      );
    }
  }
}

function checkSequence(before: readonly NumberedFact[], facts: readonly NumberedFact[]): void {
  let last = before.at(-1)?.seq ?? facts.at(0)?.seq ?? 0;
  if (before.length === 0) last -= 1;
  for (const { seq } of facts) {
    if (seq !== last + 1) throw new Error(`fact ${seq} follows ${last}`);
    last = seq;
  }
}

/** A group with round figures; what a test needs otherwise is given. */
export function group(
  id: string,
  extension: string,
  members: readonly string[],
  other: Partial<QueueGiven> = {},
): QueueSettings {
  return queueOf({
    id,
    extension,
    members,
    strategy: 'linear',
    onMiss: 'next',
    ringMs: 10_000,
    unreachableAfterMs: 5_000,
    maxWaitMs: 60_000,
    wrapUpMs: 8_000,
    backOffMs: 6_000,
    maxRinging: 10,
    targetMs: 20_000,
    overflow: { to: 'hang-up', cause: 'busy' },
    ladder: [
      { misses: 1, withinMs: null, restMs: 20_000, untilReady: false, notify: 'nobody' },
      { misses: 2, withinMs: null, restMs: null, untilReady: true, notify: 'supervisors' },
    ],
    ...other,
  });
}

/** A user whose only phone is their extension; `second` gives another one. */
export function user(id: string, extension: string, second?: string): UserSettings {
  return {
    id,
    name: id,
    extension,
    phones: second === undefined ? [extension] : [extension, second],
    transports: { [extension]: 'tls' },
    skills: {},
    callGroups: ['team'],
    pickupGroups: ['team'],
  };
}

/** `ann` may call out, and what she may is little: a limit of each kind. */
export const rights: CallingRights = {
  ...internalOnly,
  outbound: true,
  classes: ['national', 'international'],
  callerIds: ['+33170000002'],
  maxCalls: 1,
  callsPerMinute: 3,
  minutesPerDay: 1,
};
export const trunk = (id: string, order: number): TrunkSettings => ({
  id,
  order,
  outbound: true,
  format: 'e164',
  maxCalls: 2,
  unreachableAfterMs: 4_000,
  ringMs: 60_000,
  callerId: null,
  headers: [],
});
export const trunks = [trunk('red', 1), trunk('blue', 2)];
export const routes: readonly RouteSettings[] = [
  {
    id: 'main',
    number: '*',
    trunk: null,
    caller: null,
    to: { to: 'group', group: 'line' },
    answer: 'on-agent',
    early: 'music',
  },
  {
    id: 'dan',
    number: '+33170000004',
    trunk: null,
    caller: null,
    to: { to: 'user', user: 'dan' },
    answer: 'on-entry',
    early: 'music',
  },
];
/** The group pays for what it sends out, and for what its members dial: a limit of each kind. */
export const payers: readonly Payer[] = [
  { id: 'group:line', rights: { ...rights, classes: ['national'], maxCalls: 2, minutesPerDay: 2 } },
];
export const abroad = { number: '+493012345', class: 'international' } as const;

/** The company of these tests: `line` 8001 is linear, `all` 8002 rings everybody, `few` 8003 by fewest calls. */
export const users: readonly UserSettings[] = [
  { ...user('ann', '1001'), calling: rights, forwards: 'outside' },
  { ...user('ben', '1002', '1902'), forwards: 'internal' },
  user('cleo', '1003'),
  user('dan', '1004'),
];
export const groups = [
  group('line', '8001', ['ann', 'ben']),
  group('all', '8002', ['ann', 'ben', 'cleo'], { strategy: 'ring-all', overflow: { to: 'user', user: 'dan' } }),
  group('few', '8003', ['cleo', 'dan'], {
    strategy: 'fewest-calls',
    whenNobody: 'overflow',
    overflow: { to: 'dialplan', context: 'after', exten: '1', priority: 1 },
  }),
];
export const phones = users.flatMap((one) => one.phones);

/** A core that runs, with Asterisk known, phones registered and these agents ready. */
export function running(ready: readonly string[] = ['ann', 'ben', 'cleo', 'dan'], twin = true): Driver {
  const driver = drive({}, twin);
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ type: 'settings', revision: 1, users, queues: groups, removedUsers: [], removedQueues: [] });
  driver.step({ type: 'outside', trunks, routes, payers });
  driver.step({ type: 'calendar', day: '2026-11-22' });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p1', legs: [], rooms: [] });
  driver.step({ type: 'phones-surveyed', reachable: phones });
  for (const id of ready)
    driver.step({ type: 'intent', intent: `in-${id}`, ask: { do: 'sign-in', user: id, ready: true } });
  return driver;
}
