import { trunkEndpoint } from '../translate.ts';
import { type Attributes, keys } from './endpoint.ts';

/** What a trunk's PJSIP objects are made of. All of it was checked before. */
export type TrunkAccount = {
  /** Host or address, with a port where it is not the usual one. */
  readonly host: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly username: string | null;
  readonly password: string | null;
  readonly register: boolean;
  /** The user part of our address at the carrier: where it sends calls that come by registration. */
  readonly contactUser: string | null;
  /** From where it calls us, besides its host. */
  readonly addresses: readonly string[];
  /** Whether its P-Asserted-Identity is believed (RFC 3325). */
  readonly trusted: boolean;
  readonly codecs: readonly string[];
  /** Asked whether it lives so often, in s; 0: never. */
  readonly qualifyS: number;
};

/** The objects that make a trunk, all named `trunk-<id>`; null: not this kind of object. */
export type TrunkObjects = {
  readonly auth: Attributes | null;
  readonly aor: Attributes;
  readonly endpoint: Attributes;
  readonly identify: Attributes;
  readonly registration: Attributes | null;
};

/** The endpoint attribute that tells a trunk of ours from an administrator's, and from a phone of ours. */
export const trunkMark = ['callerid_tag', 'cordboard-trunk'] as const;

/**
 * The PJSIP objects of a trunk (Asterisk documentation, "res_pjsip configuration", "res_pjsip_endpoint_identifier_ip",
 * "res_pjsip_outbound_registration"). Pure. A carrier is never asked for a password: it is known by its address.
 */
export function trunkObjects(id: string, trunk: TrunkAccount): TrunkObjects {
  const name = trunkEndpoint(id);
  const { host, transport, username, password } = trunk;
  const uri = `sip:${host}${transport === 'udp' ? '' : `;transport=${transport}`}`;
  const domain = host.replace(/:\d+$/, '');
  const hasAuth = username !== null && password !== null;
  return {
    auth: hasAuth
      ? [
          // The realm of a carrier's challenge is not known before, so no digest of it can be kept instead.
          ['auth_type', 'userpass'],
          ['username', username],
          ['password', password],
        ]
      : null,
    aor: [
      ['contact', uri],
      ['qualify_frequency', String(trunk.qualifyS)],
      ['qualify_timeout', '3.0'],
    ],
    endpoint: [
      ['aors', name],
      ['outbound_auth', hasAuth ? name : ''],
      ['context', 'from-trunk'],
      ['identify_by', 'ip'],
      trunkMark,
      ['from_user', username ?? ''],
      ['from_domain', username === null ? '' : domain],
      ['allow', `!all,${trunk.codecs.join(',')}`],
      ['direct_media', 'no'],
      keys,
      // A carrier that could send our callers on to numbers of its choice would do so on our bill.
      ['allow_transfer', 'no'],
      ['rtp_symmetric', 'yes'],
      ['force_rport', 'yes'],
      ['rewrite_contact', 'no'],
      ['media_encryption', transport === 'tls' ? 'sdes' : 'no'],
      // Who calls: P-Asserted-Identity is believed, and told, only where there is an agreement on it (RFC 3325).
      ['trust_id_inbound', trunk.trusted ? 'yes' : 'no'],
      ['trust_id_outbound', trunk.trusted ? 'yes' : 'no'],
      ['send_pai', 'yes'],
      ['send_rpid', 'no'],
      ['send_connected_line', 'no'],
    ],
    identify: [
      ['endpoint', name],
      ['match', [domain, ...trunk.addresses].join(',')],
    ],
    registration:
      trunk.register && hasAuth
        ? [
            ['server_uri', uri],
            ['client_uri', `sip:${username}@${domain}`],
            ['outbound_auth', name],
            ['contact_user', trunk.contactUser ?? username],
            ['retry_interval', '30'],
            ['forbidden_retry_interval', '300'],
            ['fatal_retry_interval', '300'],
            ['max_retries', '1000000'],
            ['auth_rejection_permanent', 'no'],
            ['expiration', '600'],
          ]
        : null,
  };
}
