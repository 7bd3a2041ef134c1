import { createHash } from 'node:crypto';
import type { PhoneId } from '../core/settings.ts';
import type { Nat, Transport } from '../protocol/phone-settings.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';

/** Everything that Asterisk needs to know of a phone. What is left out is as `asterisk/provisioning` has it by default. */
export type PhoneSpec = {
  readonly id: PhoneId;
  readonly extension: string;
  readonly callerName: string;
  readonly callerNumber?: string;
  readonly transport: Transport;
  readonly codecs: readonly string[];
  readonly nat?: Nat;
  readonly context?: string;
  readonly callGroups?: readonly string[];
  readonly pickupGroups?: readonly string[];
  readonly mailboxes?: readonly string[] | null;
  readonly ha1: string;
};

/** What gives phones to Asterisk (`asterisk/provisioning`). Each rejects with a reason that people can read. */
export type Provisioner = {
  apply(phone: PhoneSpec): Promise<void>;
  /** Removing what is not there is done. */
  remove(id: PhoneId): Promise<void>;
  /** The ids of all endpoints that Asterisk has from us; `known` ones need not be looked at. */
  list(known: ReadonlySet<PhoneId>): Promise<readonly PhoneId[]>;
  /** The names of all endpoints, whoever made them. */
  names(): Promise<readonly string[]>;
  isOurs(id: PhoneId): Promise<boolean>;
  /** Which attributes Asterisk has otherwise: none when all is well. */
  drift(phone: PhoneSpec): Promise<readonly string[]>;
};

/** What a phone's row says of it. */
export function specOf(phone: PhoneRow): PhoneSpec {
  const { id, extension, userName, callerNumber, transport, codecs, nat, context, callGroups, pickupGroups } = phone;
  const { mailboxes, ha1 } = phone;
  const callerName = phone.callerName ?? userName;
  const number = callerNumber === null ? {} : { callerNumber };
  const groups = { callGroups, pickupGroups };
  return { id, extension, callerName, ...number, transport, codecs, nat, context, ...groups, mailboxes, ha1 };
}

/** Tells whether Asterisk was given the phone as it is now. */
export function hashOf(phone: PhoneRow): string {
  return createHash('sha256')
    .update(JSON.stringify(specOf(phone)))
    .digest('hex');
}
