import type { CallingRights, NumberClass, PayerId } from '../core/outside.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { rule } from './auditor.ts';

const minuteMs = 60_000;

/** A call that went out, as it was seen in its row: who pays for it, and what it is. */
type Out = { readonly payers: readonly PayerId[]; readonly class: NumberClass; readonly number: string };

/**
 * Judges what goes outside, with books of its own: nobody calls what their class forbids, no limit is passed, and each meter is
 * the sum of the talks that it paid for.
 */
export class PayerJudge {
  private readonly calls = new Map<string, Out>();
  private readonly begun = new Map<PayerId, number[]>();
  private readonly talkedMs = new Map<PayerId, number>();

  afterBatch({ steps }: Batch, world: World): void {
    for (const { id, outbound } of world.state.calls.values()) {
      if (outbound !== null) this.calls.set(id, outbound);
      // It was not reached out there and went on: what is talked now costs nobody.
      else this.calls.delete(id);
    }
    const tried = new Set<string>();
    for (const { facts } of steps) {
      for (const fact of facts) {
        if (fact.type === 'trunk-tried') tried.add(fact.call);
        if (fact.type === 'call-ended') this.book(fact.call, fact.talkedMs);
        if (fact.type !== 'trunk-tried' || this.begun.get(`call ${fact.call}`) !== undefined) continue;
        const out = world.state.calls.get(fact.call)?.outbound;
        if (out == null) continue;
        this.begun.set(`call ${fact.call}`, []);
        for (const payer of out.payers) this.begin(world, payer, fact.at);
      }
    }
    for (const id of tried) this.mayBe(world, id);
    checkAtOnce(world);
    checkTrunks(world);
    this.checkMeters(world);
  }

  /** The class of what is dialled is one that the first payer has. */
  private mayBe({ state }: World, id: string): void {
    const out = state.calls.get(id)?.outbound;
    const [payer = ''] = out?.payers ?? [];
    const rights = rightsOf(state, payer);
    // Somebody may have taken the user away meanwhile.
    if (out == null || rights === null) return;
    rule(rights.outbound, `${payer} calls ${out.number} and may call nobody`);
    rule(rights.classes.includes(out.class), `${payer} calls ${out.number}, which is ${out.class}`);
    rule(!rights.bar.some((prefix) => out.number.startsWith(prefix)), `${payer} calls ${out.number}, which is barred`);
  }

  private begin({ state }: World, payer: PayerId, at: number): void {
    const most = rightsOf(state, payer)?.callsPerMinute ?? null;
    const recent = [...(this.begun.get(payer) ?? []).filter((one) => at - one < minuteMs), at];
    this.begun.set(payer, recent);
    rule(most === null || recent.length <= most, `${payer} began ${recent.length} calls in a minute and may ${most}`);
  }

  private book(id: string, talkedMs: number): void {
    const { payers = [] } = this.calls.get(id) ?? {};
    this.calls.delete(id);
    for (const payer of payers) this.talkedMs.set(payer, (this.talkedMs.get(payer) ?? 0) + talkedMs);
  }

  private checkMeters({ state }: World): void {
    for (const [payer, talkedMs] of this.talkedMs) {
      const metered = state.meters.get(payer)?.talkedMs ?? 0;
      rule(metered === talkedMs, `${payer} talked ${talkedMs} ms outside, and the meter says ${metered}`);
    }
  }
}

function rightsOf(state: World['state'], payer: PayerId): CallingRights | null {
  return state.payers.get(payer)?.rights ?? state.users.get(payer)?.calling ?? null;
}

/** Nobody has more calls out at once than they may. */
function checkAtOnce({ state }: World): void {
  const out = new Map<PayerId, number>();
  for (const { outbound, phase } of state.calls.values())
    for (const payer of phase === 'ended' ? [] : (outbound?.payers ?? [])) out.set(payer, (out.get(payer) ?? 0) + 1);
  for (const [payer, count] of out) {
    const most = rightsOf(state, payer)?.maxCalls ?? null;
    rule(most === null || count <= most, `${payer} has ${count} calls out and may have ${most}`);
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
    rule(most === null || count <= most, `the trunk ${trunk} has ${count} calls and may have ${most}`);
  }
}
