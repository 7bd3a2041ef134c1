import * as z from 'zod';
import { millisecondsSchema } from './names.ts';
import { e164, whole } from './outside-fields.ts';
import { CODECS } from './phone-settings.ts';

export const TRUNK_TRANSPORTS = ['udp', 'tcp', 'tls'] as const;
export const NUMBER_FORMATS = ['e164', 'digits', 'national'] as const;

const trunkName = () => {
  const error = 'a trunk: 1 to 58 of the characters a-z, 0-9, dot, underscore and dash';
  return z.string({ error }).regex(/^[a-z0-9._-]{1,58}$/, { error });
};
const host = () => {
  const error = 'a host or an address, with a port where it is not the usual one, such as sip.example.net:5060';
  return z.string({ error }).regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253})(:\d{1,5})?$/, { error });
};
const address = () => {
  const error = 'an address or a network such as 198.51.100.7 or 198.51.100.0/24';
  return z.string({ error }).regex(/^[0-9A-Fa-f:.]{2,45}(\/\d{1,3})?$|^[A-Za-z0-9.-]{1,253}$/, { error });
};
const token = (what: string) => {
  const error = `${what}: 1 to 128 printable ASCII characters, without space, quotes, < or >`;
  return z.string({ error }).regex(/^[!#-&(-;=?-~]{1,128}$/, { error });
};
const header = () => {
  const error = 'a header such as "X-Account: 17": a name (RFC 3261 token) and a value without control characters';
  return z.string({ error }).regex(/^[A-Za-z0-9!%*_+`'.~-]{1,64}: [^\p{Cc}\p{Cs}]{1,256}$/u, { error });
};

const settings = {
  host: host(),
  transport: z.enum(TRUNK_TRANSPORTS, { error: `one of ${TRUNK_TRANSPORTS.join(', ')}` }),
  username: token('a user name').nullable(),
  password: token('a password').nullable(),
  register: z.boolean({ error: 'true or false' }),
  contactUser: token('a user').nullable(),
  addresses: z.array(address()).max(50),
  trusted: z.boolean({ error: 'true or false' }),
  codecs: z
    .array(z.enum(CODECS, { error: `one of ${CODECS.join(', ')}` }))
    .min(1, { error: 'at least one codec' })
    .refine((list) => new Set(list).size === list.length, { error: 'each codec once' }),
  order: whole(1, 1_000),
  outbound: z.boolean({ error: 'true or false' }),
  format: z.enum(NUMBER_FORMATS, { error: `one of ${NUMBER_FORMATS.join(', ')}` }),
  callerId: e164('a number').nullable(),
  maxCalls: whole(1, 10_000).nullable(),
  unreachableAfterMs: millisecondsSchema(500, 60_000),
  ringMs: millisecondsSchema(5_000, 600_000),
  qualifyS: whole(0, 3_600),
  headers: z.array(header()).max(10),
};

/** With it everything is checked and said, and nothing is done. */
const dryRun = z.boolean({ error: 'true or false' });

/** `PATCH /v1/trunks/:name`: what is not named stays. */
export const trunkPatchSchema = z.strictObject({ ...settings, dryRun }).partial();
export type TrunkPatch = z.output<typeof trunkPatchSchema>;

/** `POST /v1/trunks`: all but name and host has a default. */
export const newTrunkSchema = z.strictObject({
  name: trunkName(),
  ...z.strictObject({ ...settings, dryRun }).partial().shape,
  host: host(),
});
export type NewTrunk = z.output<typeof newTrunkSchema>;

/** A trunk's settings as they are kept; the password among them, since a carrier's challenge has a realm that nobody knows before. */
export type TrunkBody = z.output<z.ZodObject<typeof settings>>;

/** What a trunk is where nothing was said. */
export const trunkDefaults: Omit<TrunkBody, 'host'> = {
  transport: 'udp',
  username: null,
  password: null,
  register: false,
  contactUser: null,
  addresses: [],
  trusted: false,
  codecs: ['alaw', 'ulaw'],
  order: 10,
  outbound: true,
  format: 'e164',
  callerId: null,
  maxCalls: null,
  unreachableAfterMs: 8_000,
  ringMs: 120_000,
  qualifyS: 60,
  headers: [],
};

/** A trunk as people see it, without its password. */
export type TrunkView = {
  readonly name: string;
  readonly host: string;
  readonly transport: string;
  readonly username: string | null;
  readonly register: boolean;
  readonly contactUser: string | null;
  readonly addresses: readonly string[];
  readonly trusted: boolean;
  readonly codecs: readonly string[];
  readonly order: number;
  readonly outbound: boolean;
  readonly format: string;
  readonly callerId: string | null;
  readonly maxCalls: number | null;
  readonly unreachableAfterMs: number;
  readonly ringMs: number;
  readonly qualifyS: number;
  readonly headers: readonly string[];
  /** Asterisk has it as it is here; null: it was not given yet. */
  readonly provisioned: boolean;
  readonly failure: string | null;
  readonly up: boolean | null;
  readonly reachable: boolean | null;
  readonly registered: boolean | null;
  readonly since: number | null;
  readonly calls: number;
};

/** `POST /v1/trunks/check`: trunks compared with Asterisk, and what was changed there by hand and put right. */
export type TrunksChecked = {
  readonly checked: number;
  readonly repaired: readonly { readonly trunk: string; readonly attributes: readonly string[] }[];
  readonly failed: readonly { readonly trunk: string; readonly failure: string }[];
};
