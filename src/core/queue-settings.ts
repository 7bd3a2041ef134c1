import type { Outcome } from './facts.ts';
import type { Need } from './needs.ts';
import type { ClimbingOutcome, Destination, LadderStep, QueueId, UserId } from './settings.ts';

/** How a queue chooses among its idle members; one file each in `routing/strategy/`. */
export const strategyNames = [
  'longest-idle',
  'round-robin',
  'ring-all',
  'fewest-calls',
  'linear',
  'random',
  'weighted-random',
  'most-skilled',
] as const;
export type StrategyName = (typeof strategyNames)[number];

/** An agent's place in one queue. The order of the members is that of the team: `linear` follows it. */
export type Member = {
  readonly user: UserId;
  /** 0 is asked first. The different penalties of a queue are its tiers: they open one after the other. */
  readonly penalty: number;
  /** 1 to 100: the share that `weighted-random` gives, in proportion. */
  readonly weight: number;
  /** The member's own wrap-up in this queue beats the queue's; null takes the queue's. */
  readonly wrapUpMs: number | null;
};

/** How agents learn for which queue a call is. */
export type Announce = 'none' | 'name-shown' | 'whisper';

/** With time waited a call asks for less. The steps of a queue are taken in their order. */
export type Relaxation = {
  /** After so long in the queue. */
  readonly afterMs: number;
  /** Which skill; null for each that the call needs. */
  readonly skill: string | null;
  /** The level falls by so much, not under 1; null makes the need a preferred one. */
  readonly lowerBy: number | null;
};

/** After so long in the queue a call's priority is at least this one. */
export type Rise = { readonly afterMs: number; readonly priority: number };

/** Under which state of its members nobody may come into a queue, or stay there: the calls overflow. */
export type NobodyRule =
  | 'never'
  /** No member is signed in. */
  | 'nobody-signed-in'
  /** No member is signed in, ready, and not held until they choose ready; one in a call or at rest counts as there. */
  | 'nobody-ready'
  /** As before, and with a phone that is registered. */
  | 'nobody-reachable';

/** Where calls wait, with members and a strategy. A group's own has the group's id; a standalone one has an id of its own. */
export type QueueSettings = {
  readonly id: QueueId;
  readonly kind: 'group' | 'queue';
  /** The number that is dialled for it; null for one that calls only overflow or are moved to. */
  readonly extension: string | null;
  readonly strategy: StrategyName;
  /** After a miss the next member is tried, or the call overflows at once. */
  readonly onMiss: 'next' | 'overflow';
  /** When a new call may not come in, and when those that wait must leave; both go to `overflow`. */
  readonly refuseWhen: NobodyRule;
  readonly leaveWhen: NobodyRule;
  readonly ringMs: number;
  /** A phone that has shown no 18x for this long is unreachable. */
  readonly unreachableAfterMs: number;
  readonly maxWaitMs: number;
  readonly wrapUpMs: number;
  readonly backOffMs: number;
  /** Ring-all rings at most this many members of one call at a time. */
  readonly maxRinging: number;
  /** Ring-all begins with `size` members and rings as many more every `everyMs`; null rings all at once. */
  readonly waves: { readonly size: number; readonly everyMs: number } | null;
  /** The waiting time aimed at: the order of waiting over all queues is by entry time plus this less the head start. */
  readonly targetMs: number;
  /** 1 to 10: what a call has that brings no priority of its own; 5 is the ordinary one. */
  readonly priority: number;
  /** In the order of `afterMs`. */
  readonly rises: readonly Rise[];
  /** What a call needs that brings no needs of its own. */
  readonly needs: readonly Need[];
  /** In the order of `afterMs`; they relax a call's own needs as well. */
  readonly relax: readonly Relaxation[];
  /** The next tier of members opens to a call every `afterMs`, and at once when each who is there of those before was tried. */
  readonly tiers: { readonly afterMs: number; readonly whenTried: boolean };
  /** What an agent learns of the queue before the talk: its name beside the caller's, or a sound in their ear. */
  readonly announce: Announce;
  /** The sound of `whisper` without its suffix, such as `custom/support`; a beep comes after it. Null: only the beep. */
  readonly announceSound: string | null;
  /** At most so many calls wait; another one overflows. Null: no limit. */
  readonly maxLength: number | null;
  /** At most so many calls of this queue are with an agent, or being offered, at a time. Null: no limit. */
  readonly maxTalking: number | null;
  /** Calls under `fromPriority` leave so many idle members alone: they are kept for the others. Null: none. */
  readonly keepFree: { readonly agents: number; readonly fromPriority: number } | null;
  readonly overflow: Destination;
  readonly members: readonly Member[];
  readonly ladder: readonly LadderStep[];
  /** Which outcomes climb the ladder. */
  readonly climbs: readonly ClimbingOutcome[];
  /** Ring-all: each so manieth call that an agent let ring out counts as one miss; 0 counts none. */
  readonly ringAllMissEvery: number;
  /** The rest after an offer that failed, by outcome, where it is to be another than `backOffMs`. */
  readonly backOffs: Readonly<Partial<Record<Outcome, number>>>;
};

/** What of it an offer is judged by: when it ends, whether that is a miss, and what follows for the agent. */
export type OfferRules = Pick<
  QueueSettings,
  'strategy' | 'onMiss' | 'unreachableAfterMs' | 'backOffMs' | 'backOffs' | 'ladder' | 'climbs' | 'ringAllMissEvery'
>;

/** A phone that says busy rests for less than an agent who declined, where nothing else is said: its user is soon done. */
export const defaultBackOffs: QueueSettings['backOffs'] = { busy: 5_000 };

/** The rests by outcome that hold beside this one for all: a default that is longer gives way to what was said for all. */
export function backOffsUnder(defaults: QueueSettings['backOffs'], backOffMs: number): QueueSettings['backOffs'] {
  return Object.fromEntries(Object.entries(defaults).filter(([, ms]) => ms < backOffMs));
}

/** The head starts of the priorities 1 to 10 in ms. Under 5, the ordinary one, a call stands back. */
export const defaultHeadStartsMs: readonly number[] = [
  -120_000, -90_000, -60_000, -30_000, 0, 30_000, 60_000, 120_000, 300_000, 600_000,
];

/** What a queue has where nothing else is said. */
export const queueDefaults: Omit<QueueSettings, 'id'> = {
  kind: 'group',
  extension: null,
  strategy: 'longest-idle',
  onMiss: 'next',
  refuseWhen: 'never',
  leaveWhen: 'never',
  ringMs: 15_000,
  unreachableAfterMs: 5_000,
  maxWaitMs: 120_000,
  wrapUpMs: 10_000,
  backOffMs: 10_000,
  maxRinging: 10,
  waves: null,
  targetMs: 20_000,
  priority: 5,
  rises: [],
  needs: [],
  relax: [],
  tiers: { afterMs: 20_000, whenTried: true },
  announce: 'none',
  announceSound: null,
  maxLength: null,
  maxTalking: null,
  keepFree: null,
  overflow: { to: 'hang-up', cause: 'busy' },
  members: [],
  ladder: [],
  climbs: ['no-answer'],
  ringAllMissEvery: 0,
  backOffs: {},
};

/** A queue of which only something is said: members may be given as their usernames. */
export type QueueGiven = Partial<Omit<QueueSettings, 'id' | 'members'>> & {
  readonly id: QueueId;
  readonly members?: readonly (UserId | MemberGiven)[];
  /** What groups said before there were two rules. */
  readonly whenNobody?: 'wait' | 'overflow';
};
type MemberGiven = Partial<Member> & Pick<Member, 'user'>;

/** The one place where defaults are filled in: for rows of older versions, for groups, for tests. */
export function queueOf({ whenNobody, members = [], ...given }: QueueGiven): QueueSettings {
  const nobody: NobodyRule = whenNobody === 'overflow' ? 'nobody-reachable' : 'never';
  return {
    ...queueDefaults,
    refuseWhen: nobody,
    leaveWhen: nobody,
    ...given,
    members: members.map((member) => memberOf(typeof member === 'string' ? { user: member } : member)),
  };
}

/** A member with what was not said: the first tier, the weight of everybody, the queue's wrap-up. */
export function memberOf(given: MemberGiven): Member {
  return { penalty: 0, weight: 1, wrapUpMs: null, ...given };
}
