/** What the engine knows of the directory: resolved settings, with no secrets in them. They arrive as events. */

/** A user's username: immutable, `[a-z0-9._-]`, 1 to 64 characters. */
export type UserId = string;
/** A group's name: immutable, `[a-z0-9._-]`, 1 to 64 characters. A group's own queue has the same id. */
export type GroupId = string;
/** A phone's id: the name of its PJSIP endpoint, auth and AOR. */
export type PhoneId = string;

/** The three ways a group can distribute its calls; one file each in `routing/strategy/`. */
export type StrategyName = 'ring-all' | 'fewest-calls' | 'linear';

/** Where a call can be sent: one union for overflow, numbers and transfers alike. */
export type Destination =
  | { readonly to: 'group'; readonly group: GroupId }
  | { readonly to: 'user'; readonly user: UserId }
  | { readonly to: 'dialplan'; readonly context: string; readonly exten: string; readonly priority: number }
  | { readonly to: 'hang-up'; readonly cause: HangUpCause };

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

export type UserSettings = {
  readonly id: UserId;
  readonly name: string;
  /** The internal number, digits only; null for a user with no phone. */
  readonly extension: string | null;
  readonly phones: readonly PhoneId[];
};

export type GroupSettings = {
  readonly id: GroupId;
  readonly extension: string;
  readonly strategy: StrategyName;
  /** After a miss the next member is tried, or the call overflows at once. */
  readonly onMiss: 'next' | 'overflow';
  /** With no member signed in, ready and reachable: wait for one, or overflow at once. */
  readonly whenNobody: 'wait' | 'overflow';
  readonly ringMs: number;
  /** A phone that has shown no 18x for this long is unreachable. */
  readonly unreachableAfterMs: number;
  readonly maxWaitMs: number;
  readonly wrapUpMs: number;
  readonly backOffMs: number;
  /** Ring-all rings at most this many members of one call at a time. */
  readonly maxRinging: number;
  /** The waiting time aimed at; the order of waiting over all queues is by entry time plus this. */
  readonly targetMs: number;
  readonly overflow: Destination;
  /** In the order of the team; `linear` follows it. */
  readonly members: readonly UserId[];
  readonly ladder: readonly LadderStep[];
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
};
