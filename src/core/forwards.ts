import type { OutsideNumber, RouteId } from './outside.ts';
import type { Barred } from './permission.ts';
import type { PhoneId, UserId } from './settings.ts';

/** Where the forwards (302) of a user's phones may lead: to nobody, to numbers of ours, or outside too, by the user's rights. */
export type ForwardPolicy = 'refuse' | 'internal' | 'outside';

/** Where a phone forwards a call to, read as if its user had dialled it. */
export type ForwardTarget = {
  /** The user part of its Contact; what no number has is a question mark. */
  readonly said: string;
  readonly outside?: OutsideNumber;
  /** It is a number outside that is our own: the inbound route that it has. */
  readonly route?: RouteId;
};

/** A phone of the callee's forwards the call: it counts when no other phone of theirs takes it. `to` is null where it did not say. */
export type Forward = { readonly user: UserId; readonly phone: PhoneId; readonly to: ForwardTarget | null };

/** Why a forward was not followed: see docs/operating/forwards.md. */
export type ForwardRefusal =
  | 'policy'
  | 'offer'
  | 'another-phone'
  | 'no-number'
  | 'nobody'
  | 'loop'
  | 'too-many'
  | Barred;
