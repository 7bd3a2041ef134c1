import { internalOnly, type PayerId } from '../outside.ts';
import { talkLeftMs } from '../permission.ts';
import type { Call } from '../state.ts';
import { changedCall, type Turn } from '../turn.ts';
import { endCall } from './call.ts';
import { noteLimit, usageOf } from './meter.ts';

/**
 * One of these payers has a talk more, or one less: what is left of its minutes of the day is shared evenly among its talks,
 * so that together they never take more. A talk ends with the payer who has the least.
 */
export function shareMinutes(turn: Turn, payers: readonly PayerId[]): void {
  const talks = [...turn.world.index.callsOut].flatMap((id) => {
    const call = turn.world.state.calls.get(id);
    return call?.phase === 'talking' && call.outbound?.payers.some((payer) => payers.includes(payer)) ? [call] : [];
  });
  for (const call of talks) setEnd(turn, call);
}

/** The time of a talk is up. It may go on where the day, or its limit, has become another since. */
export function minutesDue(turn: Turn, call: Call): void {
  const payer = call.outbound?.payers.find((one) => shareOf(turn, one) === 0);
  if (payer === undefined) return setEnd(turn, call);
  if (call.outbound !== null) call.outbound.talkUntil = null;
  changedCall(turn, call);
  noteLimit(turn, call, payer, 'minutes-per-day');
  endCall(turn, call, 'completed', 'system', 'normal');
}

function setEnd(turn: Turn, call: Call): void {
  const { outbound } = call;
  if (outbound === null) return;
  const shares = outbound.payers.flatMap((payer) => shareOf(turn, payer) ?? []);
  const until = shares.length === 0 ? null : turn.now + Math.min(...shares);
  if (outbound.talkUntil === until) return;
  outbound.talkUntil = until;
  changedCall(turn, call);
}

/** How many ms each talk of this payer may go on; null for as long as it likes. */
function shareOf(turn: Turn, payer: PayerId): number | null {
  const { payers, users } = turn.world.state;
  const rights = payers.get(payer)?.rights ?? users.get(payer)?.calling ?? internalOnly;
  if (rights.minutesPerDay === null) return null;
  const usage = usageOf(turn, payer, null);
  const leftMs = talkLeftMs(rights, usage);
  return leftMs === null ? null : Math.floor(leftMs / Math.max(1, usage.talking));
}
