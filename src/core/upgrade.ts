import type { Outbound } from './outside.ts';
import { emptyLedger, newAgent } from './routing/agent-row.ts';
import type { UserSettings } from './settings.ts';
import type { Agent, Call, Leg, Offer } from './state.ts';
import { anyPhone } from './station.ts';

/*
 * Rows of an older version lack what came later: each function fills it in, as it would have been then.
 */

export function upgradeUser(row: UserSettings): UserSettings {
  return { ...row, skills: row.skills ?? {} };
}

export function upgradeCall(row: Call): Call {
  // A row from before there were calls out has none: null, and not nothing at all.
  const outbound = row.outbound ?? null;
  return {
    ...callDefaults,
    ...row,
    queuedAt: row.queuedAt ?? (row.queue === null ? null : row.enteredAt),
    // Before there were other payers, a call out was paid by whose phone had dialled.
    outbound: outbound && { ...outbound, ...paidBy(row, outbound) },
  };
}

function paidBy(row: Call, outbound: Partial<Outbound>): Pick<Outbound, 'payers' | 'otherwise' | 'sentBy' | 'leg'> {
  const { payers = row.from === null ? [] : [row.from], otherwise = null, sentBy = null, leg = null } = outbound;
  return { payers, otherwise, sentBy, leg };
}

export function upgradeAgent(older: Agent): Agent {
  const row = older.spared === undefined ? { ...older, cutShort: older.cutShort ?? null, spared: [] } : older;
  if (row.ledger !== undefined) return row.station === undefined ? { ...row, station: anyPhone, barred: null } : row;
  const fresh = newAgent(row.id, row.idleSince);
  const canBeRung = row.signedIn && row.ready.is && row.hold === null && row.reachable.is;
  // What was counted of today before there was a ledger.
  const { answeredToday = 0, ...kept } = row as Agent & { readonly answeredToday?: number };
  return {
    ...fresh,
    ...kept,
    awaySince: canBeRung ? null : row.idleSince,
    ready: { ...fresh.ready, ...row.ready },
    hold: row.hold && { ...row.hold, notify: row.hold.notify ?? 'nobody' },
    work: { ...fresh.work, ...row.work },
    ledger: { ...emptyLedger(row.given.day, row.work.since), answered: answeredToday },
  };
}

export function upgradeLeg(row: Leg): Leg {
  return { ...row, trunk: row.trunk ?? null };
}

export function upgradeOffer(row: Offer): Offer {
  const { confirmUntil = null, toNumber = null, rules = null, forgiven = false, turn = null } = row;
  return { ...row, confirmUntil, toNumber, rules, forgiven, turn };
}

const callDefaults = {
  priority: 5,
  aheadMs: 0,
  wishes: {},
  rises: 0,
  relaxed: 0,
  needs: '',
  tier: 0,
  wave: 0,
  waveAt: null,
  queueGone: null,
  inbound: null,
  outbound: null,
  givenTo: null,
  forward: null,
  forwardedBy: [],
} as const;
