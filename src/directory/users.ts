import type { UserId } from '../core/settings.ts';
import type { PhoneFields } from '../protocol/phone-settings.ts';
import type { NewUser, UserPatch } from '../protocol/users.ts';
import type { UserRow } from '../storage/directory/users.ts';
import {
  type Change,
  type ChangeOptions,
  change,
  type DirectoryContext,
  nextExtensions,
  takeExtension,
} from './context.ts';
import { refuseWhileRouted } from './numbers.ts';
import { queuesThatOverflowTo } from './overflow.ts';
import { makePassword } from './password.ts';
import { insertPhone, type SavedPhone, shown as shownPhone, updatePhone } from './phones.ts';
import { Refusal } from './refusal.ts';
import { dropRights } from './rights.ts';
import { leaveSite } from './sites.ts';

/**
 * A user that was saved. `password` is the first phone's new SIP password, told this once; null when none was made. `phones`
 * are those that were made or changed.
 */
export type SavedUser = {
  readonly user: UserRow;
  readonly password: string | null;
  readonly phones: readonly SavedPhone[];
};

/** Adds one user with their phones. Throws a `Refusal` that names the field. */
export function addUser(
  context: DirectoryContext,
  input: NewUser,
  who: string,
  options: ChangeOptions = {},
): SavedUser {
  return change(
    context,
    who,
    (now) => insertUser(context, now, input, nextExtensions(context, options.avoid)),
    options.dryRun,
  );
}

/** Adds all of these users in one transaction, or none: a `Refusal` says which one was wrong. */
export function importUsers(
  context: DirectoryContext,
  inputs: readonly NewUser[],
  who: string,
  options: ChangeOptions = {},
): readonly SavedUser[] {
  const next = nextExtensions(context, options.avoid);
  const insert = (now: Change, input: NewUser, place: number): SavedUser => {
    try {
      return insertUser(context, now, input, next);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const message = `user ${place + 1} (${input.username}): ${error.message}`;
      throw new Refusal(error.code, message, `users.${place}.${error.field ?? ''}`);
    }
  };
  return change(context, who, (now) => inputs.map((input, place) => insert(now, input, place)), options.dryRun);
}

/** Changes what `patch` names. An extension, once given, stays: it is in contacts, on cards and in other people's phones. */
export function setUser(
  context: DirectoryContext,
  id: UserId,
  patch: UserPatch,
  who: string,
  options: ChangeOptions = {},
): SavedUser {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingUser(context, id);
    const phone = store.phones.ofUser(id)[0] ?? null;
    if (patch.extension !== undefined && before.extension !== null && patch.extension !== before.extension) {
      const why = `${id} has ${before.extension}, and an extension never changes; add another user for another number`;
      throw new Refusal('unchangeable', `extension: ${why}`, 'extension');
    }
    const given = before.extension === null && patch.extension !== undefined;
    const extension = given
      ? extensionOf(context, id, patch.extension, nextExtensions(context, options.avoid))
      : before.extension;
    const { name = before.name, forwards = before.forwards } = patch;
    const user = { ...before, name, extension, forwards, revision: now.revision };
    store.users.update(user);
    const phones: SavedPhone[] = [];
    if (given && extension !== null) {
      phones.push(insertPhone(context, now, id, extension, null, patch));
    } else if (phone === null) {
      refusePhoneFields(id, patch);
    } else {
      const password = patch.sipPassword ?? (patch.newPassword === true ? makePassword() : null);
      phones.push(updatePhone(context, now, phone, patch, password));
    }
    // The name is on the screens of those whom the other phones call, too.
    const others = user.name === before.name ? [] : store.phones.ofUser(id).slice(1);
    for (const other of others) phones.push(updatePhone(context, now, other, {}, null));
    const password = phones[0]?.password ?? null;
    const first = phones[0]?.phone ?? null;
    now.audit('user.set', id, shownUser(before, phone), {
      ...shownUser(user, first),
      ...(password === null ? {} : { newPassword: true }),
    });
    return { user, password, phones };
  });
}

/** What a user who was removed is no longer a member of. */
export type Left = { readonly leftGroup: string | null; readonly leftQueues: readonly string[] };

/** Removes a user, their phones, their rights, their memberships and their place at a site. Says which memberships those were. */
export function removeUser(context: DirectoryContext, id: UserId, who: string): Left {
  const { store } = context;
  return change(context, who, (now) => {
    const user = existingUser(context, id);
    const [first, ...others] = queuesThatOverflowTo(store, { to: 'user', user: id });
    if (first !== undefined) {
      throw new Refusal(
        'in-use',
        `${[first, ...others].map((queue) => queue.id).join(', ')} overflows to ${id}: change that first (cordboard ${first.kind} set ${first.id} --overflow …)`,
      );
    }
    for (const phone of store.phones.ofUser(id)) {
      store.phones.remove(phone.id);
      now.touchPhone(phone.id);
    }
    // The rows of membership go with the user; those queues are other ones to the engine.
    for (const queue of [...(user.group === null ? [] : [user.group]), ...user.queues])
      store.queues.touch(queue, now.revision);
    if (user.extension !== null) {
      store.extensions.free(user.extension);
    }
    refuseWhileRouted(store, { to: 'user', user: id });
    store.users.remove(id);
    dropRights(store, now, `user:${id}`);
    leaveSite(store, now, id);
    now.audit('user.remove', id, shownUser(user, null), null);
    return { leftGroup: user.group, leftQueues: user.queues };
  });
}

/** The user's row, or a `Refusal`. */
export function existingUser(context: Pick<DirectoryContext, 'store'>, id: UserId): UserRow {
  const user = context.store.users.find(id);
  if (user === null) {
    throw new Refusal('unknown-user', `There is no user ${id}: see cordboard user list`, 'username');
  }
  return user;
}

function insertUser(context: DirectoryContext, now: Change, input: NewUser, next: () => string): SavedUser {
  const { store } = context;
  if (store.users.find(input.username) !== null) {
    throw new Refusal('taken', `username: expected a new one; ${input.username} exists`, 'username');
  }
  const extension = extensionOf(context, input.username, input.extension, next);
  const { username: id, name, skills = {}, forwards = 'refuse' } = input;
  const user: UserRow = { id, name, extension, forwards, revision: now.revision, group: null, queues: [], skills };
  store.users.insert(user, context.now());
  for (const [skill, level] of Object.entries(skills)) store.skills.put(id, skill, level);
  const phones: SavedPhone[] = [];
  if (extension === null) {
    refusePhoneFields(user.id, input);
  } else {
    phones.push(insertPhone(context, now, user.id, extension, null, input));
    for (const further of input.phones ?? []) {
      phones.push(insertPhone(context, now, user.id, extension, further.label, further));
    }
  }
  now.audit('user.add', user.id, null, shownUser(user, phones[0]?.phone ?? null));
  return { user, password: phones[0]?.password ?? null, phones };
}

/** Takes the number that was asked for; null when none was. */
function extensionOf(
  context: DirectoryContext,
  owner: UserId,
  asked: string | undefined,
  next: () => string,
): string | null {
  if (asked === undefined) return null;
  const number = asked === 'next' ? next() : asked;
  takeExtension(context, number, 'user', owner);
  return number;
}

const phoneFieldNames = [
  'sipPassword',
  'codecs',
  'transport',
  'nat',
  'context',
  'callGroups',
  'pickupGroups',
  'autoAnswer',
  'mailboxes',
  'callerName',
  'callerNumber',
] as const;

function refusePhoneFields(
  user: UserId,
  input: PhoneFields & { readonly phones?: unknown; readonly newPassword?: unknown },
): void {
  const named = [...phoneFieldNames, 'phones' as const, 'newPassword' as const];
  const field = named.find((name) => input[name] !== undefined && input[name] !== false);
  if (field === undefined) return;
  throw new Refusal('no-extension', `${field}: ${user} has no phone; give an extension too, or a phone`, field);
}

/** What the audit keeps: no secret. */
export function shownUser(user: UserRow, phone: SavedPhone['phone'] | null): Readonly<Record<string, unknown>> {
  const { revision: _, ...kept } = user;
  return phone === null ? kept : { ...kept, phone: shownPhone(phone) };
}
