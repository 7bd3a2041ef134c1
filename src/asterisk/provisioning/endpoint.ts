import { mailboxContext } from '../mailboxes.ts';
import { type Nat, type PhoneAccount, realm, type Transport, userNameOf } from './account.ts';

/** An object's attributes in the order in which they are pushed. */
export type Attributes = readonly (readonly [name: string, value: string])[];

/** The three objects that make a phone, named by its id. */
export type PjsipObjects = { readonly auth: Attributes; readonly aor: Attributes; readonly endpoint: Attributes };

/** The endpoint attribute that tells ours from an administrator's. It never leaves Asterisk. */
export const mark = ['callerid_tag', 'cordboard'] as const;

/**
 * How keys are pressed: telephone-events in the media (RFC 4733), in both directions. SIP INFO is taken as well, whatever is said here;
 * a tone is not listened for, since somebody's voice can be taken for a key.
 */
export const keys = ['dtmf_mode', 'rfc4733'] as const;

/**
 * The PJSIP objects of a phone (Asterisk documentation, "res_pjsip configuration"). Pure; the account must be free of
 * problems (`accountProblems`). `transport` is never pushed: it restricts no registration, and a phone that comes by
 * another one would get nothing at all.
 */
export function phoneObjects(account: PhoneAccount): PjsipObjects {
  return {
    auth: [
      ['auth_type', 'digest'],
      ['username', userNameOf(account)],
      ['realm', realm],
      // As good as the password to SIP, but not the password: `pjsip show auth` and the astdb show it.
      ['password_digest', `MD5:${account.ha1}`],
    ],
    aor: [
      // The newest registration wins: a phone that lost its address can come back before the old one runs out.
      ['max_contacts', '1'],
      ['remove_existing', 'yes'],
      // Also keeps the hole in a NAT open, which UDP's are quick to close.
      ['qualify_frequency', account.transport === 'udp' ? '30' : '60'],
      ['qualify_timeout', '3.0'],
      // What a phone that subscribes to message-summary is told of.
      ['mailboxes', mailboxes(account.mailboxes ?? [account.extension])],
    ],
    endpoint: [
      ['aors', account.id],
      ['auth', account.id],
      ['context', account.context ?? 'from-sip'],
      // By name only: an address that several phones share (NAT, a proxy) says nothing of who it is.
      ['identify_by', 'username'],
      // Without it the object is stored, and read back, as a caller whose number is "unknown".
      ['callerid', callerId(account)],
      mark,
      ['allow', `!all,${account.codecs.join(',')}`],
      // The engine wants the media where it can be bridged, recorded and given music.
      ['direct_media', 'no'],
      keys,
      // Asterisk would put a Local channel of its own into our room and let the dialplan dial: nobody would know of it.
      ['allow_transfer', 'no'],
      ...throughNat(account.nat ?? 'yes', account.transport),
      ...groups('call', account.callGroups ?? []),
      ...groups('pickup', account.pickupGroups ?? []),
      ...media(account.transport),
      // What it is told of unasked: only where somebody wants it, since not every phone can bear it.
      ['mailboxes', mailboxes(account.mailboxes ?? [])],
      ['mwi_subscribe_replaces_unsolicited', 'yes'],
    ],
  };
}

/** A mailbox without a context is ours. */
function mailboxes(list: readonly string[]): string {
  return list.map((name) => (name.includes('@') ? name : `${name}@${mailboxContext}`)).join(',');
}

/**
 * chan_sip's `nat` in PJSIP's terms; `never` and `route` have no exact counterpart. A WebSocket phone is only ever reached
 * down the connection that it opened (RFC 7118 section 5), so its contact is rewritten whatever is said.
 */
function throughNat(nat: Nat, transport: Transport): Attributes {
  const is = (...those: readonly Nat[]): 'yes' | 'no' => (those.includes(nat) ? 'yes' : 'no');
  return [
    ['rtp_symmetric', is('yes', 'comedia', 'route')],
    // Said each time: the default is yes.
    ['force_rport', is('yes', 'force_rport')],
    ['rewrite_contact', isWeb(transport) ? 'yes' : is('yes', 'force_rport', 'route')],
  ];
}

/** Numbers are one kind of group, names another; an empty list says that there is none, also where there was one. */
function groups(kind: 'call' | 'pickup', list: readonly string[]): Attributes {
  const isNumber = (group: string): boolean => /^\d+$/.test(group);
  return [
    [`${kind}_group`, list.filter(isNumber).join(',')],
    [`named_${kind}_group`, list.filter((group) => !isNumber(group)).join(',')],
  ];
}

function isWeb(transport: Transport): boolean {
  return transport === 'ws' || transport === 'wss';
}

/**
 * TLS protects the signalling only: without `sdes`, whose keys travel inside it (RFC 4568), the media is in clear. A browser
 * needs what `webrtc` stands for (RFC 8827). All of it is said each time, the noes too: a push to an object that is there
 * changes only what it names, and a phone may change its transport.
 */
function media(transport: Transport): Attributes {
  const web = isWeb(transport);
  const flag = web ? 'yes' : 'no';
  return [
    ['webrtc', flag],
    ['media_encryption', web ? 'dtls' : transport === 'tls' ? 'sdes' : 'no'],
    ['use_avpf', flag],
    ['ice_support', flag],
    ['rtcp_mux', flag],
    ['bundle', flag],
    ['use_ptime', flag],
    ['media_use_received_transport', flag],
    ['dtls_auto_generate_cert', flag],
    // A closed tab sends nothing and says nothing: silence must end its call (s).
    ['rtp_timeout', web ? '30' : '0'],
    ['rtp_timeout_hold', web ? '1800' : '0'],
  ];
}

/** `"Name" <number>`; what would end the quoted name early (RFC 3261 25.1, quoted-string) is replaced. */
function callerId(account: PhoneAccount): string {
  const name = kept(account.callerName.replaceAll('"', "'").replaceAll('\\', '/').trim());
  const number = account.callerNumber ?? account.extension;
  return name === '' ? `<${number}>` : `"${name}" <${number}>`;
}

/** Asterisk 22 keeps so much of the name of a caller ID (`cid_name` in res_pjsip/pjsip_configuration.c). */
const MOST_NAME_BYTES = 79;

/** As much of a name as Asterisk keeps: cut by itself, in the middle of a letter, its JSON fails and the endpoint is neither read nor changed any more. */
function kept(name: string): string {
  let start = '';
  for (const letter of name) {
    if (Buffer.byteLength(start + letter) > MOST_NAME_BYTES) break;
    start += letter;
  }
  return start.trim();
}
