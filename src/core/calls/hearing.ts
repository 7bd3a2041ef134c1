import type { Hearing } from '../commands.ts';
import type { Call } from '../state.ts';
import { changedCall, send, sendLater, type Turn } from '../turn.ts';

/** Changes what the caller hears while no agent is joined. Silence comes first on the wire, a sound after the rings. */
export function hear(turn: Turn, call: Call, what: Hearing): void {
  if (call.hearing === what) return;
  const command = { do: 'hear', leg: call.caller, what, was: call.hearing } as const;
  if (what === 'silence') send(turn, command);
  else sendLater(turn, command);
  call.hearing = what;
  changedCall(turn, call);
}
