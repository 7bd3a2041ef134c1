/** One seeded bug: this text of this file, replaced by that. `lie` says what it is. */
export type Mutant = { readonly lie: string; readonly file: string; readonly from: string; readonly to: string };

/** Bugs that somebody could make. The fast suites must see every one of them. */
export const mutants: readonly Mutant[] = [
  {
    lie: 'a leg that was dialled already is dialled again',
    file: 'src/core/calls/leg.ts',
    from: "if (!isDialled) send(turn, { do: 'dial-leg'",
    to: "send(turn, { do: 'dial-leg'",
  },
  {
    lie: 'the back-off after a decline is forgotten',
    file: 'src/core/routing/offer.ts',
    from: "case 'declined':\n      countGiven(turn, agent, false);",
    to: "case 'declined':\n      return goIdle(turn, agent);",
  },
  {
    lie: 'the end of the wrap-up is lost',
    file: 'src/core/reindex.ts',
    from: 'earliest(agent.work.until, agent.hold?.until ?? null)',
    to: 'earliest(agent.hold?.until ?? null)',
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
    file: 'src/core/routing/offer.ts',
    from: "return outcome !== 'answered' && outcome !== 'rescinded' && outcome !== 'lost';",
    to: "return outcome === 'lost';",
  },
  {
    lie: 'a call that moves on loses its first time of entry',
    file: 'src/core/routing/queue.ts',
    from: 'call.due = call.enteredAt + group.targetMs;',
    to: 'call.due = turn.now + group.targetMs;',
  },
  {
    lie: 'an unreachable phone counts as a miss',
    file: 'src/core/routing/offer.ts',
    from: "case 'unreachable':\n      suspectPhones(turn, agent.id);",
    to: "case 'unreachable':\n      if (group) missed(turn, agent, offer.call, group);\n      suspectPhones(turn, agent.id);",
  },
  {
    lie: 'the end of a hold is not written down',
    file: 'src/core/routing/rona.ts',
    from: 'agent.hold = null;\n  changedAgent(turn, agent);',
    to: 'agent.hold = null;',
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
  },
  {
    lie: 'a lost race takes the place in the idle order away',
    file: 'src/core/routing/offer.ts',
    from: "case 'short-ring':\n    case 'rescinded':",
    to: "case 'rescinded':\n      agent.idleSince = turn.now;\n      return goIdle(turn, agent);\n    case 'short-ring':",
  },
  {
    lie: 'offers are made before Asterisk is known',
    file: 'src/core/routing/queue.ts',
    from: "if (state.meta.pbx !== 'ready') return;",
    to: "if (state.meta.pbx === 'down') return;",
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
];
