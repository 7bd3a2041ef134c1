import type { PhoneId, UserId } from '../core/settings.ts';
import type { PhoneFields } from '../protocol/phone-settings.ts';
import type { NewPhone, PhonePatch } from '../protocol/phones.ts';
import type { PhoneRow, PhoneSettings } from '../storage/directory/phones.ts';
import {
  type Change,
  type ChangeOptions,
  change,
  type DirectoryContext,
  nextExtensions,
  takeExtension,
} from './context.ts';
import { ha1Of, makePassword } from './password.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

/** A phone that was saved. `password` is the new SIP password, told this once; null when none was made. */
export type SavedPhone = { readonly phone: PhoneRow; readonly password: string | null };

/** The name of a phone's endpoint, auth and AOR: the extension, or extension-label, behind the configured prefix. */
export function phoneIdOf(context: DirectoryContext, extension: string, label: string | null): PhoneId {
  return `${context.config.sip.prefix}${extension}${label === null ? '' : `-${label}`}`;
}

/** Gives a user one more phone; one who has no extension gets the next free one. */
export function addPhone(
  context: DirectoryContext,
  user: UserId,
  input: NewPhone,
  who: string,
  options: ChangeOptions = {},
): SavedPhone {
  const { store } = context;
  const add = (now: Change): SavedPhone => {
    const { extension: had } = existingUser(context, user);
    const extension = had ?? nextExtensions(context, options.avoid)();
    if (had === null) {
      takeExtension(context, extension, 'user', user);
      store.users.giveExtension(user, extension);
    }
    store.users.touch(user, now.revision);
    const saved = insertPhone(context, now, user, extension, input.label ?? null, input);
    now.audit('phone.add', saved.phone.id, null, shown(saved.phone));
    return saved;
  };
  return change(context, who, add, options.dryRun);
}

/** Changes what `patch` names. */
export function setPhone(context: DirectoryContext, id: PhoneId, patch: PhonePatch, who: string): SavedPhone {
  const set = (now: Change): SavedPhone => {
    const before = existingPhone(context, id);
    const saved = updatePhone(context, now, before, patch, patch.sipPassword ?? null);
    now.audit('phone.set', id, shown(before), { ...shown(saved.phone), ...newPassword(saved) });
    return saved;
  };
  return change(context, who, set, patch.dryRun);
}

/** Gives a phone another secret. Who is registered stays so until the registration runs out, and then is refused. */
export function rotatePhone(context: DirectoryContext, id: PhoneId, who: string): SavedPhone {
  return change(context, who, (now) => {
    const before = existingPhone(context, id);
    const saved = updatePhone(context, now, before, {}, makePassword());
    now.audit('phone.rotate', id, null, newPassword(saved));
    return saved;
  });
}

/** A throw-away secret for a phone in a browser: the one of its sign-in before is worth nothing any more. */
export function signInPhone(context: DirectoryContext, id: PhoneId, who: string): SavedPhone {
  const { transport } = existingPhone(context, id);
  if (transport !== 'ws' && transport !== 'wss') {
    throw new Refusal(
      'no-browser-phone',
      `${id} comes by ${transport} and keeps its secret; a phone in a browser comes by ws or wss`,
      'transport',
    );
  }
  return rotatePhone(context, id, who);
}

/** Removes one phone; the user keeps the extension and the other ones. */
export function removePhone(context: DirectoryContext, id: PhoneId, who: string): PhoneRow {
  const { store } = context;
  return change(context, who, (now) => {
    const phone = existingPhone(context, id);
    store.phones.remove(id);
    store.users.touch(phone.user, now.revision);
    now.touchPhone(id);
    now.audit('phone.remove', id, shown(phone), null);
    return phone;
  });
}

/** The phone's row, or a `Refusal`. */
export function existingPhone(context: Pick<DirectoryContext, 'store'>, id: PhoneId): PhoneRow {
  const phone = context.store.phones.find(id);
  if (phone === null) throw new Refusal('unknown-phone', `There is no phone ${id}: see cordboard phone list`, 'id');
  return phone;
}

/** Makes a phone of a user within a change; the extension is theirs already. */
export function insertPhone(
  context: DirectoryContext,
  now: Change,
  user: UserId,
  extension: string,
  label: string | null,
  input: PhoneFields,
): SavedPhone {
  const { store, config } = context;
  const id = phoneIdOf(context, extension, label);
  const other = store.phones.find(id);
  if (other !== null) {
    const what = label === null ? `${user} has a first phone; give this one a label` : `${id} is there already`;
    throw new Refusal('taken', `label: ${what} (it belongs to ${other.user})`, 'label');
  }
  const password = input.sipPassword ?? makePassword();
  const defaults = { transport: 'udp', codecs: config.sip.codecs, nat: 'yes', context: config.sip.context } as const;
  const none = {
    callGroups: [],
    pickupGroups: [],
    autoAnswer: 'no',
    mailboxes: null,
    callerName: null,
    callerNumber: null,
  } as const;
  const settings = merged({ ...defaults, ...none, ha1: ha1Of(id, password) }, input);
  store.phones.insert({ ...settings, id, user, label });
  now.touchPhone(id);
  return { phone: existingPhone(context, id), password };
}

/** Changes a phone of a user within a change. */
export function updatePhone(
  context: DirectoryContext,
  now: Change,
  before: PhoneRow,
  input: PhoneFields,
  password: string | null,
): SavedPhone {
  const ha1 = password === null ? before.ha1 : ha1Of(before.id, password);
  context.store.phones.update({ id: before.id, ...merged({ ...before, ha1 }, input) });
  // The engine knows of a phone only whose it is, its groups, by what it should come, and whether it answers by itself.
  const { callGroups, pickupGroups, transport, autoAnswer } = input;
  if ([callGroups, pickupGroups, transport, autoAnswer].some((one) => one !== undefined))
    context.store.users.touch(before.user, now.revision);
  now.touchPhone(before.id);
  return { phone: existingPhone(context, before.id), password };
}

/** What of a phone the audit keeps: its settings, and never its secret. */
export function shown({ id, user, label, transport, codecs, ...rest }: PhoneRow): Readonly<Record<string, unknown>> {
  const { nat, context, callGroups, pickupGroups, autoAnswer, mailboxes, callerName, callerNumber } = rest;
  const groups = { callGroups, pickupGroups, autoAnswer, mailboxes };
  return { id, user, label, transport, codecs, nat, context, ...groups, callerName, callerNumber };
}

function merged(settings: PhoneSettings, input: PhoneFields): PhoneSettings {
  return {
    transport: input.transport ?? settings.transport,
    codecs: input.codecs ?? settings.codecs,
    nat: input.nat ?? settings.nat,
    context: input.context ?? settings.context,
    callGroups: input.callGroups ?? settings.callGroups,
    pickupGroups: input.pickupGroups ?? settings.pickupGroups,
    autoAnswer: input.autoAnswer ?? settings.autoAnswer,
    mailboxes: input.mailboxes === undefined ? settings.mailboxes : input.mailboxes,
    callerName: input.callerName === undefined ? settings.callerName : input.callerName,
    callerNumber: input.callerNumber === undefined ? settings.callerNumber : input.callerNumber,
    ha1: settings.ha1,
  };
}

function newPassword(saved: SavedPhone): { newPassword?: true } {
  return saved.password === null ? {} : { newPassword: true };
}
