import type { SavedPhone } from '../directory/phones.ts';
import { sipCredentials } from '../directory/sip-access.ts';
import type { PhoneView, SipCredentials } from '../protocol/phones.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';
import type { Services } from './services.ts';

/** What is known of a phone's contact. `via` is null where Asterisk was not asked, or could not be. */
export type Registration = { readonly registered: boolean; readonly via: string | null };

/** Every phone's registration: whether, as the engine last wrote it, and by which transport, from Asterisk. */
export async function registrations(services: Services): Promise<ReadonlyMap<string, Registration>> {
  const via = await services.registeredBy().catch(() => new Map<string, string>());
  return new Map(services.live.phones().map(({ id, registered }) => [id, { registered, via: via.get(id) ?? null }]));
}

/** Whether these phones are registered: whoever adds a thousand users does not read a million rows. */
export function registrationsOf(services: Services, ids: readonly string[]): ReadonlyMap<string, Registration> {
  const found = ids.flatMap((id) => services.live.phone(id) ?? []);
  return new Map(found.map(({ id, registered }) => [id, { registered, via: null }]));
}

/** A phone for people. */
export function phoneView(phone: PhoneRow, known: ReadonlyMap<string, Registration>): PhoneView {
  const { id, label, extension, transport, codecs, nat, context, callGroups, pickupGroups } = phone;
  const { autoAnswer, mailboxes, failure, drift } = phone;
  const registration = known.get(id) ?? null;
  const registeredBy = registration?.registered === true ? registration.via : null;
  return {
    ...{ id, username: phone.user, label, extension, transport, codecs, nat, context, callGroups, pickupGroups },
    autoAnswer,
    mailboxes,
    callerName: phone.callerName ?? phone.userName,
    callerNumber: phone.callerNumber ?? extension,
    registered: registration?.registered ?? null,
    registeredBy,
    provisioned: phone.applied !== null,
    failure,
    drift,
    warnings: [...codecWarnings(codecs), ...transportWarnings(phone, registeredBy)],
  };
}

/** What to enter into a phone that was just saved; null when its secret is an old one. */
export function credentialsOf(services: Services, { phone, password }: SavedPhone): SipCredentials | null {
  return password === null
    ? null
    : sipCredentials(services.config, services.iceServers, phone.id, password, phone.transport);
}

/** Debian's Asterisk passes g729 on and cannot make anything else of it. */
function codecWarnings(codecs: readonly string[]): readonly string[] {
  if (codecs.some((codec) => codec !== 'g729')) return [];
  return [
    'g729 alone: without a g729 translator in Asterisk this phone hears no prompt and no music, and can only talk to another g729 phone; add ulaw or alaw',
  ];
}

/**
 * The settings that go with a transport are then the wrong ones: no encryption, say, or one that the phone does not have.
 * Asterisk says `ws` of a secure WebSocket too (RFC 7118 section 5), and the settings of the two are the same.
 */
function transportWarnings({ id, transport }: PhoneRow, by: string | null): readonly string[] {
  if (by === null || by === (transport === 'wss' ? 'ws' : transport)) return [];
  return [
    `${id} is set to ${transport} and registered by ${by}: change the phone, or cordboard phone set ${id} --transport ${by}`,
  ];
}
