import type { EngineStatus } from './seam.ts';

/** What `cordboard status` shows. `engine` is null when the engine did not answer in time. */
export type StatusView = {
  readonly version: string;
  readonly pid: number;
  readonly home: string;
  readonly config: string;
  readonly now: number;
  readonly engine: EngineStatus | null;
  readonly asterisk: {
    readonly host: string;
    readonly version: string | null;
    /** One line each: what is missing or should be put right. */
    readonly warnings: readonly string[];
    /** Why Asterisk could not be asked; null when it could. */
    readonly failure: string | null;
  };
  readonly counts: {
    readonly users: number;
    readonly phones: { readonly registered: number; readonly unprovisioned: number };
    readonly groups: number;
    readonly agents: { readonly signedIn: number; readonly ready: number };
    readonly openCalls: number;
  };
};

/** `/readyz`: 200 with `ready: true`, else 503 with the reason. */
export type Readiness = {
  readonly ready: boolean;
  readonly reason: string | null;
  readonly ami: 'down' | 'ready' | null;
};
