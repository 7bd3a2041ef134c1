import type { UserId } from '../core/settings.ts';
import type { NewUser, UserPatch } from '../protocol/users.ts';
import type { UserRow } from '../storage/directory/users.ts';
import { type Change, change, type DirectoryContext, takeExtension } from './context.ts';
import { groupsThatOverflowTo } from './overflow.ts';
import { ha1Of, makePassword } from './password.ts';
import { Refusal } from './refusal.ts';

/** A user that was saved. `password` is the new SIP password, told this once; null when none was made. */
export type SavedUser = { readonly user: UserRow; readonly password: string | null };

/** Adds one user with their phone. Throws a `Refusal` that names the field. */
export function addUser(context: DirectoryContext, input: NewUser, who: string): SavedUser {
  return change(context, who, (now) => insertUser(context, now, input));
}

/** Adds all of these users in one transaction, or none: a `Refusal` says which one was wrong. */
export function importUsers(context: DirectoryContext, inputs: readonly NewUser[], who: string): readonly SavedUser[] {
  return change(context, who, (now) =>
    inputs.map((input, i) => {
      try {
        return insertUser(context, now, input);
      } catch (error) {
        if (error instanceof Refusal) {
          throw new Refusal(
            error.code,
            `user ${i + 1} (${input.username}): ${error.message}`,
            `users.${i}.${error.field ?? ''}`,
          );
        }
        throw error;
      }
    }),
  );
}

/** Changes what `patch` names. Another extension is another SIP account, so it comes with a new password. */
export function setUser(context: DirectoryContext, id: UserId, patch: UserPatch, who: string): SavedUser {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingUser(context, id);
    const phone = store.phones.ofUser(id)[0] ?? null;
    const extension = patch.extension === undefined ? before.extension : patch.extension;
    const moved = extension !== before.extension;
    if (moved && extension === null && before.group !== null) {
      throw new Refusal(
        'in-use',
        `extension: ${id} is a member of ${before.group} and needs one; remove them from it first`,
        'extension',
      );
    }
    if (extension === null) {
      refusePhoneFields(patch);
    }
    if (moved && before.extension !== null) {
      store.extensions.free(before.extension);
    }
    if (moved && extension !== null) {
      takeExtension(context, extension, 'user', id);
    }
    const user = { ...before, name: patch.name ?? before.name, extension, revision: now.revision };
    store.users.update(user);
    const password =
      extension !== null && (moved || patch.newPassword === true || patch.sipPassword !== undefined)
        ? (patch.sipPassword ?? makePassword())
        : null;
    const transport = patch.transport ?? phone?.transport ?? 'udp';
    const codecs = patch.codecs ?? phone?.codecs ?? context.config.sip.codecs;
    if (phone !== null && moved) {
      store.phones.remove(phone.id);
      now.touchPhone(phone.id);
    }
    if (extension !== null) {
      const ha1 = password === null ? (phone?.ha1 ?? '') : ha1Of(extension, password);
      const saved = { id: extension, user: id, transport, codecs, ha1 };
      if (moved) store.phones.insert(saved);
      else store.phones.update(saved);
      now.touchPhone(extension);
    }
    now.audit('user.set', id, shown(before, phone), shown(user, { transport, codecs }, password !== null));
    return { user, password };
  });
}

/** Removes a user, their phone and their membership. Says which group they left. */
export function removeUser(context: DirectoryContext, id: UserId, who: string): { leftGroup: string | null } {
  const { store } = context;
  return change(context, who, (now) => {
    const user = existingUser(context, id);
    const pointing = groupsThatOverflowTo(store, { to: 'user', user: id });
    if (pointing.length > 0) {
      throw new Refusal(
        'in-use',
        `${pointing.join(', ')} overflows to ${id}: change that first (cordboard group set ${pointing[0]} --overflow …)`,
      );
    }
    for (const phone of store.phones.ofUser(id)) {
      store.phones.remove(phone.id);
      now.touchPhone(phone.id);
    }
    if (user.group !== null) {
      store.groups.drop(id);
      store.groups.touch(user.group, now.revision);
    }
    if (user.extension !== null) {
      store.extensions.free(user.extension);
    }
    store.users.remove(id);
    now.audit('user.remove', id, shown(user, null), null);
    return { leftGroup: user.group };
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

function insertUser(context: DirectoryContext, now: Change, input: NewUser): SavedUser {
  const { store } = context;
  if (store.users.find(input.username) !== null) {
    throw new Refusal('taken', `username: expected a new one; ${input.username} exists`, 'username');
  }
  const extension = input.extension ?? null;
  if (extension === null) {
    refusePhoneFields(input);
  } else {
    takeExtension(context, extension, 'user', input.username);
  }
  const user: UserRow = { id: input.username, name: input.name, extension, revision: now.revision, group: null };
  store.users.insert(user, context.now());
  let password: string | null = null;
  if (extension !== null) {
    password = input.sipPassword ?? makePassword();
    const codecs = input.codecs ?? context.config.sip.codecs;
    store.phones.insert({
      id: extension,
      user: user.id,
      transport: input.transport,
      codecs,
      ha1: ha1Of(extension, password),
    });
    now.touchPhone(extension);
  }
  now.audit('user.add', user.id, null, shown(user, extension === null ? null : store.phones.find(extension)));
  return { user, password };
}

function refusePhoneFields(input: { sipPassword?: string | undefined; codecs?: readonly string[] | undefined }): void {
  const field = input.sipPassword !== undefined ? 'sipPassword' : input.codecs !== undefined ? 'codecs' : null;
  if (field !== null) {
    throw new Refusal('no-extension', `${field}: a user with no extension has no phone; give an extension too`, field);
  }
}

/** What the audit keeps: no secret, but whether there was a new one. */
function shown(
  user: UserRow,
  phone: { transport: string; codecs: readonly string[] } | null,
  newPassword = false,
): unknown {
  const { revision: _, ...kept } = user;
  return {
    ...kept,
    ...(phone === null ? {} : { transport: phone.transport, codecs: phone.codecs }),
    ...(newPassword ? { newPassword } : {}),
  };
}
