import type { Hindrance, Standing } from '../core/explain.ts';
import type { AgentExplanation } from '../core/explain-agent.ts';
import type { CallExplanation } from '../core/explain-call.ts';
import type { OfferWhy, Outcome } from '../core/facts.ts';
import type { CallId, OfferId } from '../core/state.ts';
import type { CallView } from './calls.ts';
import type { RefusalBody } from './refusal.ts';

/** What is asked of the engine, or of a moment of the past. `limit`: so many members are told of at most. */
export type WhyAsk =
  | { readonly about: 'call'; readonly call: CallId; readonly limit: number }
  | { readonly about: 'agent'; readonly agent: string; readonly call: CallId | null };

/** Answers a `WhyAsk`; null: there is no such call, or no such agent. */
export type WhyAnswer = {
  readonly call: CallExplanation | null;
  readonly agent: AgentExplanation | null;
  /** How the agent stands towards the call that was named. */
  readonly towards: Towards | null;
};

/** How an agent stands towards one call; `hindrance`: why nobody is asked for it, whoever is free. */
export type Towards = {
  readonly call: CallId;
  readonly queue: string | null;
  readonly standing: Standing;
  readonly hindrance: Hindrance | null;
};

/** What is asked of the past: at this time, or when each of these facts (by number) was made. */
export type PastAsk = { readonly ask: WhyAsk; readonly at: number | null; readonly facts: readonly number[] };

/** One moment of the past. `exact`: this version came to all that was written; else it is how it would decide today. */
export type PastMoment = {
  readonly at: number;
  readonly fact: number | null;
  readonly exact: boolean;
  readonly answer: WhyAnswer;
};
/** `failure`: why the past cannot be told, as a sentence. */
export type PastAnswer = { readonly moments: readonly PastMoment[]; readonly failure: string | null };

/** How far a way through the past is: so many steps of the journal of those it takes, and the engine time that was reached. */
export type PastProgress = { readonly stepped: number; readonly of: number; readonly at: number };

/** Who waits for an answer about the past: is told how far it is, and can stop it. */
export type PastWatch = { readonly tell: (progress: PastProgress) => void; readonly signal: AbortSignal };

/** With `progress=true`, a line of an answer about the past that took a while: the last one is the answer, or the refusal. */
export type WhyLine<T> = { readonly progress: PastProgress } | { readonly answer: T } | RefusalBody;

/** `GET /v1/calls/:id/why`: each offer of the call, and where it stands. */
export type CallWhy = {
  readonly call: CallView;
  readonly offers: readonly OfferStory[];
  /** Where it stands now, or stood at the time that was named; null when it was over, or had not come yet. */
  readonly explanation: CallExplanation | null;
  /** Whether all that was told of the past was replayed exactly; true when nothing was. */
  readonly exact: boolean;
  /** Why the past could not be asked, as a sentence; null when it was, or needed not be. */
  readonly untold: string | null;
};

/** One offer: who got it and why, and what became of it. */
export type OfferStory = {
  readonly offer: OfferId;
  readonly agent: string;
  readonly queue: string;
  readonly at: number;
  readonly why: OfferWhy;
  /** null: it is out just now. */
  readonly outcome: Outcome | null;
  readonly endedAt: number | null;
  readonly rangMs: number;
  /** With `full`: how all members stood at that moment. */
  readonly members: CallExplanation | null;
};

/** `GET /v1/agents/:username/why-not`: why this agent's phone is silent. */
export type AgentWhyNot = {
  readonly agent: string;
  readonly explanation: AgentExplanation | null;
  /** With `call`: how they stand towards it; null when it is over, or is not known. */
  readonly towards: Towards | null;
  /** With `call`: at each offer of it how they stood, and who got it. */
  readonly offers: readonly OfferStanding[];
  /** As in `CallWhy`. */
  readonly exact: boolean;
  readonly untold: string | null;
};

export type OfferStanding = {
  readonly offer: OfferId;
  readonly at: number;
  /** Who got it. */
  readonly winner: string;
  readonly standing: Standing | null;
};
