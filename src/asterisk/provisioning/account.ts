import type { PhoneId } from '../../core/settings.ts';

/** The ways a phone can come. What differs is which settings it needs; a registration by another one is not refused. */
export const transports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
export type Transport = (typeof transports)[number];

/** The codecs that may be given to a phone, by Asterisk's names. */
export const codecs = ['opus', 'g722', 'ulaw', 'alaw', 'g729', 'g726', 'gsm', 'ilbc', 'speex', 'h264', 'vp8'] as const;
export type Codec = (typeof codecs)[number];

/** chan_sip's words for what is done about NAT (see `docs/internals/provisioning.md`). */
export const nats = ['yes', 'no', 'force_rport', 'comedia', 'never', 'route'] as const;
export type Nat = (typeof nats)[number];

/** The realm of Asterisk's challenges: `ha1` is made with it, so it can never change. */
export const realm = 'asterisk';

/** What a phone registers and calls with: everything that its PJSIP objects are made of. */
export type PhoneAccount = {
  /** The name of endpoint, auth and AOR, and the user part of the phone's own address: `[a-z0-9._-]`, 1 to 64. */
  readonly id: PhoneId;
  /** The user name in the digest (RFC 8760): `[a-z0-9._-]`, 1 to 64; the id unless said otherwise. */
  readonly userName?: string;
  /** What others see as the number, digits only. */
  readonly extension: string;
  readonly transport: Transport;
  /** In the order of preference, at least one. */
  readonly codecs: readonly string[];
  /** `md5(userName:asterisk:password)` as 32 lower-case hexadecimal digits. */
  readonly ha1: string;
  /** What others see as the name; empty for none. */
  readonly callerName: string;
  /** What others see as the number where it is not the extension: digits, and `+` in front. */
  readonly callerNumber?: string;
  /** `yes` unless said otherwise: nobody knows where a phone will be tomorrow. */
  readonly nat?: Nat;
  /** Where its calls enter the dialplan; `from-sip` unless said otherwise. */
  readonly context?: string;
  /** The groups whose members may take its ringing calls: 0 to 63, or names. None unless said otherwise. */
  readonly callGroups?: readonly string[];
  /** The groups whose ringing calls it may take. */
  readonly pickupGroups?: readonly string[];
  /** Extensions, or mailboxes of the PBX itself (`1001@default`), whose messages it is told of unasked; null: its own, when it asks. */
  readonly mailboxes?: readonly string[] | null;
};

/** One thing wrong with an account. `got` never holds a secret. */
export type AccountProblem = { readonly field: keyof PhoneAccount; readonly expected: string; readonly got: string };

/** The user name of the phone's digest. */
export function userNameOf(account: PhoneAccount): string {
  return account.userName ?? account.id;
}

const word = /^[a-z0-9._-]{1,64}$/;
const wordMeans = '1 to 64 of a-z, 0-9, ".", "_", "-"';

/** Everything that is wrong with an account, field by field: Asterisk's own 400 does not say which it was. */
export function accountProblems(account: PhoneAccount): readonly AccountProblem[] {
  const problems: AccountProblem[] = [];
  const check = (field: keyof PhoneAccount, right: boolean, expected: string, got: unknown): void => {
    if (!right) problems.push({ field, expected, got: String(got) });
  };
  check('id', word.test(account.id), wordMeans, account.id);
  check('userName', word.test(userNameOf(account)), wordMeans, account.userName);
  check('extension', /^[0-9]{1,32}$/.test(account.extension), '1 to 32 digits', account.extension);
  check('transport', includes(transports, account.transport), `one of ${transports.join(', ')}`, account.transport);
  check('codecs', account.codecs.length > 0, 'at least one codec', 'none');
  const strange = account.codecs.filter((codec) => !includes(codecs, codec));
  check('codecs', strange.length === 0, `only ${codecs.join(', ')}`, strange.join(','));
  const twice = account.codecs.filter((codec, index) => account.codecs.indexOf(codec) !== index);
  check('codecs', twice.length === 0, 'each codec once', twice.join(','));
  check(
    'ha1',
    /^[0-9a-f]{32}$/.test(account.ha1),
    '32 lower-case hexadecimal digits',
    `${account.ha1.length} characters`,
  );
  const plain = !/\p{Cc}/u.test(account.callerName) && [...account.callerName].length <= 80;
  check('callerName', plain, 'at most 80 characters, no control characters', JSON.stringify(account.callerName));
  const { callerNumber, nat = 'yes', context = 'from-sip' } = account;
  check(
    'callerNumber',
    callerNumber === undefined || /^\+?[0-9]{1,32}$/.test(callerNumber),
    '1 to 32 digits',
    callerNumber,
  );
  check('nat', includes(nats, nat), `one of ${nats.join(', ')}`, nat);
  check('context', contextName.test(context), '1 to 79 letters, digits, "_" and "-"', JSON.stringify(context));
  for (const field of ['callGroups', 'pickupGroups'] as const) {
    const strangers = (account[field] ?? []).filter((group) => !isGroup(group));
    check(
      field,
      strangers.length === 0,
      'numbers from 0 to 63, or names that begin with a letter',
      strangers.join(' '),
    );
  }
  const boxes = (account.mailboxes ?? []).filter((box) => !mailboxName.test(box));
  check('mailboxes', boxes.length === 0, 'extensions, or mailboxes such as 1001@default', boxes.join(' '));
  return problems;
}

const contextName = /^[A-Za-z0-9_-]{1,79}$/;

const mailboxName = /^(?:[0-9]{1,32}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9_-]{1,79})$/;

/** Asterisk keeps numbered groups as the bits of one word; named ones without limit. */
function isGroup(group: string): boolean {
  return /^\d{1,2}$/.test(group) ? Number(group) <= 63 : /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(group);
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}
