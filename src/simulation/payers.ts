import type { CallingRights, NumberClass, PayerId } from '../core/outside.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { rule } from './rule.ts';

const minuteMs = 60_000;

/** What goes out, as it was seen in its row: who pays for it, and what it is. */
type Out = { readonly payers: readonly PayerId[]; readonly class: NumberClass; readonly number: string };

/**
 * Judges what goes outside, calls as well as offers to agents at a number, with books of its own: nobody calls what their class forbids, no limit
 * is passed, and each meter is the sum of the talks that it paid for.
 */
export class PayerJudge {
  /** Who pays for the talk of each call, should it be one. */
  private readonly paying = new Map<string, readonly PayerId[]>();
  /** Each call out, and each offer to a number, counts once for the minute. */
  private readonly counted = new Set<string>();
  private readonly begun = new Map<PayerId, number[]>();
  private readonly talkedMs = new Map<PayerId, number>();

  afterBatch({ steps }: Batch, world: World): void {
    for (const { id, outbound, partner } of world.state.calls.values()) {
      const payers = outbound?.payers ?? partner?.payers;
      if (payers !== undefined) this.paying.set(id, payers);
      // It was not reached out there and went on: what is talked now costs nobody.
      else this.paying.delete(id);
    }
    for (const { facts } of steps) {
      for (const fact of facts) {
        if (fact.type === 'call-ended') this.book(fact.call, fact.talkedMs);
        if (fact.type !== 'trunk-tried') continue;
        const offer = world.state.legs.get(fact.leg)?.offer ?? null;
        const out =
          offer === null ? world.state.calls.get(fact.call)?.outbound : world.state.offers.get(offer)?.toNumber;
        // It is over by now.
        if (out == null) continue;
        mayBe(world, out);
        this.begin(world, offer ?? fact.call, out, fact.at);
      }
    }
    checkAtOnce(world);
    checkTrunks(world);
    this.checkMeters(world);
  }

  /** Over a second trunk it is the same call, and the same offer. */
  private begin({ state }: World, id: string, { payers }: Out, at: number): void {
    if (this.counted.has(id)) return;
    this.counted.add(id);
    for (const payer of payers) {
      const most = rightsOf(state, payer)?.callsPerMinute ?? null;
      const recent = [...(this.begun.get(payer) ?? []).filter((one) => at - one < minuteMs), at];
      this.begun.set(payer, recent);
      rule(
        most === null || recent.length <= most,
        () => `${payer} began ${recent.length} calls in a minute and may ${most}`,
      );
    }
  }

  private book(id: string, talkedMs: number): void {
    const payers = this.paying.get(id) ?? [];
    this.paying.delete(id);
    for (const payer of payers) this.talkedMs.set(payer, (this.talkedMs.get(payer) ?? 0) + talkedMs);
  }

  private checkMeters({ state }: World): void {
    for (const [payer, talkedMs] of this.talkedMs) {
      const metered = state.meters.get(payer)?.talkedMs ?? 0;
      rule(metered === talkedMs, () => `${payer} talked ${talkedMs} ms outside, and the meter says ${metered}`);
    }
  }
}

/** The class of what is dialled is one that the first payer has. */
function mayBe({ state }: World, { payers: [payer = ''], ...out }: Out): void {
  const rights = rightsOf(state, payer);
  // Somebody may have taken the user away meanwhile.
  if (rights === null) return;
  rule(rights.outbound, () => `${payer} calls ${out.number} and may call nobody`);
  rule(rights.classes.includes(out.class), () => `${payer} calls ${out.number}, which is ${out.class}`);
  rule(
    !rights.bar.some((prefix) => out.number.startsWith(prefix)),
    () => `${payer} calls ${out.number}, which is barred`,
  );
}

function rightsOf(state: World['state'], payer: PayerId): CallingRights | null {
  return state.payers.get(payer)?.rights ?? state.users.get(payer)?.calling ?? null;
}

/** Nobody has more calls out at once than they may. */
function checkAtOnce({ state }: World): void {
  const out = new Map<PayerId, number>();
  const calls = [...state.calls.values()].filter(({ phase }) => phase !== 'ended');
  const legs = [...state.legs.values()].filter(({ ending }) => ending === null);
  const paid = [...calls.map(({ outbound }) => outbound?.payers), ...legs.map(({ payers }) => payers)];
  for (const payer of paid.flatMap((payers) => payers ?? [])) out.set(payer, (out.get(payer) ?? 0) + 1);
  for (const [payer, count] of out) {
    const most = rightsOf(state, payer)?.maxCalls ?? null;
    rule(most === null || count <= most, () => `${payer} has ${count} calls out and may have ${most}`);
  }
}

/** No trunk carries more calls than it may, both ways together. */
function checkTrunks({ state }: World): void {
  const on = new Map<string, number>();
  for (const { trunk, ending, call } of state.legs.values())
    if (trunk !== null && ending === null && state.calls.get(call)?.phase !== 'ended')
      on.set(trunk, (on.get(trunk) ?? 0) + 1);
  for (const [trunk, count] of on) {
    const most = state.trunks.get(trunk)?.settings.maxCalls ?? null;
    rule(most === null || count <= most, () => `the trunk ${trunk} has ${count} calls and may have ${most}`);
  }
}
