import type { Mutant } from './mutants.ts';

const forward = 'src/core/calls/forward.ts';

/** Of forwards: who may, who pays, and where it ends. */
export const forwardMutants: readonly Mutant[] = [
  {
    lie: 'a forward is followed outside without asking who may',
    file: forward,
    from: 'return barred ?? way;',
    to: 'return way;',
  },
  {
    lie: 'forwards are followed of those whose are refused',
    file: forward,
    from: "if (policy === undefined) return refused('policy');",
    to: '',
  },
  {
    lie: 'a forward leads outside for who may forward inside only',
    file: forward,
    from: "if (way.to === 'number' && policy === 'internal') return refused('policy');",
    to: '',
  },
  {
    lie: 'a forward outside is paid by who called',
    file: 'src/core/calls/call-out.ts',
    from: 'payOut(turn, call, to, { payers: payersOf(turn, user), otherwise: null, sentBy: null });',
    to: 'payOut(turn, call, to, { payers: payersOf(turn, call.from ?? user), otherwise: null, sentBy: null });',
  },
  {
    lie: 'two phones forward a call to each other again and again',
    file: forward,
    from: "if (call.forwardedBy.includes(user) || (way.to === 'user' && seen.includes(way.user))) return refused('loop');",
    to: '',
  },
  {
    lie: 'a chain of forwards has no end',
    file: forward,
    from: 'call.forwardedBy.length >= maxForwards || ',
    to: '',
  },
  {
    lie: 'a circle of forwards through a carrier takes line after line',
    file: forward,
    from: "if (ringingThere(turn, user, way.number) >= maxRinging) return refused('loop');",
    to: '',
    by: 'test/core/forward.test.ts',
  },
  {
    lie: 'a forward counts for more than another phone that is busy',
    file: 'src/core/calls/internal.ts',
    from: "if (weighed !== 'forwarded') forwardOutweighed(turn, call);",
    to: 'if (call.forward === null) forwardOutweighed(turn, call);',
    by: 'test/core/forward.test.ts',
  },
  {
    lie: 'the last phone that forwards says where to',
    file: forward,
    from: 'call.forward ??= {',
    to: 'call.forward = {',
    by: 'test/core/forward.test.ts',
  },
  {
    lie: 'a feature code that a phone forwards to is dialled outside',
    file: forward,
    from: "if (to === null || !/^\\+?\\d+$/.test(to.said)) return refused('no-number');",
    to: "if (to === null) return refused('no-number');",
  },
];
