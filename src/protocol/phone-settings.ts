import * as z from 'zod';

/** How a phone reaches Asterisk. */
export const TRANSPORTS = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The codecs a phone can be given: those that Asterisk 22 passes through or transcodes. */
export const CODECS = ['opus', 'g722', 'alaw', 'ulaw', 'g729', 'gsm', 'g726', 'ilbc', 'speex', 'h264', 'vp8'] as const;

/** What is done about NAT between a phone and Asterisk, in the words that chan_sip had. */
export const NATS = ['yes', 'no', 'force_rport', 'comedia', 'never', 'route'] as const;
export type Nat = (typeof NATS)[number];

/** Whether a phone answers by itself, as headset users want it: never, offers of queues alone, or calls by colleagues too. */
export const AUTO_ANSWERS = ['no', 'offers', 'all'] as const;
export type AutoAnswer = (typeof AUTO_ANSWERS)[number];

/** What others see as a name. */
export const displayName = () => {
  const error = 'a name of 1 to 80 characters, none of them a control character or one of "<>';
  return z.string({ error }).regex(/^[^\p{Cc}\p{Cs}"<>]{1,80}$/u, { error });
};

const sipPassword = () => {
  const error = 'a password of 12 to 128 printable ASCII characters with no space';
  return z.string({ error }).regex(/^[\x21-\x7e]{12,128}$/, { error });
};

const codecs = () =>
  z
    .array(z.enum(CODECS, { error: `one of ${CODECS.join(', ')}` }), { error: 'a list such as ["opus", "ulaw"]' })
    .min(1, { error: 'at least one codec' })
    .refine((list) => new Set(list).size === list.length, { error: 'each codec once' });

/** The name of a context of the dialplan. */
export const contextName = () => {
  const error = 'the name of a context of the dialplan: 1 to 79 letters, digits, "_" and "-"';
  return z.string({ error }).regex(/^[A-Za-z0-9_-]{1,79}$/, { error });
};

const groups = () => {
  const error = 'numbers from 0 to 63, or names of 1 to 64 letters, digits, ".", "_" and "-" that begin with a letter';
  const group = z.string({ error }).regex(/^(?:\d|[1-5]\d|6[0-3]|[A-Za-z][A-Za-z0-9._-]{0,63})$/, { error });
  return z
    .array(group, { error: 'a list of groups' })
    .max(64, { error: 'at most 64 groups' })
    .refine((list) => new Set(list).size === list.length, { error: 'each group once' });
};

const mailboxes = () => {
  const error = 'extensions, or mailboxes of the PBX such as 1001@default';
  const mailbox = z.string({ error }).regex(/^(?:[0-9]{1,32}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9_-]{1,79})$/, { error });
  return z
    .array(mailbox, { error: 'a list of mailboxes' })
    .max(16, { error: 'at most 16 mailboxes' })
    .refine((list) => new Set(list).size === list.length, { error: 'each mailbox once' });
};

const callerNumber = () => {
  const error = '1 to 32 digits, with + in front where it is international';
  return z.string({ error }).regex(/^\+?[0-9]{1,32}$/, { error });
};

/** The settings of one phone; what is not named is as the configuration says, or stays. `null` takes a caller ID away, and gives a phone its own mailbox. */
export const phoneFields = {
  transport: z.enum(TRANSPORTS, { error: `one of ${TRANSPORTS.join(', ')}` }).optional(),
  codecs: codecs().optional(),
  nat: z.enum(NATS, { error: `one of ${NATS.join(', ')}` }).optional(),
  context: contextName().optional(),
  callGroups: groups().optional(),
  pickupGroups: groups().optional(),
  autoAnswer: z.enum(AUTO_ANSWERS, { error: `one of ${AUTO_ANSWERS.join(', ')}` }).optional(),
  mailboxes: mailboxes().nullable().optional(),
  callerName: displayName().nullable().optional(),
  callerNumber: callerNumber().nullable().optional(),
  sipPassword: sipPassword().optional(),
};
export type PhoneFields = { readonly [K in keyof typeof phoneFields]?: z.output<(typeof phoneFields)[K]> };

/** Sharpens a request into a question: everything is checked and answered, and nothing is done. */
export const dryRun = () => z.boolean({ error: 'true or false' }).optional();
