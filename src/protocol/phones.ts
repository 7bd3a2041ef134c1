import * as z from 'zod';
import { type AutoAnswer, dryRun, type Nat, phoneFields, type Transport } from './phone-settings.ts';

const label = () => {
  const error = 'a label of 1 to 32 of the characters a-z, 0-9, dot, underscore and dash';
  return z.string({ error }).regex(/^[a-z0-9._-]{1,32}$/, { error });
};

/** One phone to be made. Without a label it is the user's first: its id is the extension; else extension-label. */
export const newPhoneSchema = z.strictObject({ label: label().optional(), ...phoneFields, dryRun: dryRun() });
export type NewPhone = z.output<typeof newPhoneSchema>;

/** A further phone of a user who is made together with it. */
export const furtherPhoneSchema = z.strictObject({ label: label(), ...phoneFields });
export type FurtherPhone = z.output<typeof furtherPhoneSchema>;

/** `PATCH /v1/phones/:id`: what is not named stays. A password that is named is a new secret. */
export const phonePatchSchema = z.strictObject({ ...phoneFields, dryRun: dryRun() });
export type PhonePatch = z.output<typeof phonePatchSchema>;

/** `POST /v1/users/:username/phone-access`: which of the user's phones; the first one unless said. */
export const phoneAccessSchema = z.strictObject({ label: label().optional() });

/** A user's phone as people see it. `registered` is null while the engine has not said. */
export type PhoneView = {
  readonly id: string;
  readonly username: string;
  readonly label: string | null;
  readonly extension: string;
  readonly transport: Transport;
  readonly codecs: readonly string[];
  readonly nat: Nat;
  readonly context: string;
  readonly callGroups: readonly string[];
  readonly pickupGroups: readonly string[];
  /** Whose messages its lamp tells of, told unasked; null: its own, when it asks. */
  readonly autoAnswer: AutoAnswer;
  readonly mailboxes: readonly string[] | null;
  readonly callerName: string;
  readonly callerNumber: string;
  readonly registered: boolean | null;
  /** The transport by which it registered, where that is known. */
  readonly registeredBy: string | null;
  readonly provisioned: boolean;
  /** Why Asterisk was not given the phone; null when it was, or was not asked yet. */
  readonly failure: string | null;
  /** The last time that somebody had changed it in Asterisk by hand; it was put right. */
  readonly drift: PhoneDrift | null;
  /** What this phone cannot do as it is set, one line each. */
  readonly warnings: readonly string[];
};

/** What was found otherwise in Asterisk: attributes such as `endpoint.allow`, or `missing` for the whole phone. */
export type PhoneDrift = { readonly at: number; readonly attributes: readonly string[] };

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
  /** For a phone over WebSocket, as `RTCConfiguration.iceServers` has them; empty for the others. */
  readonly iceServers: readonly IceServer[];
};

/** A STUN or TURN server (W3C WebRTC, RTCIceServer). The credential is a secret. */
export type IceServer = {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
};

/** The answer to adding or changing a phone. `sip` is null where no password was made, and in a dry run. */
export type PhoneSaved = { readonly phone: PhoneView; readonly sip: SipCredentials | null; readonly dryRun: boolean };
export type PhoneRemoved = { readonly removed: string; readonly username: string };

/** What a comparison with Asterisk found; all of it was put right but the strangers, which are left alone. */
export type PhonesChecked = {
  readonly checked: number;
  readonly repaired: readonly { readonly phone: string; readonly attributes: readonly string[] }[];
  readonly failed: readonly { readonly phone: string; readonly failure: string }[];
  readonly strangers: readonly string[];
  /** Whom the dialplan rings without the daemon, by extension, and what emergency calls say, below `emergency/`: those put right. */
  readonly fallbacks: readonly string[];
};

/** What a simulated phone needs to be a user's phone: `POST /v1/users/:username/phone-access`. */
export type PhoneAccess = {
  /** The phone's id: the user of the digest. */
  readonly extension: string;
  /** md5(id:realm:password), as good as the password to SIP. */
  readonly ha1: string;
  readonly realm: string;
  readonly wsUrl: string;
};

/** A throw-away endpoint for trying: `POST /v1/trial-phones`. It is gone after `DELETE`, or when the daemon starts anew. */
export type TrialPhone = {
  readonly id: string;
  readonly secret: string;
  readonly realm: string;
  readonly wsUrl: string;
};

/** The realm of SIP digests: Asterisk's own default. */
export const REALM = 'asterisk';
