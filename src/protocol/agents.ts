import { z } from 'zod';
import type { Agent } from '../core/state.ts';

/** `POST /v1/agents/:username/sign-in` */
export const signInSchema = z.strictObject({ ready: z.boolean().default(true) });
/** `POST /v1/agents/:username/not-ready` */
export const notReadySchema = z.strictObject({ reason: z.string().min(1).max(64).nullable().default(null) });

/** An agent's four separate states with what the directory knows of them. Times are ms since 1970. */
export type AgentView = {
  readonly username: string;
  readonly name: string;
  readonly extension: string | null;
  readonly group: string | null;
  /** The engine's clock when this was read: the remaining time of an `until` is `until - now`. */
  readonly now: number;
} & Pick<Agent, 'signedIn' | 'signedInAt' | 'ready' | 'hold' | 'work' | 'reachable' | 'answeredToday'> & {
    readonly givenToday: number;
    readonly misses: number;
  };
