import type { Mutant } from './mutants.ts';

const pickup = 'src/core/calls/pickup.ts';
/** Seen by the auditor alone, in the shortest stretch of the simulation. */
const auditor = 'test/simulation/fair.test.ts';

/** Bugs of taking a call over by the code. */
export const pickupMutants: readonly Mutant[] = [
  {
    lie: 'what rang out just before a pickup is missed after it',
    file: pickup,
    from: '    forgiveEnding(turn, agent);\n',
    to: '',
    by: 'test/core/pickup.test.ts',
  },
  {
    lie: 'an agent in a talk may pick up another call',
    file: pickup,
    from: "if (agent.work.is === 'talking') return true;",
    to: '',
  },
  {
    lie: 'an agent in a call of their own may pick up another one',
    file: pickup,
    from: "leg.phase === 'up' ||",
    to: '',
    by: 'test/core/pickup.test.ts',
  },
  {
    lie: 'a pickup takes the call that came last',
    file: pickup,
    from: 'a.enteredAt - b.enteredAt',
    to: 'b.enteredAt - a.enteredAt',
    by: auditor,
  },
  {
    lie: 'a pickup takes what rings in the groups that one is called in',
    file: pickup,
    from: 'new Set(state.users.get(user)?.pickupGroups ?? [])',
    to: 'new Set(state.users.get(user)?.callGroups ?? [])',
    by: auditor,
  },
  {
    lie: 'who picked a call up has missed all the same what they missed before',
    file: pickup,
    from: '    forgiveMisses(turn, agent);\n',
    to: '',
    by: 'test/core/pickup.test.ts',
  },
  {
    lie: 'who picked up another call is rung again before their own phone has stopped',
    file: 'src/core/routing/agent.ts',
    from: "    if (call !== undefined) return setWork(turn, agent, 'releasing', turn.now + releaseMs, call);\n",
    to: '    if (call === undefined) return;\n',
    by: 'test/core/pickup.test.ts',
  },
];
