import { z } from 'zod';
import { extensionSchema, nameSchema } from './names.ts';

/** How a phone reaches Asterisk. */
export const TRANSPORTS = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The codecs a phone can be given: those that Asterisk 22 passes through or transcodes. */
export const CODECS = ['opus', 'g722', 'alaw', 'ulaw', 'g729', 'gsm', 'g726', 'ilbc', 'speex', 'h264', 'vp8'] as const;

const displayName = () => {
  const error = 'a name of 1 to 80 characters, none of them a control character or one of "<>';
  return z.string({ error }).regex(/^[^\p{Cc}"<>]{1,80}$/u, { error });
};

const sipPassword = () => {
  const error = 'a password of 12 to 128 printable ASCII characters with no space';
  return z.string({ error }).regex(/^[\x21-\x7e]{12,128}$/, { error });
};

const codecs = () =>
  z
    .array(z.enum(CODECS, { error: `one of ${CODECS.join(', ')}` }))
    .min(1, { error: 'at least one codec' })
    .refine((list) => new Set(list).size === list.length, { error: 'each codec once' });

const transport = () => z.enum(TRANSPORTS, { error: `one of ${TRANSPORTS.join(', ')}` });

/** `POST /v1/users`: a user with no extension has no phone. */
export const newUserSchema = z.strictObject({
  username: nameSchema('a username'),
  name: displayName(),
  extension: extensionSchema().optional(),
  transport: transport().default('udp'),
  codecs: codecs().optional(),
  sipPassword: sipPassword().optional(),
});
export type NewUser = z.output<typeof newUserSchema>;

/** `POST /v1/users/import`: all of them in one transaction, or none. */
export const importSchema = z.strictObject({ users: z.array(newUserSchema).min(1).max(10_000) });

/** `PATCH /v1/users/:username`: what is not named stays. A new extension always means a new SIP password. */
export const userPatchSchema = z.strictObject({
  name: displayName().optional(),
  extension: extensionSchema().nullable().optional(),
  transport: transport().optional(),
  codecs: codecs().optional(),
  sipPassword: sipPassword().optional(),
  newPassword: z.boolean().optional(),
});
export type UserPatch = z.output<typeof userPatchSchema>;

/** A user's phone as people see it. `registered` is null while the engine has not said. */
export type PhoneView = {
  readonly id: string;
  readonly transport: Transport;
  readonly codecs: readonly string[];
  readonly registered: boolean | null;
  readonly provisioned: boolean;
  /** Why Asterisk was not given the phone; null when it was, or was not asked yet. */
  readonly failure: string | null;
};

export type UserView = {
  readonly username: string;
  readonly name: string;
  readonly extension: string | null;
  readonly group: string | null;
  readonly phones: readonly PhoneView[];
};

/** What to enter into a phone. The password is shown once, here, and kept nowhere. */
export type SipCredentials = {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  /** For a phone over WebSocket; null for the others. */
  readonly wsUrl: string | null;
};

/** The answer to adding or changing a user. `sip` is null where no password was made. */
export type UserSaved = { readonly user: UserView; readonly sip: SipCredentials | null };
export type UserRemoved = { readonly removed: string; readonly leftGroup: string | null };
