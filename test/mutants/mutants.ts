import { queueMutants } from './queue-mutants.ts';

/**
 * One seeded bug: this text of this file, replaced by that. `lie` says what it is. `by` names the suite that sees it soonest,
 * the scenarios where nothing is said: it is asked first, the others only when it saw nothing.
 */
export type Mutant = {
  readonly lie: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly by?: string;
};

/** Bugs that somebody could make. The fast suites must see every one of them. */
export const mutants: readonly Mutant[] = [
  ...queueMutants,
  {
    lie: 'a phone rings on for a call that was picked up',
    file: 'src/core/calls/pickup.ts',
    from: "rescindAll(turn, call, 'picked-up');",
    to: '',
  },
  {
    lie: 'a leg that was dialled already is dialled again',
    file: 'src/core/calls/leg.ts',
    from: "if (!isDialled) send(turn, { do: 'dial-leg'",
    to: "send(turn, { do: 'dial-leg'",
  },
  {
    lie: 'the back-off after a decline is forgotten',
    file: 'src/core/routing/policy.ts',
    from: "declined: { ...refused, miss: 'where-configured'",
    to: "declined: { ...refused, backsOff: false, miss: 'where-configured'",
  },
  {
    lie: 'the end of the wrap-up is lost',
    file: 'src/core/reindex.ts',
    from: 'earliest(agent.work.until, agent.hold?.until ?? null, limitOf(agent))',
    to: 'earliest(agent.hold?.until ?? null, limitOf(agent))',
  },
  {
    lie: 'a claim is not released when the answer is dropped',
    file: 'src/core/calls/call.ts',
    from: "call.phase = 'waiting';\n  call.claim = null;",
    to: "call.phase = 'waiting';",
  },
  {
    lie: 'deadlines are expired before what the socket brought is applied',
    file: 'src/engine.ts',
    from: 'for (const posted of drained) stepOne(',
    to: "if (isDue(now)) stepOne(batch, { event: { type: 'tick' }, caller: null, at: now }, now, false);\n    for (const posted of drained) stepOne(",
  },
  {
    lie: 'the losers of a race ring on',
    file: 'src/core/calls/answer.ts',
    from: "rescindAll(turn, call, 'race-lost', offer.id);",
    to: '',
  },
  {
    lie: 'who declined is asked again at once',
    file: 'src/core/routing/policy.ts',
    from: 'backsOff: true, asked: true }',
    to: 'backsOff: true }',
    by: 'test/core/races.test.ts',
  },
  {
    lie: 'a call that moves on loses its first time of entry',
    file: 'src/core/routing/entry.ts',
    from: '[], 0);\n  call.due = dueOf(call, queue,',
    to: '[], 0);\n  call.due = dueOf({ ...call, enteredAt: turn.now }, queue,',
    by: 'test/core/places.test.ts',
  },
  {
    lie: 'an unreachable phone counts as a miss',
    file: 'src/core/routing/rona.ts',
    from: 'if (isMiss && !isNetwork)',
    to: "if ((isMiss || outcome === 'unreachable') && !isNetwork)",
    by: 'test/core/races.test.ts',
  },
  {
    lie: 'the end of a hold is not written down',
    file: 'src/core/routing/rona.ts',
    from: 'agent.hold = null;\n  keepRank(turn, agent);\n  changedAgent(turn, agent);',
    to: 'agent.hold = null;\n  keepRank(turn, agent);',
  },
  {
    lie: 'legs that are missing after a gap stay',
    file: 'src/core/reconcile.ts',
    from: 'legGone(turn, difference.leg, lost);\n      return true;',
    to: 'return true;',
  },
  {
    lie: 'the ring clock begins with the INVITE',
    file: 'src/core/routing/offer.ts',
    from: 'offer.ringUntil = turn.now + offer.ringMs;\n  changedOffer(turn, offer);\n  tell',
    to: 'offer.ringUntil = offer.madeAt + offer.ringMs;\n  changedOffer(turn, offer);\n  tell',
  },
  {
    lie: 'not ready while ringing lets it ring',
    file: 'src/core/intents.ts',
    from: 'setReady(turn, agent, false, reason);\n  withdrawOffers(turn, agent);',
    to: 'setReady(turn, agent, false, reason);',
  },
  {
    lie: 'a leg that is only asked for is forgotten when its call ends',
    file: 'src/core/calls/call.ts',
    from: "hangUpLeg(turn, leg, cause ?? 'normal');",
    to: "if (leg.phase !== 'requested') hangUpLeg(turn, leg, cause ?? 'normal');",
    by: 'test/core/races.test.ts',
  },
  {
    lie: 'a lost race takes the place in the idle order away',
    file: 'src/core/routing/policy.ts',
    from: 'rescinded: blameless,',
    to: 'rescinded: { ...blameless, given: true },',
    by: 'test/core/races.test.ts',
  },
  {
    lie: 'offers are made before Asterisk is known',
    file: 'src/core/routing/queue.ts',
    from: "if (state.meta.pbx !== 'ready') return;",
    to: "if (state.meta.pbx === 'down') return;",
    by: 'test/core/races.test.ts',
  },
  {
    lie: 'the lease of a waiting caller is not renewed',
    file: 'src/core/calls/call.ts',
    from: '?.left !== true) lease(turn, call);',
    to: '?.left === true) lease(turn, call);',
  },
  {
    lie: 'a call by a trunk may dial extensions',
    file: 'src/core/calls/arrival.ts',
    from: 'const target = trunk === null ? index.extensions.get(dialled) : undefined;',
    to: 'const target = index.extensions.get(dialled);',
  },
  {
    lie: 'a busy number is tried over every trunk',
    file: 'src/core/calls/trunk-verdict.ts',
    from: 'case 600:\n      return answers.busy;',
    to: "case 600:\n      return 'next';",
  },
  {
    lie: 'a class that was not given may be dialled',
    file: 'src/core/permission.ts',
    from: '!rights.classes.includes(to.class)',
    to: 'rights.classes.length === 0',
  },
  {
    lie: 'the limit of calls at once is one too high',
    file: 'src/core/permission.ts',
    from: 'openCalls >= rights.maxCalls',
    to: 'openCalls > rights.maxCalls',
    by: 'test/core/permission.test.ts',
  },
  {
    lie: 'who waits for an agent is answered and pays',
    file: 'src/core/calls/inbound.ts',
    from: "call.inbound.answer === 'on-entry'",
    to: "call.inbound.answer !== 'on-entry'",
  },
  {
    lie: 'the minutes of a talk are not counted',
    file: 'src/core/calls/call.ts',
    from: 'noteTalked(turn, call.from, talkedMs);',
    to: 'noteTalked(turn, call.from, 0);',
  },
  {
    lie: 'a click on what is no longer so is carried out',
    file: 'src/core/intents.ts',
    from: 'if (seen === undefined || seen === agent.version) return null;',
    to: 'if (seen === undefined || seen <= agent.version) return null;',
  },
  {
    lie: 'a sign-in that was taken over goes on asking',
    file: 'src/core/intents.ts',
    from: 'session !== null && session !== agent.session) {',
    to: 'session !== null && session === agent.session) {',
  },
  {
    lie: 'an agent who talks can sign out',
    file: 'src/core/intents.ts',
    from: "if (agent.work.is === 'talking') {",
    to: "if (agent.work.is === 'offered') {",
  },
  {
    lie: 'a wrap-up can be made longer for ever',
    file: 'src/core/routing/wrap-up.ts',
    from: 'extended: true };',
    to: 'extended: false };',
  },
  {
    lie: 'a step of the ladder comes one miss too late',
    file: 'src/core/routing/rona.ts',
    from: 'return counted >= needed;',
    to: 'return counted > needed;',
  },
  {
    lie: 'half of a queue is most of it',
    file: 'src/core/routing/mass-miss.ts',
    from: 'failing.length * 2 <= atWork',
    to: 'failing.length * 2 < atWork',
    by: 'test/core/agents.test.ts',
  },
  {
    lie: 'the holds of a mass miss stand',
    file: 'src/core/routing/mass-miss.ts',
    from: "endHold(turn, agent, 'mass-miss')",
    to: 'changedAgent(turn, agent)',
  },
  {
    lie: 'a pause counts as idle time',
    file: 'src/core/routing/ledger.ts',
    from: 'agent.idleSince += turn.now - Math.max(agent.awaySince, agent.idleSince);',
    to: '',
    by: 'test/core/agents.test.ts',
  },
  {
    lie: 'idle begins with the end of the talk',
    file: 'src/core/routing/agent.ts',
    from: "if (agent.work.is === 'wrap-up') rankAnew(turn, agent);",
    to: '',
    by: 'test/core/agents.test.ts',
  },
  {
    lie: 'time is booked to what comes next',
    file: 'src/core/routing/agent.ts',
    from: '  account(turn, agent);\n  // Idle begins',
    to: '  // Idle begins',
    by: 'test/core/agents.test.ts',
  },
  {
    lie: 'the time of a reason begins in the middle of a talk',
    file: 'src/core/routing/readiness.ts',
    from: 'ready.limitAt !== null || isBusy(agent)) return;',
    to: 'ready.limitAt !== null) return;',
  },
  {
    lie: 'who answers a direct call stays held',
    file: 'src/core/calls/answer.ts',
    from: '  if (agent) isThere(turn, agent);\n',
    to: '  if (agent) forgiveMisses(turn, agent);\n',
  },
  {
    lie: 'whoever was rung for a call that is set aside is free at once',
    file: 'src/core/set-aside.ts',
    from: 'if (rung.has(agent.id))',
    to: "if (rung.has(''))",
  },
  {
    lie: 'an explanation forgets the tiers in the order of the free',
    file: 'src/core/explain.ts',
    from: 'return [call.asked[agent.id] ?? 0, member.tier,',
    to: 'return [call.asked[agent.id] ?? 0, 0,',
    by: 'test/core/explain.test.ts',
  },
  {
    lie: 'an explanation says that a phone rings on which we have hung up',
    file: 'src/core/explain.ts',
    from: "offer.phase === 'cancelling' ? 'passed-over' : 'offered'",
    to: "'offered'",
    by: 'test/simulation/explanations.test.ts',
  },
  {
    lie: 'an explanation does not say that the call rings at somebody already',
    file: 'src/core/explain.ts',
    from: 'offers > 0 && offers >=',
    to: 'offers > 99 && offers >=',
    by: 'test/core/explain.test.ts',
  },
  {
    lie: 'an explanation counts the members of open tiers only',
    file: 'src/core/explain-call.ts',
    from: 'tier <= queue.lastTier',
    to: 'tier <= call.tier',
    by: 'test/core/explain.test.ts',
  },
  {
    lie: 'what is left of a rest is told from its beginning',
    file: 'src/core/routing/eligibility.ts',
    from: '(hold?.until ?? now) - now',
    to: '(hold?.until ?? now) - (hold?.since ?? now)',
    by: 'test/simulation/explanations.test.ts',
  },
  {
    lie: 'the winner is among those who are named as passed over',
    file: 'src/core/routing/why.ts',
    from: 'agent === winner ? undefined : turn',
    to: 'turn',
    by: 'test/simulation/explanations.test.ts',
  },
  {
    lie: 'a checkpoint is put together from several moments',
    file: 'src/storage/past/take-checkpoint.ts',
    from: "db.exec('BEGIN');",
    to: '',
    by: 'test/past/replay.test.ts',
  },
  {
    lie: 'a replay compares commands only',
    file: 'src/core/replay.ts',
    from: 'return now.facts === written ? null :',
    to: 'return now.facts.length > 0 ? null :',
    by: 'test/past/replay.test.ts',
  },
  {
    lie: 'a caller is forgotten whose call is still kept',
    file: 'src/storage/live/prune.ts',
    from: 'AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.call = callers.call AND facts.seq > ?)',
    to: 'AND ? > 0',
    by: 'test/past/replay.test.ts',
  },
];
