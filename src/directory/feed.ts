import type { SettingsEvent } from '../core/events.ts';
import type { CallingRights } from '../core/outside.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { LadderStep, QueueId, ReasonSettings, UserId, UserSettings } from '../core/settings.ts';
import type { DialPlan } from '../numbering/numbering.ts';
import type { ReasonView } from '../protocol/reasons.ts';
import type { ToFront } from '../protocol/seam.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import type { UserRow } from '../storage/directory/users.ts';
import { withClasses } from './number-classes.ts';
import { callingRights } from './rights.ts';

/** At most so many users, or queues, in one event: a portion must not hold the engine's loop for long. */
export const PORTION = 500;

/** Keeps the engine told of the directory. */
export type Feed = {
  /** The engine said what it knows: everything that differs is sent. */
  hello(known: Extract<ToFront, { kind: 'hello' }>): void;
  /** The directory changed: what changed since the last event is sent. Nothing happens before `hello`. */
  sync(): void;
};

/** What the engine has: rows newer than `since` are new to it; `revision` is the number that it goes by. */
type Known = { revision: number; since: number; users: ReadonlySet<UserId>; queues: ReadonlySet<QueueId> };

/**
 * Makes the feed. `ladder` is the configuration's, and that of every queue which has none of its own; `plan` says what class a
 * number has. When one of them is another one than last time, all queues count as changed.
 */
export function createFeed(
  store: DirectoryStore,
  ladder: readonly LadderStep[],
  plan: DialPlan,
  send: (event: SettingsEvent) => void,
): Feed {
  let known: Known | null = null;
  noticeChange(store, 'ladder', ladder);
  noticeChange(store, 'country', plan.country);
  noticeShape(store);

  function sync(): void {
    if (known === null || known.since === store.revision()) {
      return;
    }
    const revision = store.revision();
    const users = new Set(store.users.ids());
    const queues = new Set(store.queues.ids());
    const news: News = {
      users: store.users
        .changedSince(known.since)
        .map((user) => userSettings(user, store.phones.ofUser(user.id), callingRights(store, user.id, user.group))),
      queues: store.queues.changedSince(known.since).map((queue) => queueSettings(queue, ladder, plan)),
      removedUsers: [...known.users].filter((id) => !users.has(id)).sort(),
      removedQueues: [...known.queues].filter((id) => !queues.has(id)).sort(),
      ...(store.reasons.revision() > known.since ? { reasons: store.reasons.all().map(reasonSettings) } : {}),
    };
    for (const event of portions(news, known.revision, revision)) {
      send(event);
    }
    known = { revision, since: revision, users, queues };
  }

  return {
    hello({ revision, users, queues }) {
      const had = { users: new Set(users), queues: new Set(queues) };
      if (revision > store.revision()) {
        // The directory came from a backup. The engine's revision only grows, so ours has to pass it.
        store.transaction(() => store.setRevision(revision + 1));
        known = { revision, since: -1, ...had };
      } else {
        const complete = store.users
          .ids()
          .every((id) => had.users.has(id) || (store.users.find(id)?.revision ?? 0) > revision);
        known = { revision, since: complete ? revision : -1, ...had };
      }
      sync();
    },
    sync,
  };
}

type News = Pick<SettingsEvent, 'users' | 'queues' | 'removedUsers' | 'removedQueues' | 'reasons'>;

/**
 * One event where all of it fits; else removals first, since a removed user's extension may have been given to a new one,
 * then users, then the queues that name them. All portions but the last carry the revision that the engine had before:
 * an engine that dies between two of them will ask for everything again.
 */
function portions(news: News, before: number, after: number): readonly SettingsEvent[] {
  const { users, queues, removedUsers, removedQueues, reasons } = news;
  if (users.length + queues.length + removedUsers.length + removedQueues.length <= PORTION) {
    return [{ type: 'settings', revision: after, ...news }];
  }
  const parts: News[] = [];
  const add = (part: Partial<News>): void => {
    parts.push({ users: [], queues: [], removedUsers: [], removedQueues: [], ...part });
  };
  if (removedUsers.length + removedQueues.length > 0) add({ removedUsers, removedQueues });
  for (let i = 0; i < users.length; i += PORTION) add({ users: users.slice(i, i + PORTION) });
  for (let i = 0; i < queues.length; i += PORTION) add({ queues: queues.slice(i, i + PORTION) });
  if (reasons !== undefined) add({ reasons });
  return parts.map((part, i) => ({ type: 'settings', revision: i === parts.length - 1 ? after : before, ...part }));
}

function reasonSettings({ name, label, limitMs }: ReasonView): ReasonSettings {
  return { id: name, name: label, limitMs };
}

function userSettings(row: UserRow, phones: readonly PhoneRow[], calling: CallingRights | null): UserSettings {
  const { id, name, extension, skills, forwards } = row;
  const inBrowser = phones.filter(({ transport }) => transport === 'ws' || transport === 'wss');
  const answering = phones.flatMap(({ id, autoAnswer }) => (autoAnswer === 'no' ? [] : [[id, autoAnswer] as const]));
  const groups = (pick: (phone: PhoneRow) => readonly string[]) => [...new Set(phones.flatMap(pick))].sort();
  return {
    id,
    name,
    extension,
    phones: phones.map((phone) => phone.id),
    ...(inBrowser.length === 0 ? {} : { browserPhones: inBrowser.map((phone) => phone.id) }),
    ...(answering.length === 0 ? {} : { autoAnswer: Object.fromEntries(answering) }),
    transports: Object.fromEntries(phones.map(({ id, transport }) => [id, transport])),
    callGroups: groups((phone) => phone.callGroups),
    pickupGroups: groups((phone) => phone.pickupGroups),
    skills,
    ...(calling === null ? {} : { calling }),
    ...(forwards === 'refuse' ? {} : { forwards }),
  };
}

function queueSettings(row: QueueRow, ladder: readonly LadderStep[], plan: DialPlan): QueueSettings {
  const { revision: _, ...settings } = row;
  return { ...settings, overflow: withClasses(row.overflow, plan), ladder: row.ladder ?? ladder };
}

/** What is said of a user has grown since the engine was told: all of them count as changed, once. */
const shape = 'browser-phones';

function noticeShape(store: DirectoryStore): void {
  if (store.meta.get('feed-shape') === shape) return;
  store.transaction(() => {
    const revision = store.revision() + 1;
    store.setRevision(revision);
    for (const id of store.users.ids()) store.users.touch(id, revision);
    store.meta.set('feed-shape', shape);
  });
}

function noticeChange(store: DirectoryStore, what: 'ladder' | 'country', now: unknown): void {
  const written = JSON.stringify(now);
  if (store.meta.get(what) === written) {
    return;
  }
  store.transaction(() => {
    const revision = store.revision() + 1;
    store.setRevision(revision);
    store.queues.touchAll(revision);
    store.meta.set(what, written);
  });
}
