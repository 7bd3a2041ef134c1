import * as z from 'zod';
import type { AlarmKind } from '../core/alarms.ts';
import type { Ledger } from '../core/routing/agent-row.ts';
import type { Agent } from '../core/state.ts';
import { plainTextSchema } from './names.ts';

/** What every ask for an agent may carry: the version that was looked at, and the session that asks. */
const asked = {
  seen: z.number().int().min(0).optional(),
  session: plainTextSchema(64).nullable().default(null),
};
const stationKind = 'any, own, browser, or a number';
/** Where calls are taken: `{kind: "any" | "own" | "browser"}`, or `{kind: "number", number}` as one would dial it. */
function station() {
  const phones = z.strictObject({ kind: z.enum(['any', 'own', 'browser']) });
  const number = z.strictObject({ kind: z.literal('number'), number: plainTextSchema(64) });
  return z.discriminatedUnion('kind', [phones, number], { error: `an object whose kind is ${stationKind}` }).optional();
}
export type SignIn = z.output<typeof signInSchema>;
export type StationAsked = NonNullable<SignIn['station']>;

/** `POST /v1/agents/:username/sign-in`; `session` is how the desktop or terminal calls itself. */
export const signInSchema = z.strictObject({ ...asked, ready: z.boolean().default(true), station: station() });
/** `POST /v1/agents/:username/not-ready`; `reason` is one of the directory's list, where it has one. */
export const notReadySchema = z.strictObject({ ...asked, reason: plainTextSchema(64).nullable().default(null) });
/** `POST /v1/agents/:username/wrap-up/extend`; `byMs` null is as much as `limits.wrap-up-extension` allows. */
export const extendSchema = z.strictObject({ ...asked, byMs: z.number().int().min(1).nullable().default(null) });
/** The other asks for an agent. */
export const agentAskSchema = z.strictObject(asked);

/** An agent's four separate states with what the directory knows of them. Times are ms since 1970. */
export type AgentView = {
  readonly username: string;
  readonly name: string;
  readonly extension: string | null;
  readonly group: string | null;
  /** The engine's clock when this was read: the remaining time of an `until` is `until - now`. */
  readonly now: number;
  readonly version: number;
  readonly signedIn: boolean;
  readonly signedInAt: number | null;
  readonly session: string | null;
  /** Where they take calls in this sign-in. */
  readonly station: Agent['station'];
  /** Why their station, a number, is not rung until then; null when nothing is known against it. */
  readonly barred: Agent['barred'];
  readonly ready: Agent['ready'];
  readonly hold: Agent['hold'];
  readonly work: Agent['work'];
  readonly reachable: Agent['reachable'];
  /** Since when they have had nothing to do, pauses not counted: the rank of longest-idle. */
  readonly idleSince: number;
  readonly givenToday: number;
  readonly misses: number;
  readonly today: Omit<Ledger, 'day' | 'until'>;
};

/** Something for supervisors to look at. `about` is an agent's or a queue's name; `until` is null where no time ends it. */
export type AlarmView = {
  readonly kind: AlarmKind;
  readonly about: string;
  readonly since: number;
  readonly until: number | null;
};
