import type { PhoneId, PhoneTransport } from '../../core/settings.ts';
import { trunkOf } from '../translate.ts';

/**
 * A contact of a phone, whether an INVITE sent there has a chance (null: of a trunk that was not asked yet), and by which transport it came;
 * null: by none that we know.
 */
export type Contact = {
  readonly phone: PhoneId;
  readonly uri: string;
  readonly reachable: boolean | null;
  readonly by: PhoneTransport | null;
};

/** An emergency call: Asterisk's id of it, and when it was, if it was not just now. */
export type EmergencyCall = {
  readonly phone: PhoneId;
  readonly dialled: string;
  readonly channel?: string;
  readonly dialledAt?: number;
};

/** Where the dialplan leaves its traces of them in AstDB. */
export const emergencyFamily = 'cordboard/emergency';

/** What we listen to on AMI (Asterisk documentation, "AMI Events"). */
export type AmiEvent =
  | { readonly type: 'fully-booted' }
  /** A contact came, changed, or (`gone`) was removed. */
  | { readonly type: 'contact'; readonly contact: Contact; readonly gone: boolean }
  /** One line of the answer to PJSIPShowContacts, and its end. */
  | { readonly type: 'contact-listed'; readonly contact: Contact }
  | { readonly type: 'contacts-listed' }
  /** A contact of the endpoint that PJSIPShowEndpoint asked about. */
  | { readonly type: 'contact-detail'; readonly contact: Contact }
  /** The dialplan sends out an emergency call. */
  | { readonly type: 'emergency'; readonly emergency: EmergencyCall }
  /** One that was sent out before: a line of the answer to DBGetTree. */
  | { readonly type: 'emergency-traced'; readonly emergency: EmergencyCall }
  /** A registration of ours at a carrier changed: the list says to what. */
  | { readonly type: 'registry' }
  /** One line of the answer to PJSIPShowRegistrationsOutbound, and its end. */
  | { readonly type: 'registration-listed'; readonly name: string; readonly status: string }
  | { readonly type: 'registrations-listed' }
  /** An event that we listen to, without what it should tell. */
  | { readonly type: 'malformed'; readonly event: 'ContactStatus' | 'ContactList' };

/** Reads a message in asterisk-manager's shape; null for all that we do not listen to. */
export function decodeEvent(message: Readonly<Record<string, unknown>>): AmiEvent | null {
  const text = (key: string): string => (typeof message[key] === 'string' ? message[key] : '');
  const contact = (phone: string, uri: string, status: string): Contact | null =>
    isSane(phone) && isSane(uri) ? { phone, uri, reachable: isReachable(phone, status), by: transportOf(uri) } : null;
  switch (message.event) {
    case 'FullyBooted':
      return { type: 'fully-booted' };
    case 'ContactStatus': {
      const status = text('contactstatus');
      const found = contact(text('endpointname') || text('aor'), text('uri'), status);
      if (found === null) return { type: 'malformed', event: 'ContactStatus' };
      return { type: 'contact', contact: found, gone: status === 'Removed' };
    }
    case 'ContactList': {
      const found = contact(text('endpoint') || aorOf(text('objectname')), text('uri'), text('status'));
      return found === null ? { type: 'malformed', event: 'ContactList' } : { type: 'contact-listed', contact: found };
    }
    case 'ContactStatusDetail': {
      const found = contact(text('endpointname'), text('uri'), text('status'));
      return found === null ? null : { type: 'contact-detail', contact: found };
    }
    case 'UserEvent': {
      const [phone, dialled, channel] = [text('endpoint'), text('number'), text('call')];
      if (text('userevent') !== 'CordboardEmergency' || !isSane(phone) || !isSane(dialled)) return null;
      return { type: 'emergency', emergency: { phone, dialled, ...(isSane(channel) ? { channel } : {}) } };
    }
    case 'DBGetTreeResponse':
      return traced(text('key'), text('val'));
    case 'Registry':
      return { type: 'registry' };
    case 'OutboundRegistrationDetail': {
      const name = text('objectname');
      return isSane(name) ? { type: 'registration-listed', name, status: text('status') } : null;
    }
    case 'OutboundRegistrationDetailComplete':
      return { type: 'registrations-listed' };
    case 'ContactListComplete':
      return { type: 'contacts-listed' };
    default:
      return null;
  }
}

/** A trace: `/cordboard/emergency/<id>` is `<seconds since 1970> <endpoint> <number>`. */
function traced(key: string, value: string): AmiEvent | null {
  const channel = key.startsWith(`/${emergencyFamily}/`) ? key.slice(emergencyFamily.length + 2) : '';
  const [, seconds = '', phone = '', dialled = ''] = /^(\d{1,12}) (\S+) (\S+)$/.exec(value) ?? [];
  if (!isSane(channel) || !isSane(phone) || !isSane(dialled)) return null;
  return { type: 'emergency-traced', emergency: { phone, dialled, channel, dialledAt: Number(seconds) * 1_000 } };
}

const transports: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies PhoneTransport[];

/** A contact's URI says its transport, UDP by saying nothing (RFC 3261 section 19.1.1); `sips` stands for TLS. */
export function transportOf(uri: string): PhoneTransport | null {
  const said = /;transport=(\w+)/i.exec(uri)?.[1]?.toLowerCase() ?? (/^sips:/i.test(uri) ? 'tls' : 'udp');
  return transports.includes(said) ? (said as PhoneTransport) : null;
}

/** A trunk's contact is written down and not registered: it names no endpoint, only its AOR, in front of `;@` and a hash. */
function aorOf(objectName: string): string {
  return objectName.split(';@')[0] ?? '';
}

/** A name or an address that could be one: not empty, not endless, no control character and no half character. */
function isSane(text: string): boolean {
  return text !== '' && text.length < 1_024 && !/[\p{Cc}\p{Cs}]/u.test(text);
}

/**
 * NonQualified is a contact that nobody asks whether it lives, or that was not asked yet: only a known no is a no. A phone has said that it
 * is there, by registering; of a trunk's address, which is written down, nothing is known.
 */
function isReachable(endpoint: string, status: string): boolean | null {
  if (status === 'Removed' || status === 'Unreachable') return false;
  return status === 'Reachable' || trunkOf(endpoint) === null ? true : null;
}
