import type { ForwardPolicy } from './forwards.ts';
import type { CallingRights, NumberClass } from './outside.ts';

/** What the engine knows of the directory: resolved settings, with no secrets in them. They arrive as events. */

/** A user's username: immutable, `[a-z0-9._-]`, 1 to 64 characters. */
export type UserId = string;
/** A group's name: immutable, `[a-z0-9._-]`, 1 to 64 characters. A group's own queue has the same id. */
export type GroupId = string;
/** A queue's name: a group's for its own queue, else one that no group has. */
export type QueueId = string;
/** A phone's id: the name of its PJSIP endpoint, auth and AOR. */
export type PhoneId = string;

/** Where a call can be sent: one union for overflow, numbers and transfers alike. */
export type Destination =
  | { readonly to: 'group'; readonly group: GroupId }
  | { readonly to: 'queue'; readonly queue: QueueId }
  | { readonly to: 'user'; readonly user: UserId }
  | NumberDestination
  | { readonly to: 'dialplan'; readonly context: string; readonly exten: string; readonly priority: number }
  | { readonly to: 'hang-up'; readonly cause: HangUpCause };

/**
 * A number outside. It is dialled on the account of the group or queue that sends the call there, or of the system. When it may
 * not be, or nobody is reached, the call goes on to `otherwise`; without one it ends.
 */
export type NumberDestination = {
  readonly to: 'number';
  /** E.164. */
  readonly number: string;
  /** Read by the numbering at the edge; absent where nobody has, and then it counts as premium. */
  readonly class?: NumberClass;
  readonly otherwise?: Destination;
};

/** Why we end a leg, in our words; the adapter turns each into a Q.850 cause. */
export type HangUpCause =
  | 'normal'
  | 'busy'
  | 'no-answer'
  | 'declined'
  | 'answered-elsewhere'
  | 'unallocated'
  | 'unreachable'
  | 'congestion';

/** One step of the RONA ladder: from `misses` misses (within `withinMs`, when given) the agent rests or is held. */
export type LadderStep = {
  readonly misses: number;
  /** Only misses younger than this count for this step; null counts all since the last reset. */
  readonly withinMs: number | null;
  /** How long the agent rests; null together with `untilReady` holds them until they choose ready. */
  readonly restMs: number | null;
  readonly untilReady: boolean;
  readonly notify: 'nobody' | 'agent' | 'supervisors';
};

/** How a phone reaches Asterisk. */
export type PhoneTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export type UserSettings = {
  readonly id: UserId;
  readonly name: string;
  /** The internal number, digits only; null for a user with no phone. */
  readonly extension: string | null;
  readonly phones: readonly PhoneId[];
  /** Those of them that run in a browser. */
  readonly browserPhones?: readonly PhoneId[];
  /** By which transport each of them should come; one that is not named may come by any. */
  readonly transports?: Readonly<Record<PhoneId, PhoneTransport>>;
  /** Those that answer by themselves, and when: offers of queues alone, or calls by colleagues too. */
  readonly autoAnswer?: Readonly<Record<PhoneId, 'offers' | 'all'>>;
  /** Levels 1 to 10 by the skill's name; who has none of a skill is at 0. */
  /** The groups, by number or name, that the user's phones ring in, and those of which the user may take a ringing call. */
  readonly callGroups?: readonly string[];
  readonly pickupGroups?: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  /** What they may dial outside; absent: nothing. */
  readonly calling?: CallingRights;
  /** Where their phones may forward calls to; absent: nowhere. */
  readonly forwards?: Exclude<ForwardPolicy, 'refuse'>;
};

/** The outcomes that can climb the RONA ladder: those that are a person's doing. */
export type ClimbingOutcome = 'no-answer' | 'declined';

/** A reason for not being ready, from the directory's list. */
export type ReasonSettings = {
  /** What intents and facts name it by, such as `lunch`. */
  readonly id: string;
  readonly name: string;
  /** How long at most an agent should be not ready for it; null is without a limit. */
  readonly limitMs: number | null;
};

/** Settings of the whole daemon that the core decides with. All times in ms. */
export type EngineLimits = {
  /** A waiting caller's dead-man lease: after so long without a renewal the dialplan takes the call back. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** How long a command may stay unconfirmed before Asterisk is looked at. */
  readonly confirmMs: number;
  /** The interval of the periodic reconcile. */
  readonly surveyMs: number;
  /** An internal call rings so long. */
  readonly internalRingMs: number;
  /** After an unreachable phone's contact is suspect, it is tried again after this even when no news came. */
  readonly suspectMs: number;
  /** The head start of the priorities 1 to 10 in ms, never falling; that of 5, the ordinary one, is 0. */
  readonly headStartsMs: readonly number[];
  /** A wrap-up can be extended once, by so much at the most. */
  readonly wrapUpExtensionMs: number;
  /** Who answers at a number outside has so long to press 1. */
  readonly confirmStationMs: number;
  /** When most of a queue's agents at work miss within this, it is the network and not they; 0 never looks. */
  readonly massMissMs: number;
  /** Fewer agents than this are never a mass. */
  readonly massMissAgents: number;
};
