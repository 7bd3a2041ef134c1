import type { Command } from './core/commands.ts';
import type { Event } from './core/events.ts';
import type { NumberedFact } from './core/facts.ts';
import type { KnownCaller, SaidCaller } from './numbering/arrivals.ts';

/** What the engine needs of the world outside; each is called from the engine's own turn only. */
export type EnginePorts = {
  /** Engine time in ms: never goes back. */
  readonly now: () => number;
  /** Runs the callback after the current poll phase (`setImmediate`). */
  readonly soon: (run: () => void) => void;
  /** The one timer: the callback only posts. Returns how to take it back. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Sends one command on its way. Never throws, never waits. */
  readonly send: (command: Command) => void;
  /** What an event says in our own terms, with who calls kept apart from it, as of the moment in which it is stepped. */
  readonly read: (
    event: Event,
    caller: SaidCaller | null,
  ) => { readonly event: Event; readonly caller: KnownCaller | null };
  readonly publish: (facts: readonly NumberedFact[]) => void;
  /** A batch could not be written; it is held and tried again. */
  readonly onHeld: (error: unknown, heldMs: number) => void;
  /**
   * A held batch was written after so long that its commands are stale: Asterisk counts as lost, and what is must be asked anew, by
   * `pbx-connected` where it is there. So many events were left out.
   */
  readonly onResumed: (heldMs: number, leftOut: number) => void;
  /** Another daemon owns the database now: this one must end. */
  readonly onReplaced: () => void;
  /** `step` tripped over this event: a bug. The process must end. `call` is whose it was, as far as can be told. */
  readonly onBug: (error: unknown, event: Event, call: string | null) => void;
  /** Called at named points of a batch, so that a test can end the process there. */
  readonly fault?: (point: 'before-commit' | 'after-commit' | 'after-send') => void;
};
