import type { Mutant } from './mutants.ts';

const choose = 'src/core/routing/choose.ts';
const entry = 'src/core/routing/entry.ts';
const steps = 'src/core/routing/steps.ts';
/** Seen by the auditor alone, in the shortest stretch of the simulation. */
const auditor = 'test/simulation/fair.test.ts';

/** Bugs of the order of waiting, of who may take a call and of what a queue limits. */
export const queueMutants: readonly Mutant[] = [
  {
    lie: 'a head start is a handicap',
    file: 'src/core/routing/due.ts',
    from: '- headStart(limits, call.priority) - call.aheadMs',
    to: '+ headStart(limits, call.priority) - call.aheadMs',
    by: 'test/core/waiting-order.test.ts',
  },
  {
    lie: 'a wished place overtakes calls of a higher priority',
    file: entry,
    from: 'let place = Math.max(wanted - 1, afterHigher);',
    to: 'let place = wanted - 1;',
    by: 'test/core/waiting-order.test.ts',
  },
  {
    lie: 'a wished place starves those who wait',
    file: entry,
    from: 'call.aheadMs = Math.min(most, ',
    to: 'call.aheadMs = Math.max(0, ',
    by: 'test/core/waiting-order.test.ts',
  },
  {
    lie: 'a call that rose is not given its new place',
    file: steps,
    from: '  call.due = dueOf(call, settings, turn.world.state.meta.limits);\n',
    to: '',
    by: 'test/core/waiting-order.test.ts',
  },
  {
    lie: 'the last tier never opens by time',
    file: steps,
    from: 'while (call.tier < queue.lastTier && (call.tier + 1)',
    to: 'while (call.tier < queue.lastTier - 1 && (call.tier + 1)',
    by: 'test/core/who-may.test.ts',
  },
  {
    lie: 'a tier stays closed though all of the first went away',
    file: 'src/core/reindex.ts',
    from: 'if (left) rethinkTiers(index, queue);',
    to: '',
    by: 'test/core/who-may.test.ts',
  },
  {
    lie: 'who has a level less than is needed may take the call',
    file: 'src/core/routing/skills.ts',
    from: 'if (need.required && (skills[need.skill] ?? 0) < need.level) return need;',
    to: 'if (need.required && (skills[need.skill] ?? 0) < need.level - 1) return need;',
    by: 'test/core/who-may.test.ts',
  },
  {
    lie: 'a relaxation does not change the lane of the call',
    file: steps,
    from: 'call.needs = needsAfter(call.wishes.needs ?? settings.needs, settings.relax, call.relaxed);',
    to: '',
    by: 'test/core/who-may.test.ts',
  },
  {
    lie: 'who declined is asked before who was not asked, in another tier or with other skills',
    file: choose,
    from: 'return one.asked - other.asked || one.tier - other.tier',
    to: 'return one.tier - other.tier',
    by: 'test/core/who-may.test.ts',
  },
  {
    lie: 'one more talks than may',
    file: 'src/core/routing/gate.ts',
    from: 'busy.size >= maxTalking',
    to: 'busy.size > maxTalking',
    by: 'test/core/limits.test.ts',
  },
  {
    lie: 'the last member kept free is given away',
    file: 'src/core/routing/gate.ts',
    from: 'idle.size <= keepFree.agents',
    to: 'idle.size < keepFree.agents',
    by: 'test/core/limits.test.ts',
  },
  {
    lie: 'a full queue takes one more',
    file: entry,
    from: 'index.queued.size >= queue.maxLength',
    to: 'index.queued.size > queue.maxLength',
    by: 'test/core/limits.test.ts',
  },
  {
    lie: 'a wave does not end where the most are ringing',
    file: steps,
    from: 'const most = Math.min(maxRinging, waves.size * call.wave);',
    to: 'const most = waves.size * call.wave;',
    by: 'test/core/limits.test.ts',
  },
  {
    lie: 'round-robin forgets the turn',
    file: 'src/core/routing/offer.ts',
    from: 'agent.turns[queue.id] = meta.turn;',
    to: '',
    by: 'test/core/strategy-shares.test.ts',
  },
  {
    lie: 'weights make no difference',
    file: choose,
    from: 'draw(turn, most) < weightOf(user)',
    to: 'draw(turn, most) < most',
    by: 'test/core/strategy-shares.test.ts',
  },
  {
    lie: 'a tier opens one step of time too early',
    file: steps,
    from: '(call.tier + 1) * settings.tiers.afterMs <= waitedMs',
    to: 'call.tier * settings.tiers.afterMs <= waitedMs',
    by: auditor,
  },
  {
    lie: 'a tier opens while a member of the one before is only busy',
    file: steps,
    from: '!isThere(agent.reason)) continue;',
    to: "agent.reason !== 'available') continue;",
    by: auditor,
  },
  {
    lie: 'two tiers open at a time',
    file: steps,
    from: 'call.tier += 1;',
    to: 'call.tier += 2;',
    by: auditor,
  },
  {
    lie: 'a full queue is full one call too soon',
    file: entry,
    from: 'index.queued.size >= queue.maxLength',
    to: 'index.queued.size >= queue.maxLength - 1',
    by: auditor,
  },
  {
    lie: 'a wished place is one too far back',
    file: entry,
    from: 'Math.max(wanted - 1, afterHigher)',
    to: 'Math.max(wanted, afterHigher)',
    by: auditor,
  },
  {
    lie: 'a wished priority is forgotten',
    file: entry,
    from: 'const priority = call.wishes.priority ?? queue.priority;',
    to: 'const { priority } = queue;',
    by: auditor,
  },
  {
    lie: 'a wish that cannot be read is passed over in silence',
    file: 'src/core/calls/arrival.ts',
    from: "for (const wish of event.ignored ?? []) tell(turn, { type: 'call-wish-ignored', call: call.id, ...wish });",
    to: '',
    by: auditor,
  },
  {
    lie: 'a priority of 11 is taken for one',
    file: 'src/asterisk/wishes.ts',
    from: 'value >= 1 && value <= most ? value : null',
    to: 'value >= 1 ? value : null',
    by: auditor,
  },
  {
    lie: 'calls that wait do not follow the settings of their queue',
    file: 'src/core/apply-settings.ts',
    from: 'if (call) rekey(turn, call, group);',
    to: '',
    by: auditor,
  },
];
